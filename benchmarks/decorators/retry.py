"""What it costs to be ready for an error, and what an error costs."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import tenacity

ORIGINAL = SimpleNamespace(
    retry=tenacity.retry,
    stop_after_attempt=tenacity.stop_after_attempt,
)
SIZES = (1, 10)


def errors(kata: Any, size: int) -> Callable[[], object]:
    """One call that returns at the attempt that the size says."""
    failures = 0

    @kata.retry(stop=kata.stop_after_attempt(size + 1), sleep=lambda _: None)
    def attempt() -> int:
        nonlocal failures
        failures = (failures + 1) % size
        if failures:
            raise OSError
        return failures

    return attempt
