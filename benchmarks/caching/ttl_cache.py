"""Reading and storing with more and more live entries."""

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import cachetools

ORIGINAL = SimpleNamespace(TTLCache=cachetools.TTLCache)
SIZES = (100, 10_000)


def reading(kata: Any, size: int) -> Callable[[], object]:
    """100 entries of a full cache."""
    cache = kata.TTLCache(size, 60)
    for key in range(size):
        cache[key] = key

    def run() -> None:
        for key in range(100):
            cache[key]

    return run


def expiring(kata: Any, size: int) -> Callable[[], object]:
    """100 entries are stored while 100 others expire."""
    clock = itertools.count()
    cache = kata.TTLCache(2 * size, size, timer=clock.__next__)
    keys = itertools.count()

    def run() -> None:
        for key in itertools.islice(keys, 100):
            cache[key] = key

    for _ in range(size // 50):
        run()
    return run
