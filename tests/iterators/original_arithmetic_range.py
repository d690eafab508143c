"""CPython's own tests of `range` (`Lib/test/test_range.py`), run on the kata.

All of `RangeTest` is taken.  It finds `range` as a builtin; a fixture gives its module a global of
that name, which is the kata.
"""

import unittest
from test import test_range

import pytest

from katas.iterators.arithmetic_range import arithmetic_range

LEFT_OUT: dict[str, str] = {
    "test_repr": "it has the original's name; the kata's own tests have the same with its own",
    "test_iterator_pickling_overflowing_index": (
        "calls the undocumented `__setstate__` of the iterator"
    ),
    "test_iterator_setstate": "calls the undocumented `__setstate__` of the iterator",
    "test_iterator_unpickle_compat": "unpickles the original, and meets the kata nowhere",
}


@pytest.fixture(autouse=True)
def kata_in_place_of_range(monkeypatch):
    monkeypatch.setattr(test_range, "range", arithmetic_range, raising=False)


class TestArithmeticRange(test_range.RangeTest, unittest.TestCase):
    pass
