"""Set algebra on members that lie close together."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(BitSet=set)
SIZES = (1_000, 100_000)


def adding(kata: Any, size: int) -> Callable[[], object]:
    """As many members as the size, one by one."""

    def run() -> None:
        members = kata.BitSet()
        for number in range(size):
            members.add(number)

    return run


def asking(kata: Any, size: int) -> Callable[[], object]:
    """Whether each of 100 numbers is in it."""
    members = kata.BitSet(range(0, 2 * size, 2))

    def run() -> None:
        for number in range(100):
            assert (number in members) is (number % 2 == 0)

    return run


def intersection(kata: Any, size: int) -> Callable[[], object]:
    """Two sets of which every third member is common."""
    twos, threes = kata.BitSet(range(0, size, 2)), kata.BitSet(range(0, size, 3))
    return lambda: twos & threes


def walking(kata: Any, size: int) -> Callable[[], object]:
    """All members in turn."""
    members = kata.BitSet(range(0, size, 2))
    return lambda: sum(members)
