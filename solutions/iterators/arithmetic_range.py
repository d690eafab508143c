"""Four numbers, and arithmetic in place of items.

Idea
    Item number i is `start + i * step`, so the items need not be anywhere.
    Each question is turned into one about positions, which are always
    0, 1, 2, ... below a length, whatever the step.  For (10, 0, -3):

        position      0    1    2    3
        item         10    7    4    1     (-2 would be beyond `stop`)
        [::-2]            2nd       1st    is arithmetic_range(1, 13, 6)

    `value in r` goes the way back: it divides by the step and asks whether
    the position exists.  Everything but a walk costs O(1), as far as the
    arithmetic does: large integers cost more than small ones.

Why one formula for the length
    It is (stop - start) / step rounded up.  `//` rounds down, on either side
    of zero, so the double minus rounds up, for steps of either sign.  The
    well-known `(stop - start + step - 1) // step` holds for positive steps.

Why the key for `==` is cut off
    Without items nothing but the length shows, with one only that item, and
    from two on the step.  `stop` never does: (0, 3, 2) and (0, 4, 2) are equal.

Why not a generator for `__iter__`
    It would be shorter, and could be neither copied nor pickled.

In CPython
    `Objects/rangeobject.c` (3.13) keeps the same four numbers as int objects
    and has two iterators, one of C longs and one of int objects.  Since 3.12
    both count down what is left, as here.  Only `int` and `bool` themselves
    are found by arithmetic.  For other objects, subclasses of int included,
    it walks: `1e9 in range(2 * 10**9)` builds a thousand million ints.

Sources
    Library reference, "Ranges", says since when: membership by arithmetic,
    slices and negative indices 3.2, equality by items and the attributes 3.3.
"""

from collections.abc import Iterator, Sequence
from operator import countOf, indexOf
from operator import index as as_integer
from typing import Any, NoReturn, Self, SupportsIndex, TypeGuard, final, overload


# Registered, as CPython registers `range`: none of the inherited methods would be used.
@Sequence.register
@final
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

    __slots__ = ("_length", "_start", "_step", "_stop")
    _length: int
    _start: int
    _step: int
    _stop: int

    @overload
    def __new__(cls, stop: SupportsIndex, /) -> Self: ...
    @overload
    def __new__(
        cls, start: SupportsIndex, stop: SupportsIndex, step: SupportsIndex = 1, /
    ) -> Self: ...
    # Not `__init__`: called once more, that would change a key of a dictionary.
    def __new__(cls, *args: SupportsIndex) -> Self:  # noqa: D102 - the class docstring speaks
        match [as_integer(argument) for argument in args]:
            case []:
                raise TypeError("arithmetic_range expected at least 1 argument, got 0")
            case [stop]:
                start, step = 0, 1
            case [start, stop]:
                step = 1
            case [start, stop, step]:
                pass
            case [_, _, _, _, *_]:
                raise TypeError(f"arithmetic_range expected at most 3 arguments, got {len(args)}")
        if step == 0:
            raise ValueError("the step of arithmetic_range must not be 0")
        self = super().__new__(cls)
        self._start = start
        self._stop = stop
        self._step = step
        self._length = max(0, -((start - stop) // step))
        return self

    def __init_subclass__(cls) -> NoReturn:
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

    def __len__(self) -> int:
        # The built-in `len` raises the OverflowError if this is too large for it.
        return self._length

    def __bool__(self) -> bool:
        # Without this, `bool` would ask `__len__`, and overflow as `len` does.
        return self._length > 0

    def __iter__(self) -> Iterator[int]:
        return _Iterator(first=self._start, step=self._step, left=self._length)

    def __reversed__(self) -> Iterator[int]:
        return iter(self[::-1])

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, index: slice, /) -> Self: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> Any:
        if isinstance(index, slice):
            # A `stop` of -1 or of the length is a position, too: the one beside the last.
            start, stop, step = index.indices(self._length)
            return arithmetic_range(self._item(start), self._item(stop), self._step * step)
        position = as_integer(index)
        if position < 0:
            position += self._length
        if not 0 <= position < self._length:
            raise IndexError("arithmetic_range index out of range")
        return self._item(position)

    def __contains__(self, value: Any, /) -> bool:
        if _is_plain(value):
            return self._position(value) is not None
        # An iterator has no `__contains__`, and is searched.
        return value in iter(self)

    def count(self, value: Any, /) -> int:
        """Return how many items are equal to `value`.

        >>> arithmetic_range(10).count(3)
        1
        """
        if _is_plain(value):
            return int(value in self)
        return countOf(self, value)

    def index(self, value: Any, /) -> int:
        """Return the position of the first item equal to `value`.

        >>> arithmetic_range(10, 0, -3).index(4)
        2

        Raises:
            ValueError: no item is equal to `value`.
        """
        if not _is_plain(value):
            return indexOf(self, value)
        position = self._position(value)
        if position is None:
            raise ValueError(f"{value!r} is not in arithmetic_range")
        return position

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, arithmetic_range):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        step = "" if self._step == 1 else f", {self._step}"
        return f"arithmetic_range({self._start}, {self._stop}{step})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Of `__slots__`, pickle's protocols 0 and 1 know nothing.
        return arithmetic_range, (self._start, self._stop, self._step)

    def _item(self, position: int) -> int:
        """Return what is, or would be, at `position`."""
        return self._start + position * self._step

    def _position(self, value: int) -> int | None:
        """Return where `value` is, or None."""
        position, rest = divmod(value - self._start, self._step)
        return position if rest == 0 and 0 <= position < self._length else None

    def _key(self) -> tuple[int, ...]:
        """Return what tells these items from others: length, first item, step, as far as seen."""
        return (self._length, self._start, self._step)[: self._length + 1]


class _Iterator(Iterator[int]):
    """The items that are left.

    No `__slots__` here: it is pickled and copied by its `__dict__`.
    """

    def __init__(self, *, first: int, step: int, left: int) -> None:
        self._next = first
        self._step = step
        self._left = left

    def __next__(self) -> int:
        if self._left == 0:
            raise StopIteration
        item = self._next
        self._next += self._step
        self._left -= 1
        return item


def _is_plain(value: object) -> TypeGuard[int]:
    """Whether `value` is surely equal to one integer and to nothing else.

    Of a subclass of `int` that is not sure, as it may have an `__eq__` of its own; `bool` has none
    and can't be subclassed.
    """
    return type(value) in (int, bool)
