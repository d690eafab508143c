"""Build six tools of `itertools`, which take streams apart and put them together item by item.

Rebuilds `chain`, `islice`, `accumulate`, `zip_longest`, `groupby` and `tee`, without `itertools`.
They are the joints of lazy pipelines: input that is larger than memory, or has no end, flows
through them.  Whoever joins them relies on what no signature shows: how many items each
pulls from its source, how many it keeps, and when it finds fault.

Rules
    1. `chain(*iterables)` has the items of the first iterable, then those of the second, and so
       on; `chain.from_iterable(iterable)` takes the iterables from `iterable`.  Each of them is
       taken, and asked for its iterator, when its turn comes; if it has none, that is a
       `TypeError` then.  The rest of this rule goes for all six tools.  They give iterators, which
       stay at their end.  To make one pulls nothing; yet arguments are checked at once and
       not at the first `next`, and what is not iterable is a `TypeError`.  Each `next` pulls no
       more than its answer needs, and what has been handed out is not kept without need.
    2. `islice(iterable, stop)` and `islice(iterable, start, stop[, step])` have the items that
       the slice of a list has.  A number is None or has `__index__`; anything else, a negative
       one and a `step` of 0 are a `ValueError`.  At the end `max(start, stop)` items have been
       pulled, or all if there are fewer, whatever `step` is; and the source is let go at the stop.
    3. `accumulate(iterable, func)` has the first item, then `func(total, item)` for each further
       one, with the total before it; `func` is addition if it is None or not given.
       `initial=x` puts `x` before the items, unless it is None.  Any total may be None.
    4. `zip_longest(*iterables, fillvalue=None)` has tuples of one item from each iterable, until
       all have ended.  `fillvalue` stands for those that ended earlier; they are not asked again.
    5. `groupby(iterable, key)` has a pair `(key, group)` for each run of items whose keys are equal
       to that of the first of them, which is the key in the pair; the group is an iterator of the
       items.  `key(item)` is the key of an item, computed once; without `key`, or if that is
       None, the item is its own key.  Keys are compared with keys only, and each item is in one
       group, even if its key is not equal to itself.
    6. A group and its `groupby` share the source.  The next pair skips what the group before has
       left; from then on that group is over, also when its key comes again.  Of the items, only
       the one that was pulled to see where a group ends is kept, and any that is itself a key.
    7. `tee(iterable, n=2)` is a tuple of `n` iterators, each with all items, at its own pace.  An
       item is pulled when the first of them needs it, and kept until the last has taken it;
       one that nobody has any more is not waited for.  A negative `n` is a `ValueError`, one
       that is no integer a `TypeError`.  Of an iterator `t` from a `tee`, `tee(t)` gives new
       ones that begin where `t` is, and leaves `t` there.  They are not stacked upon `t`: thousands
       of such calls, each on an iterator of the one before, do no harm.
    8. An error of the source, of `func` or of `key` comes out of the `next` that met it.  It ends
       neither `chain`, `accumulate`, `groupby` and its groups, nor an iterator of `tee`: only the
       item is lost, and the `next` after it goes on as if that had not been there.  A source that
       asks an iterator of `tee` for the very item that it is being asked for gets a
       `RuntimeError`.

Left out
    Use by several threads.  Copying and pickling, which the originals had until 3.13.  What
    `islice` and `zip_longest` do after an error, and `chain` after one of the iterable that hands
    out the iterables.  CPython keeps the items of `tee` in blocks of 57, so that some stay longer;
    the tests allow for that.  Up to 3.12.7 and 3.13.0, its `tee(t)` has `t` itself as the first.
"""

# ruff: noqa: N801 - the tools have the originals' names

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, SupportsIndex, TypeVar

T = TypeVar("T")


class chain(Iterator[T]):
    """The items of the first iterable, then those of the second, and so on.

    >>> list(chain("ab", [1, 2]))
    ['a', 'b', 1, 2]
    """

    def __init__(self, *iterables: Iterable[T]) -> None:
        raise NotImplementedError

    @classmethod
    def from_iterable(cls, iterable: Iterable[Iterable[T]], /) -> Self:
        """Return a `chain` of the iterables that `iterable` hands out, one when it is needed.

        >>> list(chain.from_iterable(line.split() for line in ["a b", "", "c"]))
        ['a', 'b', 'c']

        Raises:
            TypeError: `iterable` is not iterable.
        """
        raise NotImplementedError

    def __next__(self) -> T:
        raise NotImplementedError


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
        raise NotImplementedError

    def __next__(self) -> T:
        raise NotImplementedError


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
        raise NotImplementedError

    def __next__(self) -> Any:
        raise NotImplementedError


class zip_longest(Iterator[tuple[Any, ...]]):
    """Tuples of one item from each iterable, as long as any of them has one.

    `fillvalue` stands for the items that the shorter ones have not.

    >>> list(zip_longest("abc", "x", fillvalue="-"))
    [('a', 'x'), ('b', '-'), ('c', '-')]

    Raises:
        TypeError: one of `iterables` is not iterable.
    """

    def __init__(self, *iterables: Iterable[Any], fillvalue: Any = None) -> None:
        raise NotImplementedError

    def __next__(self) -> tuple[Any, ...]:
        raise NotImplementedError


class groupby(Iterator[tuple[Any, Iterator[T]]]):
    """Pairs of a key and an iterator over the consecutive items that have it.

    `key(item)` is the key of an item, or the item itself if `key` is None.

    >>> [(letter, len(list(group))) for letter, group in groupby("aaabba")]
    [('a', 3), ('b', 2), ('a', 1)]

    Raises:
        TypeError: `iterable` is not iterable.
    """

    def __init__(self, iterable: Iterable[T], key: Callable[[T], Any] | None = None) -> None:
        raise NotImplementedError

    def __next__(self) -> tuple[Any, Iterator[T]]:
        raise NotImplementedError


def tee(iterable: Iterable[T], n: int = 2, /) -> tuple[Iterator[T], ...]:
    """Return `n` independent iterators over the items of `iterable`, which is read only once.

    >>> first, second = tee(iter("abc"))
    >>> next(first), next(first), next(second)
    ('a', 'b', 'a')

    Raises:
        TypeError: `iterable` is not iterable, or `n` is not an integer.
        ValueError: `n` is negative.
    """
    raise NotImplementedError
