"""A call that is answered from memory, one that is not, and one that has to discard."""

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(lru_cache=functools.lru_cache)
SIZES = (10, 1_000, 100_000)
_CALLS = 100


def hits(kata: Any, size: int) -> Callable[[], object]:
    """100 calls that a cache of as many entries as the size answers."""
    cached = kata.lru_cache(size)(abs)
    for key in range(size):
        cached(key)
    keys = [key * size // _CALLS for key in range(_CALLS)]

    def run() -> None:
        for key in keys:
            cached(key)

    return run


def discards(kata: Any, size: int) -> Callable[[], object]:
    """100 calls with new arguments of a cache that is full."""
    cached = kata.lru_cache(size)(abs)
    for key in range(size):
        cached(key)
    fresh = iter(range(size, 1 << 62))

    def run() -> None:
        for _ in range(_CALLS):
            cached(next(fresh))

    return run
