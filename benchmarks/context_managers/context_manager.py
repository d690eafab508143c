"""A with block that ends well, and one that doesn't."""

import contextlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(
    contextmanager=contextlib.contextmanager,
    suppress=contextlib.suppress,
)
SIZES = (1, 100)


def blocks(kata: Any, size: int) -> Callable[[], object]:
    """As many with blocks as the size, each with a generator of its own."""

    @kata.contextmanager
    def manager() -> Iterator[None]:
        yield

    def run() -> None:
        for _ in range(size):
            with manager():
                pass

    return run


def errors(kata: Any, size: int) -> Callable[[], object]:
    """As many errors as the size, each swallowed by a with block."""

    def run() -> None:
        for _ in range(size):
            with kata.suppress(KeyError):
                raise KeyError

    return run
