"""Walking through a long range, and asking it without walking."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(arithmetic_range=range)
SIZES = (100, 10_000)


def walking(kata: Any, size: int) -> Callable[[], object]:
    """All numbers, one after the other."""
    numbers = kata.arithmetic_range(size)
    return lambda: sum(numbers)


def asking(kata: Any, size: int) -> Callable[[], object]:
    """Is a number in it, what is at an index, and is another range equal: 100 times."""
    numbers = kata.arithmetic_range(0, 3 * size, 3)
    other = kata.arithmetic_range(0, 3 * size - 1, 3)

    def run() -> None:
        for _ in range(100):
            assert size in numbers or size % 3
            assert numbers[size - 1] == 3 * size - 3
            assert numbers == other

    return run
