"""Wrap any iterable so that you can look ahead before you take.

Rebuilds `more_itertools.peekable`.  An iterator tells you its next item only by
giving it away, which is one item too late for a parser that must know where a
number ends, or a merge that must know which of two streams is behind.  This one
lets you look first, and put things back.

Rules
    1. `peekable(iterable)` is an iterator over the items of `iterable`:
       `iter(p) is p`, and after the last item every `next(p)` raises
       StopIteration.  It pulls an item out of its source only when somebody
       asks for one: making it pulls none, `next` at most one.  What cannot be
       iterated is a `TypeError` at once.
    2. `p.peek()` returns the item that `next(p)` would return, and leaves it
       there; peeking again pulls no more.  If there is no next item,
       `p.peek(default)` returns `default`, whatever it is, and `p.peek()` raises
       StopIteration.  (Inside a generator, that becomes a `RuntimeError` by PEP
       479; give a default there.)
    3. `p` is true if `next(p)` would return an item, whatever the item, and
       false if not.  Asking pulls as much as `peek`.
    4. `p.prepend(*items)` puts `items` before everything that is still to come,
       what was peeked included; the first of them comes out next.  It pulls
       nothing.  It works at the end, too: `p` goes on with `items`.
    5. `p[i]` is the item that comes out after `i` others, and stays there; it
       pulls no item beyond.  A negative `i` counts from the end and needs all.  If
       there is no such item it is an `IndexError`.  An index that is not an integer
       is a `TypeError`, and pulls nothing.
    6. `p[i:j:k]` is a list of what that slice of a list of all the rest would
       hold, and takes nothing out.  It pulls no item beyond the farthest that it
       returns, and none if it returns none; with a negative bound it may pull all.
       It refuses what a list refuses (step 0 is a `ValueError`, a bound that is
       not an integer a `TypeError`), and pulls nothing then.
    7. An error of the source comes out as it is, of whichever call pulled.  What
       was pulled before it is not lost, and the next call that needs an item asks
       the source again.  Nothing that has been handed out is kept.

Left out
    What happens with a source that goes on after its StopIteration; such an
    iterator is broken.  The original's slices may pull more than they need, and
    its `p[1.5]` is sometimes a `ValueError`.
"""

from collections.abc import Iterable
from typing import Any, Generic, Self, TypeVar

_T = TypeVar("_T")
_marker: Any = object()  # stands for "no default": nobody else has it


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
        raise NotImplementedError

    def __iter__(self) -> Self:
        raise NotImplementedError

    def __next__(self) -> _T:
        raise NotImplementedError

    def __bool__(self) -> bool:
        raise NotImplementedError

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
        raise NotImplementedError

    def prepend(self, *items: _T) -> None:
        """Put `items` in front, so that they come out next, in the order given.

        >>> numbers = peekable([3, 4])
        >>> numbers.prepend(1, 2)
        >>> list(numbers)
        [1, 2, 3, 4]
        """
        raise NotImplementedError

    def __getitem__(self, index: int | slice) -> Any:
        raise NotImplementedError
