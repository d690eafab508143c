"""Objects that are made and die, alone and of each other."""

from collections.abc import Callable
from typing import Any

SIZES = (100, 10_000)


def alone(kata: Any, size: int) -> Callable[[], object]:
    """As many objects as the size, made and given back."""

    def run() -> None:
        heap = kata.Heap()
        for _ in range(size):
            heap.decref(heap.new())

    return run


def chain(kata: Any, size: int) -> Callable[[], object]:
    """A chain of as many objects as the size, of which the first is given back."""

    def run() -> None:
        heap = kata.Heap()
        first = heap.new()
        for _ in range(size):
            owner = heap.new()
            heap.setattr(owner, "next", first)
            heap.decref(first)
            first = owner
        heap.decref(first)
        assert len(heap) == 0

    return run
