"""Make a slow function fast, and change nothing else about it.

Rebuilds `statistics.median` and `statistics.quantiles` for a moving window,
as monitoring and signal processing want them.  This version is right and
sorts the whole window for each value:

    def rolling_median(values, window):
        recent = deque(maxlen=window)
        for value in values:
            recent.append(value)
            if any(item != item for item in recent):
                yield math.nan
            else:
                yield statistics.median(recent)

Rules
    1. `rolling_median(values, window)` returns an iterator with one result for
       each value: the median of that value and those before it, `window` in
       all, or as many as there are.  The middle one of an odd number; of an
       even number, half the sum of the middle two, `(a + b) / 2`.
    2. A `window` below 1 is a `ValueError` at the call, before any value is
       asked for.
    3. It asks for one value at a time, when the next result is asked for, and
       keeps no value alive that has left the window.
    4. The middle value is that very object.  Equal ones (`1`, `1.0` and `True`,
       `0.0` and `-0.0`) are in the order of coming, as sorting leaves them.
       Values need `<`, `+` and `/ 2`, as for `statistics.median`, and `!=`; no
       hash, and no way to be made a float.
    5. While a value that is not equal to itself (NaN) is in the window, the
       result is `math.nan`.  When it has left, results are as if it had never
       been there, save for its place in the window.
    6. For each value, the number of comparisons (`<`, `==`, `!=` and the rest)
       grows with the logarithm of `window`, whatever the order of values: on
       average at most 10 times the base-2 logarithm, for 64 and more.
    7. `rolling_quantiles(values, window, n=4)` does the same with the list of
       `n - 1` cut points of `statistics.quantiles(recent, n=n)`.  Of a single
       value all cut points are that value (as since 3.13); with a NaN all are
       `math.nan`.  An `n` below 1 is a `ValueError` at the call.  Each result
       is a new list.

Left out
    The method "inclusive" of quantiles; weights; a minimum number of values.
    Rounding of float cut points may differ from the original's.
"""

from collections.abc import Iterable, Iterator
from typing import Any


def rolling_median(values: Iterable[Any], window: int) -> Iterator[Any]:
    """Return an iterator over the medians of the last `window` values.

    >>> list(rolling_median([3, 1, 2, 9], 3))
    [3, 2.0, 2, 2]

    Raises:
        ValueError: `window` is below 1.
    """
    raise NotImplementedError


def rolling_quantiles(values: Iterable[Any], window: int, n: int = 4) -> Iterator[list[Any]]:
    """Return an iterator over the `n - 1` cut points of the last `window` values.

    >>> list(rolling_quantiles([1, 2, 3], 3))
    [[1, 1, 1], [0.75, 1.5, 2.25], [1.0, 2.0, 3.0]]

    Raises:
        ValueError: `window` or `n` is below 1.
    """
    raise NotImplementedError
