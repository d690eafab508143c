"""CPython's own tests of `functools.lru_cache` (`Lib/test/test_functools.py`), run on the kata.

All of `TestLRU` is taken.  It finds what it tests in the class attribute `module`, and pickles and
copies three functions cached at import.
"""

import functools
import unittest
from test import test_functools
from types import SimpleNamespace

from katas.caching.lru_cache import CacheInfo, lru_cache

LEFT_OUT: dict[str, str] = {}


@lru_cache()
def cached_function(x, y):
    return 3 * x + y


class TestLRUCache(test_functools.TestLRU, unittest.TestCase):
    module = SimpleNamespace(
        lru_cache=lru_cache,
        partial=functools.partial,  # what a test of copying compares with
        _CacheInfo=CacheInfo,
        WRAPPER_ASSIGNMENTS=functools.WRAPPER_ASSIGNMENTS,
    )
    cached_func = (cached_function,)

    @lru_cache()
    def cached_meth(self, x, y):
        return 3 * x + y

    @staticmethod
    @lru_cache()
    def cached_staticmeth(x, y):
        return 3 * x + y
