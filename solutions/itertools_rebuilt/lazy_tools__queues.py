"""A queue for each reader, a number for each group, and a filler for each iterable that has ended.

Idea
    `tee` knows its readers and gives each a queue.  Whoever finds its own queue
    empty pulls an item and puts it into all of them.  The readers are known by
    weak references, so that one that is gone gets nothing more:

        fast  deque([])            pulls c, and appends it to both
        slow  deque([a, b])        takes a from the left

    `groupby` numbers its groups, and only the one with the latest number may
    pull.  An iterable of `zip_longest` that has ended is replaced by an endless
    one.  `islice` leaves the counting to `range`.

When one would choose it
    When the distance between readers matters: `len(queue)` is how far one has
    fallen behind, so it can be bounded, reported, or dropped, as whoever sends
    messages to slow subscribers must.  Each reader costs an append for each item
    and a place for each that it has not read; linked cells cost that once for
    all of them.
"""

# ruff: noqa: N801 - the tools have the originals' names

import operator
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, SupportsIndex, TypeVar
from weakref import WeakSet

T = TypeVar("T")

_NOTHING: Any = object()


class chain(Iterator[T]):
    """The items of the first iterable, then those of the second, and so on.

    >>> list(chain("ab", [1, 2]))
    ['a', 'b', 1, 2]
    """

    def __init__(self, *iterables: Iterable[T]) -> None:
        self._waiting = iter(iterables)
        self._active: Iterator[T] | None = None

    @classmethod
    def from_iterable(cls, iterable: Iterable[Iterable[T]], /) -> Self:
        """Return a `chain` of the iterables that `iterable` hands out, one when it is needed.

        >>> list(chain.from_iterable(line.split() for line in ["a b", "", "c"]))
        ['a', 'b', 'c']

        Raises:
            TypeError: `iterable` is not iterable.
        """
        waiting = iter(iterable)
        self = cls()
        self._waiting = waiting
        return self

    def __next__(self) -> T:
        while True:
            if self._active is None:
                self._active = iter(next(self._waiting))
            try:
                return next(self._active)
            except StopIteration:
                self._active = None


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
        start: SupportsIndex | None = None
        step: SupportsIndex | None = None
        match args:
            case [stop]:
                pass
            case [start, stop]:
                pass
            case [start, stop, step]:
                pass
            case _:
                raise TypeError(f"islice takes one to three numbers, got {len(args)}")
        first, end = _number(start, 0), _number(stop, sys.maxsize)
        every = _number(step, 1)
        if every == 0:
            raise ValueError("the step of islice must not be 0")
        self._source: Iterator[T] | None = iter(iterable)
        self._positions = iter(range(first, end, every))
        self._end = max(first, end)
        self._pulled = 0

    def __next__(self) -> T:
        if self._source is None:
            raise StopIteration
        position = next(self._positions, self._end)
        for _ in range(self._pulled, position):
            next(self._source)
        self._pulled = position + 1
        if position == self._end:
            self._source = None
            raise StopIteration
        return next(self._source)


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
        self._step = self._take_first if initial is None else self._give_initial
        self._total = initial

    def __next__(self) -> Any:
        return self._step()

    def _give_initial(self) -> Any:
        self._step = self._add
        return self._total

    def _take_first(self) -> Any:
        self._total = next(self._source)
        self._step = self._add
        return self._total

    def _add(self) -> Any:
        self._total = self._func(self._total, next(self._source))
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
        self._sources = [iter(iterable) for iterable in iterables]
        self._left = len(self._sources)
        self._fillvalue = fillvalue

    def __next__(self) -> tuple[Any, ...]:
        items = []
        for place, source in enumerate(self._sources):
            item = next(source, _NOTHING)
            if item is _NOTHING:
                self._left -= 1
                self._sources[place] = _endless(self._fillvalue)
                item = self._fillvalue
            items.append(item)
        if self._left == 0:
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
        self._source = iter(iterable)
        self._find_key = key
        # What was pulled ahead and its key; and the key of the latest group.
        self._item = self._key = self._group_key = _NOTHING
        self._number = 0

    def __next__(self) -> tuple[Any, Iterator[T]]:
        self._number += 1
        while self._is_of_the_group():
            self._item = _NOTHING
        self._group_key = self._key
        return self._key, _Group(self._take, self._number)

    def _is_of_the_group(self) -> bool:
        if self._item is _NOTHING:
            item = next(self._source)
            self._key = item if self._find_key is None else self._find_key(item)
            self._item = item
        if self._group_key is _NOTHING:
            return False
        return self._group_key is self._key or bool(self._group_key == self._key)

    def _take(self, number: int) -> T:
        """Return the next item of the group with this number."""
        if number != self._number or not self._is_of_the_group():
            raise StopIteration
        item: T = self._item
        self._item = _NOTHING
        return item


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
    iterator = iter(iterable)
    hub = iterator.hub if isinstance(iterator, _Reader) else _Hub(iterator)
    unread = iterator.queue if isinstance(iterator, _Reader) else ()
    return tuple(_Reader(hub, unread) for _ in range(n))


def _number(value: SupportsIndex | None, default: int) -> int:
    if value is None:
        return default
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise ValueError("islice takes None and integers from 0 on")
    return number


def _endless(item: T) -> Iterator[T]:
    while True:
        yield item


class _Group(Iterator[T]):
    def __init__(self, take: Callable[[int], T], number: int) -> None:
        self._take = take
        self._number = number

    def __next__(self) -> T:
        return self._take(self._number)


class _Hub(Iterator[T]):
    def __init__(self, source: Iterator[T]) -> None:
        self.readers: WeakSet[_Reader[T]] = WeakSet()
        self._source = source
        self._answering = False

    def __next__(self) -> T:
        if self._answering:
            raise RuntimeError("tee: the source asks for what it is being asked for")
        self._answering = True
        try:
            return next(self._source)
        finally:
            self._answering = False


class _Reader(Iterator[T]):
    def __init__(self, hub: _Hub[T], unread: Iterable[T]) -> None:
        self.hub = hub
        self.queue = deque(unread)
        hub.readers.add(self)

    def __next__(self) -> T:
        if not self.queue:
            item = next(self.hub)
            for reader in self.hub.readers:
                reader.queue.append(item)
        return self.queue.popleft()
