"""How much longer a program takes that is being profiled."""

import cProfile
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(Profile=cProfile.Profile)
SIZES = (100, 10_000)


def _work(count: int) -> None:
    for number in range(count):
        abs(_same(number))


def _same(number: int) -> int:
    return number


def calls(kata: Any, size: int) -> Callable[[], object]:
    """As many calls as the size, of a function and of a built-in one."""
    return lambda: kata.Profile().runcall(_work, size)


def table(kata: Any, size: int) -> Callable[[], object]:
    """The same, with the table made of it."""

    def run() -> None:
        profile = kata.Profile()
        profile.runcall(_work, size)
        profile.create_stats()

    return run
