"""The tools on inputs that are walked through to the end."""

import itertools
import operator
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(
    chain=itertools.chain,
    islice=itertools.islice,
    accumulate=itertools.accumulate,
    groupby=itertools.groupby,
    tee=itertools.tee,
)
SIZES = (100, 10_000)


def chaining(kata: Any, size: int) -> Callable[[], object]:
    """Ten lists, one after the other."""
    lists = [list(range(size // 10))] * 10
    return lambda: sum(kata.chain.from_iterable(lists))


def slicing(kata: Any, size: int) -> Callable[[], object]:
    """Every second item."""
    items = list(range(size))
    return lambda: list(kata.islice(items, 0, None, 2))


def running_totals(kata: Any, size: int) -> Callable[[], object]:
    """A running total of all items."""
    items = list(range(size))
    return lambda: list(kata.accumulate(items, operator.add))


def grouping(kata: Any, size: int) -> Callable[[], object]:
    """Groups of ten, each walked through."""
    items = list(range(size))
    return lambda: [sum(group) for _, group in kata.groupby(items, lambda item: item // 10)]


def two_readers(kata: Any, size: int) -> Callable[[], object]:
    """Two readers that go in step."""
    items = list(range(size))
    return lambda: [a + b for a, b in zip(*kata.tee(items), strict=True)]
