"""Build a sequence of evenly spaced integers that computes its items instead of storing them.

Rebuilds `range`.  In a `for` loop it passes for an iterator, and much teaching
material calls it one.  It is a whole sequence: it knows its length, its last item
and its slices at once, can be a key of a dictionary, and takes no more memory for
10**30 items than for ten.  Only walking through it, in a loop or in a search for
something that is no plain integer, builds its items, one by one.  Everything else
costs the same, however long it is.

Rules
    1. `arithmetic_range(start, stop, step)` has the items `start`,
       `start + step`, and so on, as long as they come before `stop`: below it if
       `step` is positive, above it if it is negative.  There may be none.
       `arithmetic_range(stop)` starts at 0, and `step` is 1 if it is not given.
       Each `iter(r)` is a new iterator from the first item on, and hands out one
       item after another; `r` itself is no iterator.  `range` takes no part.
    2. The arguments, one to three and without names, are integers or have
       `__index__`, which is asked once, when `r` is made.  Anything else, 2.0
       included, is a `TypeError` then, and a step of 0 a `ValueError`.  `start`,
       `stop` and `step` are as given, as plain `int`.  No attribute of `r` can be
       set or deleted: that is an `AttributeError`.
    3. `len(r)` is the number of items, and `r` is true if there are any.  There
       may be more than `sys.maxsize`: then `len(r)` raises `OverflowError`, as it
       does for every object, and all else works.
    4. `r[i]` is item `i`, from the end if `i` is negative, for an integer or what has
       `__index__`.  If there is no such item it is an `IndexError`; with
       anything else in brackets, slices apart, a `TypeError`.
    5. `r[i:j:k]` is an `arithmetic_range` of the items that this slice of a list of
       them would have.  It refuses what a list refuses.  `reversed(r)` is an
       iterator from the last item to the first.
    6. `x in r`, `r.count(x)` and `r.index(x)` answer as a list of the items would.
       For an `int` or a `bool` they compute the answer.  Any other `x`, instances of
       subclasses of `int` included, is compared with one item after another, as
       it is; `in` and `index` stop at the first that is equal.  If none is,
       `index` raises `ValueError`.  An error of the comparison comes out.
    7. Two `arithmetic_range` are equal if they have the same items in the same order,
       however they were made, and have the same hash then; different ones rarely
       have.  Any other object is unequal, unless it says otherwise.  `<`, `+` and `*`
       are not supported.
    8. It is a `collections.abc.Sequence`, also for `match`.  `repr(r)` is the call
       that makes it, without a step of 1: `arithmetic_range(0, 3)`.  It can be copied and
       pickled, with every protocol, and so can its iterators, which then go on
       from where they are.  As `range`, it has no subclasses: to make one is a
       `TypeError`.

Left out
    `__length_hint__` and the undocumented `__setstate__` of the original's
    iterators.  The attributes of a slice may differ from the original's where the
    items are the same.
"""

from collections.abc import Iterator
from typing import Any, Self, SupportsIndex, overload


class arithmetic_range:  # noqa: N801 - in the manner of the original's name
    """The sequence of the integers `start`, `start + step`, … before `stop`, none of them stored.

    `arithmetic_range(stop)` starts at 0; `step` is 1 if it is not given.  It is immutable.

    >>> evens = arithmetic_range(0, 10, 2)
    >>> list(evens)
    [0, 2, 4, 6, 8]
    >>> len(evens), evens[-1], 6 in evens, 7 in evens
    (5, 8, True, False)
    >>> evens[1:4] == arithmetic_range(2, 8, 2)
    True
    >>> evens == arithmetic_range(0, 9, 2)
    True

    Raises:
        TypeError: not one to three arguments, or one that is not an integer.
        ValueError: `step` is 0.
    """

    @overload
    def __new__(cls, stop: SupportsIndex, /) -> Self: ...
    @overload
    def __new__(
        cls, start: SupportsIndex, stop: SupportsIndex, step: SupportsIndex = 1, /
    ) -> Self: ...
    def __new__(cls, *args: SupportsIndex) -> Self:  # noqa: D102 - the class docstring speaks
        raise NotImplementedError

    @property
    def start(self) -> int:
        """The first argument, or 0 if only `stop` was given."""
        raise NotImplementedError

    @property
    def stop(self) -> int:
        """The bound that no item reaches."""
        raise NotImplementedError

    @property
    def step(self) -> int:
        """The distance from each item to the next, or 1 if it was not given."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __iter__(self) -> Iterator[int]:
        raise NotImplementedError

    def __reversed__(self) -> Iterator[int]:
        raise NotImplementedError

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, index: slice, /) -> Self: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> Any:
        raise NotImplementedError

    def __contains__(self, value: Any, /) -> bool:
        raise NotImplementedError

    def count(self, value: Any, /) -> int:
        """Return how many items are equal to `value`.

        >>> arithmetic_range(10).count(3)
        1
        """
        raise NotImplementedError

    def index(self, value: Any, /) -> int:
        """Return the position of the first item equal to `value`.

        >>> arithmetic_range(10, 0, -3).index(4)
        2

        Raises:
            ValueError: no item is equal to `value`.
        """
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        raise NotImplementedError

    def __hash__(self) -> int:
        raise NotImplementedError

    def __repr__(self) -> str:
        raise NotImplementedError
