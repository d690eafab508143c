"""CPython's own tests of `heapq.merge` (`Lib/test/test_heapq.py`), run on the kata.

They are four tests in a class about heaps.  Those of `sorted` call the builtin by its name.
"""

import unittest
from test import test_heapq
from types import SimpleNamespace

from katas.out_of_core.external_sort import merge

LEFT_OUT: dict[str, str] = {}


class TestMerge(unittest.TestCase):
    module = SimpleNamespace(merge=merge)

    test_merge = test_heapq.TestHeap.test_merge
    test_empty_merges = test_heapq.TestHeap.test_empty_merges
    test_merge_stability = test_heapq.TestHeap.test_merge_stability
    test_an_error_is_not_suppressed = test_heapq.TestHeap.test_merge_does_not_suppress_index_error
