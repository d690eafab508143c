"""Sorting with and without files, and merging."""

import heapq
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(merge=heapq.merge, external_sort=lambda items, **_: iter(sorted(items)))
SIZES = (100, 5_000)


def in_memory(kata: Any, size: int) -> Callable[[], object]:
    """As many numbers as the size, all of which fit."""
    numbers = [number * 7919 % 1009 for number in range(size)]
    return lambda: list(kata.external_sort(numbers, memory=size, getsizeof=lambda _: 1))


def in_files(kata: Any, size: int) -> Callable[[], object]:
    """As many numbers as the size, a tenth of which fit.  The original is `sorted`."""
    numbers = [number * 7919 % 1009 for number in range(size)]
    return lambda: list(kata.external_sort(numbers, memory=size // 10, getsizeof=lambda _: 1))


def merging(kata: Any, size: int) -> Callable[[], object]:
    """Ten sorted lists of a tenth of the size each."""
    lists = [range(start, size, 10) for start in range(10)]
    return lambda: list(kata.merge(*lists))
