"""A log, line by line through all stages."""

from collections.abc import Callable
from typing import Any

SIZES = (100, 10_000)


def pipeline(kata: Any, size: int) -> Callable[[], object]:
    """Parse every line, select half of them, and average over a window of five."""
    lines = [f"{number}\n" for number in range(size)]

    def run() -> int:
        records = kata.parse(lines, int)
        selected = kata.select(records, lambda value: value % 2)
        return sum(sum(record.value) for record in kata.window(selected, 5))

    return run
