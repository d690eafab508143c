"""Keep the results that were used most recently, and forget the rest.

Rebuilds `functools.lru_cache`, the decorator that turns a slow function into
a fast one in one line, on top of the mapping that does its work, which is
`cachetools.LRUCache`.  A cache needs a bound, or it is a leak; this one gives
up what was used longest ago.

Rules
    1. `LRUCache(maxsize)` is a mutable mapping of at most `maxsize` entries
       (its attribute `maxsize`).  Storing one more discards the entry that was
       used least recently.  A negative `maxsize` is a `ValueError`, and so is
       storing in a cache of size 0.
    2. Reading an entry (`[]`, `get`) and storing it, new or again, makes it
       the most recent; storing it again discards nothing.  Looking at keys
       (`in`, `len`, iteration) changes no order.  `popitem()` takes out the
       least recent entry.  Entries may be read while iterating.
    3. `lru_cache(maxsize=128, typed=False)` returns a decorator that answers
       a repeated call from memory, up to `maxsize` results.  `@lru_cache`
       without parentheses means the defaults.  Any other first argument is a
       `TypeError`.  `maxsize=None` keeps every result, 0 keeps none (nothing
       is hashed then), and a negative number means 0.
    4. Two calls are the same if their positional arguments are equal and their
       keyword arguments are equal, in the same order: `f(1)` and `f(x=1)`
       differ, and no arguments can make a positional call look like a keyword
       call.  With `typed`, the types of the arguments count, too (not of what
       is inside them).  Each argument is hashed once in a call.  An argument
       that cannot be hashed is a `TypeError` before the function runs.
    5. The result looks like the function (`functools.wraps`), also as a method,
       and has `cache_info()`, a `CacheInfo`; `cache_parameters()`, a new
       dictionary of `maxsize` and `typed`; and `cache_clear()`, which forgets
       all results and counts.
    6. An exception passes through as it is, is a miss, and is not kept.  What
       is discarded or cleared is not kept alive.
    7. The function may call itself, also with the same arguments, and so may
       the `__eq__` of an argument.
    8. Threads may call, clear and ask at the same time: each look-up, each
       store, `cache_info` and `cache_clear` happens as a whole.  No thread
       waits while another runs the function.

Left out
    `getsizeof` of `cachetools.LRUCache`.  The original may keep a lone `int` or
    `str` argument apart from an equal one of another type without `typed`;
    nothing here asks about that.
"""

from collections.abc import Callable, Hashable, Iterator, MutableMapping
from typing import Any, NamedTuple


class LRUCache(MutableMapping[Hashable, Any]):
    """Mapping of at most `maxsize` entries that discards the least recently used one.

    Reading, storing and deleting cost O(1).  Not safe for threads by itself.

    >>> cache = LRUCache(2)
    >>> cache["a"], cache["b"] = 1, 2
    >>> cache["a"]
    1
    >>> cache["c"] = 3
    >>> sorted(cache)
    ['a', 'c']

    Raises:
        ValueError: `maxsize` is negative.
    """

    def __init__(self, maxsize: int) -> None:
        raise NotImplementedError

    @property
    def maxsize(self) -> int:
        """The number of entries that fit."""
        raise NotImplementedError

    def __getitem__(self, key: Hashable) -> Any:
        raise NotImplementedError

    def __setitem__(self, key: Hashable, value: Any) -> None:
        raise NotImplementedError

    def __delitem__(self, key: Hashable) -> None:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Hashable]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def popitem(self) -> tuple[Hashable, Any]:
        """Remove and return the `(key, value)` pair that was used least recently.

        Raises:
            KeyError: the cache is empty.
        """
        raise NotImplementedError


class CacheInfo(NamedTuple):
    """The counters of a cached function; `maxsize` is None for a cache without bound."""

    hits: int
    misses: int
    maxsize: int | None
    currsize: int


def lru_cache(
    maxsize: int | Callable[..., Any] | None = 128, typed: bool = False
) -> Callable[..., Any]:
    """Return a decorator that keeps a function's `maxsize` most recently used results.

    `maxsize=None` keeps all, 0 keeps none; `@lru_cache` alone means the defaults.
    With `typed`, arguments of different types are different even if equal.  The result
    has the methods `cache_info()`, `cache_parameters()` and `cache_clear()`, and the
    function itself as `__wrapped__`.  A hit costs one hash per argument, and O(1).

    >>> @lru_cache(maxsize=2)
    ... def square(x):
    ...     return x * x
    >>> [square(x) for x in (1, 2, 1)]
    [1, 4, 1]
    >>> square.cache_info()
    CacheInfo(hits=1, misses=2, maxsize=2, currsize=2)

    Raises:
        TypeError: `maxsize` is neither an int, nor None, nor a function to decorate.
    """
    raise NotImplementedError
