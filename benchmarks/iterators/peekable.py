"""Walking through an iterable, with and without looking ahead."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import more_itertools

ORIGINAL = SimpleNamespace(peekable=more_itertools.peekable)
SIZES = (100, 10_000)


def walking(kata: Any, size: int) -> Callable[[], object]:
    """All items, one after the other."""
    return lambda: list(kata.peekable(range(size)))


def peeking(kata: Any, size: int) -> Callable[[], object]:
    """All items, each looked at before it is taken."""

    def run() -> None:
        items = kata.peekable(range(size))
        while items:
            items.peek()
            next(items)

    return run


def far_ahead(kata: Any, size: int) -> Callable[[], object]:
    """The last item is looked at, then all are taken."""

    def run() -> list[int]:
        items = kata.peekable(range(size))
        items[size - 1]
        return list(items)

    return run
