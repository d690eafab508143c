"""What a verdict costs: tests are run at every save."""

import bisect
from collections.abc import Callable
from typing import Any

SIZES = (1, 5)


def accepting(kata: Any, size: int) -> Callable[[], object]:
    """All checks of a right implementation, as often as the size."""

    def run() -> None:
        for _ in range(size):
            kata.check_right(bisect.bisect_right)
            kata.check_left(bisect.bisect_left)
            kata.check_slice(bisect.bisect_right)
            kata.check_key(bisect.bisect_right)
            kata.check_insort(bisect.insort_right)
            kata.check_cost(bisect.bisect_right)
            kata.check_definition(bisect.bisect_left, bisect.bisect_right)

    return run
