"""A deque of what has been pulled and not yet handed out, in front of the source.

Idea
    Whoever looks ahead takes items out of the source, so they have to be kept.
    Handing out begins with those; only when there are none, it asks the source.

        call            ahead      still in the source   result
                        []         a b c d ...
        peek()          [a]        b c d ...             a
        p[2]            [a b c]    d ...                 c
        next(p)         [b c]      d ...                 a
        prepend(x, y)   [x y b c]  d ...

    All looking ahead is one step: have `count` items at hand, if there are as
    many.  `peek`, truth value, index and slice differ only in the count.  The
    price: `peek` takes some twice as long as the original's, which pulls the
    one item by itself.
    `next` and `peek` cost O(1), `prepend` O(1) for each item, `p[i]` O(i), a
    slice O(items ahead).

Why a range tells how far a slice reaches
    `range(sys.maxsize)` stands for a sequence without end: its slice holds
    the positions taken, and it refuses what a list refuses.  A negative bound
    depends on where the end is, so it has to be found.

Why not hold one item from the beginning
    The truth value would be free.  But the source may be a terminal or a
    socket: it would wait for an item that nobody has asked for.

Why not chain(items, source) for prepend
    Each push-back wraps one more iterator round the rest, for ever.

In CPython
    Not there; the original is `more_itertools/more.py` (11.2), also a deque.
    Its slices pull one item too many, or everything for `p[3::-1]`; its
    `p[1.5]` may be a ValueError.  Both ask the source again after the end, as
    an iterator that goes on after StopIteration is broken by definition.

Sources
    Library reference, "Iterator Types"; PEP 234 (iterators), PEP 479.
"""

import sys
from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Any, Generic, Self, TypeVar

_T = TypeVar("_T")
# The one value that no caller can mean as a default.
_marker: Any = object()
# No source gets as far as this: a slice of it is the positions in a sequence without end.
_POSITIONS = range(sys.maxsize)


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
        self._ahead: deque[_T] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _T:
        if self._ahead:
            return self._ahead.popleft()
        return next(self._source)

    def __bool__(self) -> bool:
        if not self._ahead:
            self._look_ahead(1)
        return bool(self._ahead)

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
        if self:
            return self._ahead[0]
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
        # `extendleft` puts each item in front of the one before.
        self._ahead.extendleft(reversed(items))

    def __getitem__(self, index: int | slice) -> Any:
        if not isinstance(index, slice):
            # For a negative index this is farther than any source goes, so all is pulled.
            self._look_ahead(_POSITIONS[index] + 1)
            return self._ahead[index]
        # First of all, as it raises what a list would raise, and nothing is pulled yet.
        taken = _POSITIONS[index]
        if any(bound is not None and bound < 0 for bound in (index.start, index.stop)):
            self._look_ahead(sys.maxsize)
        elif taken:
            # With a negative step the first one is the farthest.
            self._look_ahead(max(taken[0], taken[-1]) + 1)
        return list(self._ahead)[index]

    def _look_ahead(self, count: int) -> None:
        """Have `count` items at hand, or all, if the source ends before."""
        missing = max(0, count - len(self._ahead))
        # One by one: what comes before an error of the source is kept.
        self._ahead.extend(islice(self._source, missing))
