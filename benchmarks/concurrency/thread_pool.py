"""Calls handed to threads, and their results."""

import concurrent.futures
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(
    ThreadPoolExecutor=concurrent.futures.ThreadPoolExecutor,
    Future=concurrent.futures.Future,
)
SIZES = (1, 8)


def mapping(kata: Any, size: int) -> Callable[[], object]:
    """100 calls of a function that does nothing; as many threads as the size."""
    # One for all calls: it ends its threads when it is freed.
    pool = kata.ThreadPoolExecutor(size)
    return lambda: list(pool.map(abs, range(100)))


def starting(kata: Any, size: int) -> Callable[[], object]:
    """As many threads as the size are started and ended."""

    def run() -> None:
        with kata.ThreadPoolExecutor(size) as pool:
            futures = [pool.submit(abs, -1) for _ in range(size)]
        assert all(future.result() == 1 for future in futures)

    return run
