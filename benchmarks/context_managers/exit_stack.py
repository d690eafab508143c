"""A stack of callbacks, left without and with an error."""

import contextlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(ExitStack=contextlib.ExitStack)
SIZES = (1, 10, 100)


def leaving(kata: Any, size: int) -> Callable[[], object]:
    """As many callbacks as the size."""

    def run() -> None:
        with kata.ExitStack() as stack:
            for _ in range(size):
                stack.callback(int)

    return run


def leaving_with_an_error(kata: Any, size: int) -> Callable[[], object]:
    """As many exits as the size, the last of which swallows the error."""

    def run() -> None:
        with kata.ExitStack() as stack:
            stack.push(lambda *_: True)
            for _ in range(size - 1):
                stack.push(lambda *_: False)
            raise KeyError

    return run
