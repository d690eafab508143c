"""A stream of cells, each made when somebody first looks at it.

Idea
    A cell holds an item and the cell after it.  The last one is a blank that
    is filled from the source when it is reached:

        here -> [a| ] -> [b| ] -> [blank]        the source goes on with c

    `next` moves `here` to the next cell, `prepend` puts cells before it, and
    looking ahead walks along the cells without moving `here`.  Nobody refers to
    the cells behind `here`, so they are freed as it moves.

Why one would choose it
    A place in the stream is one reference to a cell.  A parser that tries one
    rule, fails, and goes back to try another only keeps such a reference, for
    as many places as it likes, where a deque would have to be copied or the
    items prepended again.  The price is an object for each item, and that an
    index walks in Python code, one cell at a time.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import index as as_integer
from typing import Any, Generic, Self, TypeVar

_T = TypeVar("_T")
_marker: Any = object()


class _Cell:
    """An item and the cell after it; a blank one has none yet."""

    __slots__ = ("item", "rest")

    def __init__(self, item: Any = None, rest: "_Cell | None" = None) -> None:
        self.item = item
        self.rest = rest


class peekable(Generic[_T]):  # noqa: N801 - the original's name
    """Iterator over `iterable` that can look ahead and take items back.

    >>> tokens = peekable(["12", "+", "30"])
    >>> tokens.peek()
    '12'
    >>> next(tokens), tokens.peek()
    ('12', '+')
    >>> tokens.prepend("-", "5")
    >>> tokens[:3]
    ['-', '5', '+']
    >>> while tokens:
    ...     print(next(tokens))
    -
    5
    +
    30

    Raises:
        TypeError: `iterable` is not iterable.
    """

    def __init__(self, iterable: Iterable[_T]) -> None:
        self._source = iter(iterable)
        self._here = _Cell()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _T:
        item: _T = self.peek()
        assert self._here.rest is not None
        self._here = self._here.rest
        return item

    def __bool__(self) -> bool:
        return any(True for _ in self._items_ahead())

    def peek(self, default: Any = _marker) -> Any:
        """Return the item that `next` would return, and leave it in its place.

        If there is none, return `default` if it is given.  Inside a generator, always
        give one: a StopIteration that leaves a generator becomes a RuntimeError.

        >>> peekable("ab").peek()
        'a'
        >>> peekable("").peek("nothing more")
        'nothing more'

        Raises:
            StopIteration: there is no next item, and no `default`.
        """
        for item in self._items_ahead():
            return item
        if default is _marker:
            raise StopIteration
        return default

    def prepend(self, *items: _T) -> None:
        """Put `items` in front, so that they come out next, in the order given.

        >>> numbers = peekable([3, 4])
        >>> numbers.prepend(1, 2)
        >>> list(numbers)
        [1, 2, 3, 4]
        """
        for item in reversed(items):
            self._here = _Cell(item, self._here)

    def __getitem__(self, index: int | slice) -> Any:
        if not isinstance(index, slice):
            position = as_integer(index)
            if position < 0:
                return list(self._items_ahead())[position]
            for at, item in enumerate(self._items_ahead()):
                if at == position:
                    return item
            raise IndexError("fewer items are left")
        positions = range(*index.indices(sys.maxsize))
        if any(bound is not None and bound < 0 for bound in (index.start, index.stop)):
            return list(self._items_ahead())[index]
        if not positions:
            return []
        farthest = positions[-1] if positions.step > 0 else positions[0]
        return list(islice(self._items_ahead(), farthest + 1))[index]

    def _items_ahead(self) -> Iterator[_T]:
        """Yield the items that are still to come, filling blank cells on the way."""
        cell = self._here
        while True:
            if cell.rest is None:
                # Both at once and last: an error of the source leaves the cell blank.
                try:
                    cell.item, cell.rest = next(self._source), _Cell()
                except StopIteration:
                    return
            yield cell.item
            cell = cell.rest
