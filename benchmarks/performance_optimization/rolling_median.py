"""The next results of a window that is full."""

import math
import random
import statistics
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle, islice
from types import SimpleNamespace
from typing import Any

SIZES = (10, 1_000, 10_000)
_RESULTS = 10


def _slow_median(values: Iterable[Any], window: int) -> Iterator[Any]:
    """The version of the statement, with a window that is full from the start."""
    recent: deque[Any] = deque(islice(values, window - 1), maxlen=window)
    for value in values:
        recent.append(value)
        if any(item != item for item in recent):  # noqa: PLR0124
            yield math.nan
        else:
            yield statistics.median(recent)


def _slow_quantiles(values: Iterable[Any], window: int, n: int) -> Iterator[Any]:
    recent: deque[Any] = deque(islice(values, window - 1), maxlen=window)
    for value in values:
        recent.append(value)
        yield statistics.quantiles(recent, n=n)


ORIGINAL = SimpleNamespace(rolling_median=_slow_median, rolling_quantiles=_slow_quantiles)


def _values() -> Iterator[float]:
    source = random.Random(1)  # noqa: S311
    return cycle([source.random() for _ in range(20_011)])


def median(kata: Any, size: int) -> Callable[[], object]:
    """10 medians; the size is that of the window."""
    values = _values()
    results = kata.rolling_median(values, size)
    if kata is not ORIGINAL:
        deque(islice(results, size), maxlen=0)
    return lambda: list(islice(results, _RESULTS))


def quantiles(kata: Any, size: int) -> Callable[[], object]:
    """10 times the nine deciles; the size is that of the window."""
    values = _values()
    results = kata.rolling_quantiles(values, size, 10)
    if kata is not ORIGINAL:
        deque(islice(results, size), maxlen=0)
    return lambda: list(islice(results, _RESULTS))
