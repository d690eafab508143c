"""The first and the last item, and what `Sequence` makes of them.

Idea
    `stop` is rounded to the last item that there is, once, when the range is
    made.  From then on there are two ends that both belong to it:

        (10, 0, -3)     first 10, last 1        backwards: first 1, last 10, step 3
        (10, 0, 3)      last -1, which lies before the first: no items

    Between two ends, no rule depends on a bound that is itself no item.  An item
    lies between them and a whole number of steps from the first.  Equal ranges
    have equal ends, and with more than one item equal steps.

    An iterator holds what is left as a range: `next` hands out the first item
    and keeps `rest[1:]`.  It is copied and pickled as the range is.

Why one would choose it
    The questions that `range` leaves out become short: whether one progression
    lies in another, what two have in common, the one of all of them up to a
    limit that counts (`last` pages of a report, days of a month).  The methods for
    odd values come from `collections.abc.Sequence`, so there is less to write.
    The price is a new object for each item of a loop, and a length that has to
    be divided for each time anew.
"""

from collections.abc import Iterator, Sequence
from operator import index as as_integer
from typing import Any, Self, SupportsIndex, overload


class arithmetic_range(Sequence[int]):  # noqa: N801 - in the manner of the original's name
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

    __slots__ = ("_last", "_start", "_step", "_stop")
    _last: int
    _start: int
    _step: int
    _stop: int

    @overload
    def __new__(cls, stop: SupportsIndex, /) -> Self: ...
    @overload
    def __new__(
        cls, start: SupportsIndex, stop: SupportsIndex, step: SupportsIndex = 1, /
    ) -> Self: ...
    def __new__(cls, *args: SupportsIndex) -> Self:  # noqa: D102 - the class docstring speaks
        given = [as_integer(argument) for argument in args]
        if not given:
            raise TypeError("arithmetic_range expected at least 1 argument, got 0")
        if given[3:]:
            raise TypeError(f"arithmetic_range expected at most 3 arguments, got {len(args)}")
        start, stop, step = (0, *given, 1) if len(given) == 1 else (*given, 1)[:3]
        if step == 0:
            raise ValueError("the step of arithmetic_range must not be 0")
        nearest = stop - 1 if step > 0 else stop + 1
        self = super().__new__(cls)
        self._start, self._stop, self._step = start, stop, step
        self._last = nearest - (nearest - start) % step
        return self

    def __init_subclass__(cls) -> None:
        raise TypeError("arithmetic_range cannot be subclassed")

    @property
    def start(self) -> int:
        """The first argument, or 0 if only `stop` was given."""
        return self._start

    @property
    def stop(self) -> int:
        """The bound that no item reaches."""
        return self._stop

    @property
    def step(self) -> int:
        """The distance from each item to the next, or 1 if it was not given."""
        return self._step

    def __bool__(self) -> bool:
        return self._start <= self._last if self._step > 0 else self._start >= self._last

    def __len__(self) -> int:
        return self._size()

    def __iter__(self) -> Iterator[int]:
        return _Rest(self)

    def __reversed__(self) -> Iterator[int]:
        return iter(self[::-1])

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, index: slice, /) -> Self: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> Any:
        size = self._size()
        if isinstance(index, slice):
            start, stop, step = index.indices(size)
            beyond = self._start + stop * self._step
            return arithmetic_range(self._start + start * self._step, beyond, self._step * step)
        position = as_integer(index)
        if not -size <= position < size:
            raise IndexError("arithmetic_range index out of range")
        return self._start + position % size * self._step

    def __contains__(self, value: Any, /) -> bool:
        if type(value) not in (int, bool):
            return super().__contains__(value)
        low, high = sorted((self._start, self._last))
        return bool(self) and low <= value <= high and (value - self._start) % self._step == 0

    def count(self, value: Any, /) -> int:
        """Return how many items are equal to `value`.

        >>> arithmetic_range(10).count(3)
        1
        """
        return int(value in self) if type(value) in (int, bool) else super().count(value)

    def index(self, value: Any, /) -> int:  # type: ignore[override] # as `range`, without bounds
        """Return the position of the first item equal to `value`.

        >>> arithmetic_range(10, 0, -3).index(4)
        2

        Raises:
            ValueError: no item is equal to `value`.
        """
        if type(value) not in (int, bool):
            return super().index(value)
        if value not in self:
            raise ValueError(f"{value!r} is not in arithmetic_range")
        return int(value - self._start) // self._step

    def __eq__(self, other: object) -> bool:
        return (
            self._key() == other._key() if isinstance(other, arithmetic_range) else NotImplemented
        )

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        step = "" if self._step == 1 else f", {self._step}"
        return f"arithmetic_range({self._start}, {self._stop}{step})"

    def __reduce__(self) -> tuple[Any, ...]:
        return arithmetic_range, (self._start, self._stop, self._step)

    def _size(self) -> int:
        return (self._last - self._start) // self._step + 1 if self else 0

    def _key(self) -> tuple[int, ...]:
        """Return the ends and, if there are items between them, the step."""
        if not self:
            return ()
        ends = (self._start, self._last)
        return ends if self._start == self._last else (*ends, self._step)


class _Rest(Iterator[int]):
    """The items that are left, as a range."""

    def __init__(self, items: arithmetic_range) -> None:
        self._rest = items

    def __next__(self) -> int:
        if not self._rest:
            raise StopIteration
        item = self._rest.start
        self._rest = self._rest[1:]
        return item
