"""Collections of objects that are all alive, and of cycles that nobody reaches."""

from collections.abc import Callable, Iterator
from typing import Any

SIZES = (100, 5_000)


class _Node:
    """A container whose count is its own business."""

    has_legacy_finalizer = False
    weakrefs = ()

    def __init__(self, collector: Any, refcount: int) -> None:
        self.refcount = refcount
        self.held: list[_Node] = []
        self._collector = collector
        collector.track(self)

    def incref(self) -> None:
        self.refcount += 1

    def decref(self) -> None:
        self.refcount -= 1
        if self.refcount == 0:
            self._collector.untrack(self)
            self.clear()

    def traverse(self) -> Iterator["_Node"]:
        return iter(self.held)

    def finalize(self) -> None:
        """Have no finalizer."""

    def clear(self) -> None:
        held, self.held = self.held, []
        for node in held:
            node.decref()


def alive(kata: Any, size: int) -> Callable[[], object]:
    """A full collection of as many objects as the size, each held from outside."""
    collector = kata.Collector()
    collector.disable()
    for _ in range(size):
        _Node(collector, 1)
    return collector.collect


def cycles(kata: Any, size: int) -> Callable[[], object]:
    """Half as many pairs as the size are made, and collected."""
    collector = kata.Collector()
    collector.disable()

    def run() -> None:
        for _ in range(size // 2):
            one, other = _Node(collector, 1), _Node(collector, 1)
            one.held.append(other)
            other.held.append(one)
        assert collector.collect() == size // 2 * 2

    return run
