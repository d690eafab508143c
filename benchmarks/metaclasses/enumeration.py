"""Making an enumeration, and using it."""

import enum
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(Enum=enum.Enum)
SIZES = (10, 100)


def making(kata: Any, size: int) -> Callable[[], object]:
    """A class with as many members as the size."""
    body = "".join(f"    M{number} = {number}\n" for number in range(size))
    code = compile(f"class E(Enum):\n{body}", "<enumeration>", "exec")
    names = {"Enum": kata.Enum, "__name__": "made"}
    return lambda: exec(code, dict(names))  # noqa: S102 - the text above


def looking_up(kata: Any, size: int) -> Callable[[], object]:
    """Every member by its value and by its name."""
    body = "".join(f"    M{number} = {number}\n" for number in range(size))
    names: dict[str, Any] = {"Enum": kata.Enum, "__name__": "made"}
    exec(f"class E(Enum):\n{body}", names)  # noqa: S102 - the text above
    enumeration = names["E"]

    def run() -> None:
        for number in range(size):
            assert enumeration(number) is enumeration[f"M{number}"]

    return run
