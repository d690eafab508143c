"""CPython's own tests of `functools.singledispatch` (`test_functools.py`), run on the kata.

All of `TestSingleDispatch` is taken that is about `singledispatch`.  It finds what it tests in the
global `functools` of its module, where a fixture puts the kata.
"""

from test import test_functools
from types import SimpleNamespace

import pytest

from katas.decorators.single_dispatch import singledispatch

_REASONS = {
    "`singledispatchmethod` is not rebuilt": """
        test_abstractmethod_register test_assignment_behavior test_callable_register
        test_classmethod_register test_classmethod_slotted_class
        test_classmethod_type_ann_register test_double_wrapped_methods
        test_invalid_positional_argument_singledispatchmethod test_method_register
        test_method_wrapping_attributes test_slotted_class test_staticmethod_register
        test_staticmethod_slotted_class test_staticmethod_type_ann_register
        test_type_ann_register""",
    "is about private helpers of the module": "test_c3_abc test_compose_mro",
    "the wording of a TypeError, in which a union has its own; the kata raises the same type": """
        test_invalid_registrations""",
    "counts accesses to a `WeakKeyDictionary`, and empties it by the private `_clear_cache`": """
        test_cache_invalidation""",
}
LEFT_OUT = {name: reason for reason, names in _REASONS.items() for name in names.split()}


@pytest.fixture(autouse=True)
def kata_in_place_of_functools(monkeypatch):
    monkeypatch.setattr(test_functools, "functools", SimpleNamespace(singledispatch=singledispatch))


class TestSingleDispatch(test_functools.TestSingleDispatch):
    pass
