"""Write tests that no wrong implementation passes, and that every right one does.

Rebuilds a part of `Lib/test/test_bisect.py`, CPython's tests of the module `bisect`.  This time
the code is there and you write its tests.  Each function here is one: it is handed an
implementation, returns if that is right, and raises if it is not, as `assert` does.  Your tests
are tried on implementations that are right, each in its own way, and on wrong ones, of which you
are told only what somebody who uses them would notice.

Rules
    1. `check_right(bisect_right)`: `bisect_right(a, x)` is the place in the sorted list `a` at
       which `x` can be inserted behind all items that are not greater.
    2. `check_left(bisect_left)`: `bisect_left(a, x)` is the place in front of all items that are
       not less.
    3. `check_slice(bisect_right)`: `lo` and `hi`, by name or as third and fourth argument, say
       between which places is searched; places are those of the whole list.  `hi=None`, the
       default, means its end.  A negative `lo` is a `ValueError`.
    4. `check_key(bisect_right)`: with `key`, by name only, it is `key(item)` with which `x`, as it
       is, is compared, within `lo` and `hi`.  If it is None, the item itself is.
    5. `check_insort(insort_right)`: `insort_right(a, x)` puts `x` itself into the list, behind all
       items that are not greater, within `lo` and `hi`; with `key`, `key(x)` is compared.
    6. `check_cost(bisect_right)`: with `n` items between `lo` and `hi`, `x` is compared
       `n.bit_length()` times at most, by `x < item` and nothing else.  A sequence need have `len`
       and indices only, and is asked for no item that is not compared.  `key` is called once for
       each comparison.
    7. `check_definition(bisect_left, bisect_right)`: whatever the list, all in front of the left
       place is less than `x`, all from there to the right place is neither less nor greater, and
       all behind that is greater.  Wrong ones are wrong for rare lists only: of a certain length,
       or with certain items.  Yours decides the same each time.

Left out
    `insort_left`; lists that are not sorted; implementations that never end.
"""

from collections.abc import Callable
from typing import Any


def check_right(bisect_right: Callable[..., int]) -> None:
    """Test `bisect_right(a, x)`.

    >>> from bisect import bisect_right
    >>> check_right(bisect_right)
    """
    raise NotImplementedError


def check_left(bisect_left: Callable[..., int]) -> None:
    """Test `bisect_left(a, x)`.

    >>> from bisect import bisect_left
    >>> check_left(bisect_left)
    """
    raise NotImplementedError


def check_slice(bisect_right: Callable[..., int]) -> None:
    """Test `lo` and `hi`.

    >>> from bisect import bisect_right
    >>> check_slice(bisect_right)
    """
    raise NotImplementedError


def check_key(bisect_right: Callable[..., int]) -> None:
    """Test `key`.

    >>> from bisect import bisect_right
    >>> check_key(bisect_right)
    """
    raise NotImplementedError


def check_insort(insort_right: Callable[..., Any]) -> None:
    """Test what `insort_right` does to a list.

    >>> from bisect import insort_right
    >>> check_insort(insort_right)
    """
    raise NotImplementedError


def check_cost(bisect_right: Callable[..., int]) -> None:
    """Test what it asks of items and sequence, and how often.

    >>> from bisect import bisect_right
    >>> check_cost(bisect_right)
    """
    raise NotImplementedError


def check_definition(bisect_left: Callable[..., int], bisect_right: Callable[..., int]) -> None:
    """Test both by what they promise, on many lists.

    >>> import bisect
    >>> check_definition(bisect.bisect_left, bisect.bisect_right)
    """
    raise NotImplementedError
