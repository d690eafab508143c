"""What each use of a resolved proxy costs more than that of its target."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import lazy_object_proxy

ORIGINAL = SimpleNamespace(Proxy=lazy_object_proxy.Proxy)
SIZES = (10, 1_000)


def operators(kata: Any, size: int) -> Callable[[], object]:
    """As many items as the size, each read through the proxy, and added."""
    numbers = kata.Proxy(lambda: list(range(size)))

    def run() -> int:
        return sum(numbers[index] for index in range(len(numbers)))

    return run


def attributes(kata: Any, size: int) -> Callable[[], object]:
    """As many method calls as the size."""
    text = kata.Proxy(lambda: "text")

    def run() -> None:
        for _ in range(size):
            text.upper()

    return run
