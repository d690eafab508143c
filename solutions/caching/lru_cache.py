"""An ordered dictionary that forgets, and a decorator round it.

Idea
    The order of an `OrderedDict` is the order of use: the oldest entry in
    front, the one used last at the end.  With maxsize 3:

        store a, b, c      a b c
        read a               b c a
        store d            b | c a d     `b` is evicted
        `c in cache`           c a d     looking is not using

    The decorator does two short steps under a lock, look up and store; the
    function runs between them.

Why the lock is not held while the function runs
    It would serve one thread at a time, and deadlock when two cached
    functions call each other from two threads.  The price: threads that miss
    the same key all compute it.  A cache is not a promise to compute once.

Why an RLock
    Comparing keys runs the arguments' `__eq__`, and eviction may run a
    `__del__`; both happen inside the lock and both may call the function again.

Why not the argument tuple itself as the key
    A dictionary asks for a key's hash at every operation, and up to 3.13 a
    tuple hashes its items anew each time.  `_Key` asks each argument once.
    Flattened (`args + tuple(kwds)`) it would also take f("b", 2) for f(b=2).

Why not a plain dict
    It is ordered, too, but finding its first entry skips every entry deleted
    in front since the last resize: storing and discarding took 1.4 times as
    long as with `OrderedDict` at 100 entries, 40 times at 100,000 (3.11).

In CPython
    `Lib/functools.py` and `Modules/_functoolsmodule.c` link the entries
    themselves, so that a hit is one look-up.  A lone `int` or `str` argument
    is its own key there, hence apart from an equal `float`.  On a method
    every version keeps `self` alive until the entry is evicted or cleared.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, MutableMapping
from functools import update_wrapper
from threading import RLock
from typing import Any, NamedTuple

# Bound at import: someone may cache `len` itself and put it into `builtins`
# (`test_lru_reentrancy_with_len`); the cache must not be its own customer.
_len = len


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
        if maxsize < 0:
            raise ValueError("maxsize must not be negative")
        self._maxsize = maxsize
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()

    @property
    def maxsize(self) -> int:
        """The number of entries that fit."""
        return self._maxsize

    def __getitem__(self, key: Hashable) -> Any:
        value = self._entries[key]
        self._entries.move_to_end(key)
        return value

    def __setitem__(self, key: Hashable, value: Any) -> None:
        if self._maxsize == 0:
            raise ValueError("nothing fits into a cache of size 0")
        self._entries[key] = value
        self._entries.move_to_end(key)
        if _len(self._entries) > self._maxsize:
            self._entries.popitem(last=False)

    def __delitem__(self, key: Hashable) -> None:
        del self._entries[key]

    # The mixin's version reads the entry, and reading is using.
    def __contains__(self, key: object) -> bool:
        return key in self._entries

    # Over a copy: `dict(cache)` and `cache.items()` read each key that they
    # are given, and reading moves entries under a live iterator.
    def __iter__(self) -> Iterator[Hashable]:
        return iter(list(self._entries))

    def __len__(self) -> int:
        return _len(self._entries)

    def popitem(self) -> tuple[Hashable, Any]:
        """Remove and return the `(key, value)` pair that was used least recently.

        Raises:
            KeyError: the cache is empty.
        """
        return self._entries.popitem(last=False)


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
    if maxsize is None:
        return lambda function: _cached(function, None, typed)
    if isinstance(maxsize, int):
        return lambda function: _cached(function, max(maxsize, 0), typed)
    if callable(maxsize):
        return _cached(maxsize, 128, typed)
    raise TypeError("lru_cache takes an int, None, or the function to decorate")


class _Key:
    """The arguments of one call, each hashed exactly once."""

    __slots__ = ("_hash", "_parts")

    def __init__(self, args: tuple[Any, ...], kwds: dict[str, Any], typed: bool) -> None:
        values = (*args, *kwds.values())
        # Names apart from values: no positional call can look like a keyword call.
        self._parts = (tuple(kwds), values, tuple(map(type, values)) if typed else ())
        self._hash = hash(self._parts)

    def __hash__(self) -> int:
        return self._hash

    # Our dictionaries hold no other keys, so there is nothing else to compare with.
    def __eq__(self, other: object) -> bool:
        return self._parts == other._parts  # type: ignore[attr-defined, no-any-return]


def _cached(function: Callable[..., Any], maxsize: int | None, typed: bool) -> Callable[..., Any]:
    entries: MutableMapping[Hashable, Any] = {} if maxsize is None else LRUCache(maxsize)
    hits = misses = 0
    lock = RLock()

    def wrapper(*args: Any, **kwds: Any) -> Any:
        nonlocal hits, misses
        if maxsize == 0:
            with lock:
                misses += 1
            return function(*args, **kwds)
        # Outside the lock: `__hash__` is the caller's code, and may be slow.
        key = _Key(args, kwds, typed)
        with lock:
            try:
                result = entries[key]
            except KeyError:
                misses += 1
            else:
                hits += 1
                return result
        result = function(*args, **kwds)
        # By now another thread, or a call from inside `function`, may have
        # stored this key: storing again replaces it and evicts nothing.
        with lock:
            entries[key] = result
        return result

    def cache_info() -> CacheInfo:
        with lock:
            return CacheInfo(hits, misses, maxsize, _len(entries))

    def cache_parameters() -> dict[str, Any]:
        return {"maxsize": maxsize, "typed": typed}

    def cache_clear() -> None:
        nonlocal hits, misses
        with lock:
            entries.clear()
            hits = misses = 0

    update_wrapper(wrapper, function)
    wrapper.cache_info = cache_info  # type: ignore[attr-defined]
    wrapper.cache_parameters = cache_parameters  # type: ignore[attr-defined]
    wrapper.cache_clear = cache_clear  # type: ignore[attr-defined]
    return wrapper
