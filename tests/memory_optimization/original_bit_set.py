"""CPython's own tests of `set` (`Lib/test/test_set.py`), run on the kata.

Those of its classes are taken that put nothing but small integers into their sets, and make
them by calling `set`.  A fixture gives their module a global of that name, which is the kata.
The rest fills sets with letters, or asks about hashes and subclasses.
"""

import unittest
from test import test_set

import pytest

from katas.memory_optimization.bit_set import BitSet

LEFT_OUT: dict[str, str] = {
    "test_repr": "the original's text is a display, `{3}`, and the kata's is a call",
    "test_instancesWithoutException": "puts strings into a set",
    "test_iteration": "asks the iterator for `__length_hint__`, which no rule promises",
}


@pytest.fixture(autouse=True)
def kata_in_place_of_set(monkeypatch):
    monkeypatch.setattr(test_set, "set", BitSet, raising=False)


class TestBasicOpsEmpty(test_set.TestBasicOpsEmpty, unittest.TestCase):
    pass


class TestBasicOpsSingleton(test_set.TestBasicOpsSingleton, unittest.TestCase):
    pass


class TestExceptionPropagation(test_set.TestExceptionPropagation, unittest.TestCase):
    pass


class TestBinaryOps(test_set.TestBinaryOps, unittest.TestCase):
    pass


class TestUpdateOps(test_set.TestUpdateOps, unittest.TestCase):
    pass


class TestSubsetEqualEmpty(test_set.TestSubsetEqualEmpty, unittest.TestCase):
    pass


class TestSubsetEqualNonEmpty(test_set.TestSubsetEqualNonEmpty, unittest.TestCase):
    pass


class TestSubsetEmptyNonEmpty(test_set.TestSubsetEmptyNonEmpty, unittest.TestCase):
    pass


class TestSubsetPartial(test_set.TestSubsetPartial, unittest.TestCase):
    pass


class TestSubsetNonOverlap(test_set.TestSubsetNonOverlap, unittest.TestCase):
    pass


class TestOnlySetsNumeric(test_set.TestOnlySetsNumeric, unittest.TestCase):
    pass


class TestOnlySetsDict(test_set.TestOnlySetsDict, unittest.TestCase):
    pass


class TestOnlySetsOperator(test_set.TestOnlySetsOperator, unittest.TestCase):
    pass


class TestOnlySetsTuple(test_set.TestOnlySetsTuple, unittest.TestCase):
    pass


class TestOnlySetsGenerator(test_set.TestOnlySetsGenerator, unittest.TestCase):
    pass


class TestCopyingEmpty(test_set.TestCopyingEmpty, unittest.TestCase):
    pass
