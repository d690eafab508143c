"""CPython's own tests of these tools (`Lib/test/test_itertools.py`), run on the kata.

All tests are taken whose code names one of the six, from all classes but `LengthTransparency`,
`SizeofTest` and `TestPurePythonRoughEquivalents`, in which there are none but of the
documentation's `islice`.  A fixture puts the kata into the test module in place of the originals.

From 3.12 on copying and pickling of the originals warns, and their tests demand the warning; here
they run without that demand.  Up to 3.12.7 and 3.13.0 `test_tee` wants `tee(t)[0]` to be `t`, which
was a bug (gh-123884); where the original has it, it is put back around the kata.
"""

import inspect
import itertools
import types
from test import test_itertools

import pytest

from katas.itertools_rebuilt import lazy_tools

LEFT_OUT: dict[str, str] = {
    "test_tee_del_backward": "twenty million items at once, to try the deallocation of C objects",
    "test_tee_dealloc_segfault": "starts a Python of its own, and meets the kata nowhere",
    "test_zip_longest_tuple_reuse": "that a tuple is used again is an optimisation of C",
    "test_chain_setstate": "calls the undocumented `__setstate__`",
    "test_immutable_types": "that a class takes no attributes is a property of C types",
    "test_keywords_in_subclass": "is about how C types share keywords between two constructors",
}

pytestmark = pytest.mark.filterwarnings("ignore:Pickle, copy, and deepcopy:DeprecationWarning")

_NAMES = {"accumulate", "chain", "groupby", "islice", "tee", "zip_longest"}


def _tee(iterable, *n):
    """The kata's `tee`; but `tee(t)[0]` is `t` where the original has that bug."""
    readers = lazy_tools.tee(iterable, *n)
    (reader,) = itertools.tee("", 1)
    if itertools.tee(reader, 1)[0] is reader and type(iterable) in {*map(type, readers)}:
        return (iterable, *readers[1:])
    return readers


@pytest.fixture(autouse=True)
def kata_in_place_of_itertools(monkeypatch):
    for name in _NAMES:
        monkeypatch.setattr(test_itertools, name, getattr(lazy_tools, name))
    monkeypatch.setattr(test_itertools, "tee", _tee)


def _plain(test):
    """The function behind the decorator that demands a warning, or `test` itself."""
    if test.__qualname__.startswith("pickle_deprecated."):
        (cell,) = test.__closure__
        return cell.cell_contents
    return test


def _names_a_tool(code):
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return not _NAMES.isdisjoint(code.co_names) or any(map(_names_a_tool, inner))


def _taken_from(case):
    """A subclass of `case` without its tests of other tools."""
    tests = {name: _plain(test) for name, test in vars(case).items() if name.startswith("test")}
    for name, test in tests.items():
        if not _names_a_tool(inspect.unwrap(test).__code__):
            tests[name] = None
    return types.new_class(case.__name__, (case,), exec_body=lambda body: body.update(tests))


TestBasicOps = _taken_from(test_itertools.TestBasicOps)
TestExamples = _taken_from(test_itertools.TestExamples)
TestGC = _taken_from(test_itertools.TestGC)
TestVariousIteratorArgs = _taken_from(test_itertools.TestVariousIteratorArgs)
RegressionTests = _taken_from(test_itertools.RegressionTests)
SubclassWithKwargsTest = _taken_from(test_itertools.SubclassWithKwargsTest)
