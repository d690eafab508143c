"""Items put and taken by one thread, which never waits."""

import queue
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(
    Queue=queue.Queue,
    PriorityQueue=queue.PriorityQueue,
)
SIZES = (1, 1_000)


def first_in_first_out(kata: Any, size: int) -> Callable[[], object]:
    """100 items through a queue in which as many wait as the size."""
    waiting = kata.Queue()
    for number in range(size):
        waiting.put(number)

    def run() -> None:
        for _ in range(100):
            waiting.put(waiting.get())

    return run


def smallest_first(kata: Any, size: int) -> Callable[[], object]:
    """100 items through a priority queue in which as many wait as the size."""
    waiting = kata.PriorityQueue()
    for number in range(size):
        waiting.put(number)

    def run() -> None:
        for _ in range(100):
            waiting.put(waiting.get() + size)

    return run
