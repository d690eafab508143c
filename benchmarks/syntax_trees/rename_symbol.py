"""Renaming in a file of as many functions as the size."""

from collections.abc import Callable
from typing import Any

SIZES = (1, 10, 100)


def renaming(kata: Any, size: int) -> Callable[[], object]:
    """A local variable that the last function uses three times."""
    functions = "".join(
        f"def f{number}(a):\n    total = a\n    total += 1\n    return total\n"
        for number in range(size)
    )
    line = 4 * (size - 1) + 2
    return lambda: kata.rename(functions, line, 4, "amount")
