"""A call of a generic function, by how many implementations it has."""

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(singledispatch=functools.singledispatch)
SIZES = (1, 100)


def known_class(kata: Any, size: int) -> Callable[[], object]:
    """100 calls with an instance of a registered class."""
    generic = kata.singledispatch(lambda _: None)
    classes = [type(f"C{number}", (), {}) for number in range(size)]
    for each in classes:
        generic.register(each, lambda _: None)
    one = classes[-1]()

    def run() -> None:
        for _ in range(100):
            generic(one)

    return run


def new_class(kata: Any, size: int) -> Callable[[], object]:
    """One call with an instance of a class that was not seen before."""
    generic = kata.singledispatch(lambda _: None)
    bases = [type(f"C{number}", (), {}) for number in range(size)]
    for each in bases:
        generic.register(each, lambda _: None)
    return lambda: generic(type("New", (bases[-1],), {})())
