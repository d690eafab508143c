"""Six small iterators, each a few attributes and one `__next__`.

Idea
    Between two calls of `next`, all that a tool knows is in its attributes, so
    what it holds can be read off them: a position, a total, one item pulled
    ahead.  `tee` is a chain of cells.  A reader holds the next cell that it has
    not read, an empty cell means "ask the source", nothing holds the first one:

        slow --> [a, -]-> [b, -]-> [ ] <-- fast      `fast` has read a and b

    A cell that the slowest reader has left is freed by its reference count.

Why classes and not generators
    A generator function runs nothing before the first `next`, so bad arguments
    show late.  An error that leaves a generator finishes it: a source that
    times out once is then reported as ended, and nobody learns of the rest.

Why a group knows that it is over
    A group that met another key stays over, even if its own key comes again.
    `groupby` walks each group to its end before it makes the next one, so it
    needs no list of them, and a group none of its `groupby`: no cycle.

Why not one queue for each reader of `tee`
    The other design has them.  Whoever drops a reader leaves a queue that only
    grows, unless something notices; and each item is stored once per reader.

In CPython
    `Modules/itertoolsmodule.c` (3.13) has a struct for each tool, with much the
    same fields.  Cells of `tee` come in blocks of 57, so up to 57 items stay
    longer.  `zip_longest` uses its last tuple again if nobody else has it.
    Until 3.12.7 and 3.13.0 `tee(t)[0]` was `t` itself (gh-123884).
    The "roughly equivalent" code of the documentation is not equivalent: its
    generators check late, end at an error, and know of no re-entry.

Sources
    Library reference, `itertools`; CPython's `Lib/test/test_itertools.py`.
"""

# ruff: noqa: N801 - the tools have the originals' names

import operator
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, SupportsIndex, TypeVar

T = TypeVar("T")


class chain(Iterator[T]):
    """The items of the first iterable, then those of the second, and so on.

    >>> list(chain("ab", [1, 2]))
    ['a', 'b', 1, 2]
    """

    def __init__(self, *iterables: Iterable[T]) -> None:
        self._iterables = iter(iterables)
        self._current: Iterable[T] = ()

    @classmethod
    def from_iterable(cls, iterable: Iterable[Iterable[T]], /) -> Self:
        """Return a `chain` of the iterables that `iterable` hands out, one when it is needed.

        >>> list(chain.from_iterable(line.split() for line in ["a b", "", "c"]))
        ['a', 'b', 'c']

        Raises:
            TypeError: `iterable` is not iterable.
        """
        self = cls()
        self._iterables = iter(iterable)
        return self

    def __next__(self) -> T:
        while True:
            # At most one turn: it asks for an item, and a StopIteration ends it without a `try`.
            for item in self._current:
                return item
            # A loop and no recursion, since any number of empty iterables may follow each other.
            self._current = iter(next(self._iterables))


class islice(Iterator[T]):
    """The items at `start`, `start + step`, … before `stop`, as a slice of a list has them.

    The call is `islice(iterable, stop)` or `islice(iterable, start, stop[, step])`; `start` is 0
    and `step` is 1 if it is not given or None.  A `stop` of None is the end of `iterable`.

    >>> list(islice("abcdefg", 2))
    ['a', 'b']
    >>> list(islice("abcdefg", 1, None, 2))
    ['b', 'd', 'f']

    Raises:
        TypeError: not one to three numbers, or `iterable` is not iterable.
        ValueError: `start` or `stop` is no integer from 0 on, or `step` none from 1 on.
    """

    def __init__(self, iterable: Iterable[T], /, *args: SupportsIndex | None) -> None:
        # Only to sort the arguments: a slice takes anything as a bound.
        bounds = slice(*args)
        self._wanted = _at_least(0, bounds.start, default=0)
        # No iterator gets as far as sys.maxsize.
        self._stop = _at_least(0, bounds.stop, default=sys.maxsize)
        self._step = _at_least(1, bounds.step, default=1)
        self._source = iter(iterable)
        self._pulled = 0

    def __next__(self) -> T:
        while self._pulled < self._wanted:
            next(self._source)
            self._pulled += 1
        if self._pulled >= self._stop:
            # Done with the source: whatever it keeps open can go.
            self._source = iter(())
        item = next(self._source)
        self._pulled += 1
        # Not beyond `stop`: the items from there on belong to whoever reads the source next.
        self._wanted = min(self._wanted + self._step, self._stop)
        return item


class accumulate(Iterator[Any]):
    """The running totals: the first item, then `func(total, item)` for each further one.

    `func` is addition if it is None.  `initial`, unless it is None, stands before the items.

    >>> list(accumulate([1, 2, 3, 4]))
    [1, 3, 6, 10]
    >>> list(accumulate([3, 1, 4, 1, 5], max))
    [3, 3, 4, 4, 5]
    >>> list(accumulate([1, 2], initial=10))
    [10, 11, 13]

    Raises:
        TypeError: `iterable` is not iterable.
    """

    def __init__(
        self,
        iterable: Iterable[Any],
        func: Callable[[Any, Any], Any] | None = None,
        *,
        initial: Any = None,
    ) -> None:
        self._source = iter(iterable)
        self._func = operator.add if func is None else func
        self._total = initial
        # Not told from the total: any object can be one, None too.
        self._begun = False

    def __next__(self) -> Any:
        if self._begun:
            self._total = self._func(self._total, next(self._source))
        elif self._total is None:
            self._total = next(self._source)
        self._begun = True
        return self._total


class zip_longest(Iterator[tuple[Any, ...]]):
    """Tuples of one item from each iterable, as long as any of them has one.

    `fillvalue` stands for the items that the shorter ones have not.

    >>> list(zip_longest("abc", "x", fillvalue="-"))
    [('a', 'x'), ('b', '-'), ('c', '-')]

    Raises:
        TypeError: one of `iterables` is not iterable.
    """

    def __init__(self, *iterables: Iterable[Any], fillvalue: Any = None) -> None:
        self._sources: list[Iterator[Any] | None] = [iter(iterable) for iterable in iterables]
        self._fillvalue = fillvalue

    def __next__(self) -> tuple[Any, ...]:
        items = []
        for place, source in enumerate(self._sources):
            item = self._fillvalue
            if source is not None:
                try:
                    item = next(source)
                except StopIteration:
                    self._sources[place] = None
            items.append(item)
        # Not by the items: all of them may well be equal to `fillvalue`, or be it.
        if all(source is None for source in self._sources):
            raise StopIteration
        return tuple(items)


class groupby(Iterator[tuple[Any, Iterator[T]]]):
    """Pairs of a key and an iterator over the consecutive items that have it.

    `key(item)` is the key of an item, or the item itself if `key` is None.

    >>> [(letter, len(list(group))) for letter, group in groupby("aaabba")]
    [('a', 3), ('b', 2), ('a', 1)]

    Raises:
        TypeError: `iterable` is not iterable.
    """

    def __init__(self, iterable: Iterable[T], key: Callable[[T], Any] | None = None) -> None:
        self._items = _KeyedItems(iter(iterable), key)
        self._group: Iterable[T] = ()

    def __next__(self) -> tuple[Any, Iterator[T]]:
        # Nobody can know where the next group begins without having seen the rest of this one.
        for _ in self._group:
            pass
        key, _ = self._items.peek()
        self._group = group = _Group(self._items, key)
        return key, group


def tee(iterable: Iterable[T], n: int = 2, /) -> tuple[Iterator[T], ...]:
    """Return `n` independent iterators over the items of `iterable`, which is read only once.

    >>> first, second = tee(iter("abc"))
    >>> next(first), next(first), next(second)
    ('a', 'b', 'a')

    Raises:
        TypeError: `iterable` is not iterable, or `n` is not an integer.
        ValueError: `n` is negative.
    """
    if n < 0:
        raise ValueError("n must be >= 0")
    reader = _Reader(iterable)
    return tuple(_Reader(reader) for _ in range(n))


def _at_least(least: int, number: SupportsIndex | None, *, default: int) -> int:
    """Return `number` as an integer, or `default` for None."""
    if number is None:
        return default
    if not isinstance(number, SupportsIndex) or (integer := operator.index(number)) < least:
        raise ValueError(f"islice() takes None or integers from {least} on here, not {number!r}")
    return integer


class _KeyedItems(Iterator[tuple[Any, T]]):
    """The items of a source with their keys, of which the next one can be looked at."""

    def __init__(self, source: Iterator[T], key: Callable[[T], Any] | None) -> None:
        self._source = source
        self._key = key
        self._ahead: tuple[Any, T] | None = None

    def peek(self) -> tuple[Any, T]:
        if self._ahead is None:
            item = next(self._source)
            self._ahead = (item if self._key is None else self._key(item)), item
        return self._ahead

    def __next__(self) -> tuple[Any, T]:
        keyed = self.peek()
        self._ahead = None
        return keyed


class _Group(Iterator[T]):
    """The items up to the first one with another key."""

    def __init__(self, items: _KeyedItems[T], key: Any) -> None:
        self._items = items
        self._key = key
        self._over = False

    def __next__(self) -> T:
        if not self._over:
            key, _ = self._items.peek()
            # `is`: the first item belongs here even if its key, as NaN, is not equal to itself.
            self._over = not (self._key is key or self._key == key)
        if self._over:
            raise StopIteration
        _, item = next(self._items)
        return item


class _Reader(Iterator[T]):
    """One of the iterators of a `tee`, at a cell that is empty or has an item and the next cell."""

    _source: "_OneAtATime[T]"
    _cell: list[Any]

    def __init__(self, iterable: Iterable[T]) -> None:
        source = iter(iterable)
        if isinstance(source, _Reader):
            # Wrapped as any other source, it would be moved, and add a call for each item.
            self._source, self._cell = source._source, source._cell  # noqa: SLF001 - its own class
        else:
            self._source, self._cell = _OneAtATime(source), []

    def __next__(self) -> T:
        if not self._cell:
            self._cell[:] = next(self._source), []
        item, self._cell = self._cell
        return item  # type: ignore[no-any-return]


class _OneAtATime(Iterator[T]):
    """A source that must not be asked while it is answering."""

    def __init__(self, source: Iterator[T]) -> None:
        self._source = source
        self._busy = False

    def __next__(self) -> T:
        if self._busy:
            raise RuntimeError("cannot re-enter the tee iterator")
        self._busy = True
        try:
            return next(self._source)
        finally:
            self._busy = False
