"""Running schedules of a program of two threads."""

from collections.abc import Callable
from typing import Any

SIZES = (1, 4)


def exploring(kata: Any, size: int) -> Callable[[], object]:
    """All schedules with one preemption; each thread has twice as many lines as the size."""
    source = "def function():\n" + "    state.append(0)\n    state.pop()\n" * size

    def program() -> Any:
        names: dict[str, Any] = {"state": []}
        exec(compile(source, __file__, "exec"), names)  # noqa: S102 - the text above
        return [names["function"]] * 2, lambda: None

    return lambda: sum(1 for _ in kata.explore(program, 1))
