"""A dictionary of links in a ring, so that a hit costs one look-up.

Idea
    Each entry is a link `[previous, next, key, value]` in a ring that is closed
    by a root; the root's next is the oldest entry, its previous the newest.
    The dictionary finds the link, and moving it is six assignments that
    neither hash nor compare anything.

Why one would choose it
    `OrderedDict` looks a key up twice for a hit: once to read, once to move.
    With keys whose `__eq__` is slow, once is better.  It is what CPython does
    (`Lib/functools.py`), and the place to start from for a cache that must
    also walk its entries by age.  It is more code, and each line of it can
    lose an entry: with plain keys the ordered dictionary is also faster, as
    it moves its links in C.

Why the decorator is a class here
    The counters, the lock and the entries are the state of one object; the
    function that is returned only reaches into it, so that it binds as a
    method and pickles by name, as any function does.
"""

import threading
from collections.abc import Callable, Hashable, Iterator, MutableMapping
from functools import wraps
from typing import Any, NamedTuple

_size = len  # see the reference: `builtins.len` may be the cached function
_PREVIOUS, _NEXT, _KEY, _VALUE = range(4)


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
            raise ValueError(f"maxsize is {maxsize}; it counts entries")
        self._maxsize = maxsize
        self._links: dict[Hashable, list[Any]] = {}
        self._root: list[Any] = []
        self._root += [self._root, self._root, None, None]

    @property
    def maxsize(self) -> int:
        """The number of entries that fit."""
        return self._maxsize

    def __getitem__(self, key: Hashable) -> Any:
        link = self._links[key]
        self._unlink(link)
        self._append(link)
        return link[_VALUE]

    def __setitem__(self, key: Hashable, value: Any) -> None:
        if self._maxsize == 0:
            raise ValueError("maxsize is 0; nothing can be stored")
        link = self._links.get(key)
        if link is not None:
            self._unlink(link)
            link[_VALUE] = value
        else:
            if _size(self._links) == self._maxsize:
                self.popitem()
            link = self._links[key] = [None, None, key, value]
        self._append(link)

    def __delitem__(self, key: Hashable) -> None:
        self._unlink(self._links.pop(key))

    def __contains__(self, key: object) -> bool:
        return key in self._links

    def __iter__(self) -> Iterator[Hashable]:
        # The order of the dictionary is not the order of use, and reading leaves it alone.
        return iter(self._links)

    def __len__(self) -> int:
        return _size(self._links)

    def popitem(self) -> tuple[Hashable, Any]:
        """Remove and return the `(key, value)` pair that was used least recently.

        Raises:
            KeyError: the cache is empty.
        """
        oldest = self._root[_NEXT]
        if oldest is self._root:
            raise KeyError("popitem: the cache is empty")
        del self[oldest[_KEY]]
        return oldest[_KEY], oldest[_VALUE]

    def _append(self, link: list[Any]) -> None:
        newest = self._root[_PREVIOUS]
        link[_PREVIOUS], link[_NEXT] = newest, self._root
        newest[_NEXT] = self._root[_PREVIOUS] = link

    def _unlink(self, link: list[Any]) -> None:
        previous, following = link[_PREVIOUS], link[_NEXT]
        previous[_NEXT], following[_PREVIOUS] = following, previous


class CacheInfo(NamedTuple):
    """The counters of a cached function; `maxsize` is None for a cache without bound."""

    hits: int
    misses: int
    maxsize: int | None
    currsize: int


class _Arguments(list[Any]):
    """Arguments in a list that knows its hash."""

    def __init__(self, items: tuple[Any, ...]) -> None:
        super().__init__(items)
        self.hash = hash(items)

    def __hash__(self) -> int:  # type: ignore[override]
        return self.hash


_MARK = object()


class _Memory:
    """The state of one cached function."""

    def __init__(self, function: Callable[..., Any], maxsize: int | None, typed: bool) -> None:
        self.function, self.maxsize, self.typed = function, maxsize, typed
        self.lock = threading.RLock()
        self.results: MutableMapping[Hashable, Any] = {} if maxsize is None else LRUCache(maxsize)
        self.hits = self.misses = 0

    def key(self, args: tuple[Any, ...], kwds: dict[str, Any]) -> _Arguments:
        # The mark is equal to nothing a caller can pass, so what follows it are keywords.
        parts = (*args, _MARK, *kwds.items()) if kwds else args
        if self.typed:
            parts += (_MARK, *map(type, args), *map(type, kwds.values()))
        return _Arguments(parts)

    def call(self, *args: Any, **kwds: Any) -> Any:
        if self.maxsize == 0:
            with self.lock:
                self.misses += 1
            return self.function(*args, **kwds)
        key = self.key(args, kwds)
        with self.lock:
            result = self.results.get(key, _MARK)
            if result is not _MARK:
                self.hits += 1
                return result
            self.misses += 1
        result = self.function(*args, **kwds)
        with self.lock:
            self.results[key] = result
        return result

    def info(self) -> CacheInfo:
        with self.lock:
            return CacheInfo(self.hits, self.misses, self.maxsize, _size(self.results))

    def parameters(self) -> dict[str, Any]:
        return {"maxsize": self.maxsize, "typed": self.typed}

    def clear(self) -> None:
        with self.lock:
            self.results.clear()
            self.hits = self.misses = 0


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
    if callable(maxsize):
        decorated: Callable[..., Any] = lru_cache()(maxsize)
        return decorated
    if maxsize is not None and not isinstance(maxsize, int):
        raise TypeError(f"maxsize is {maxsize!r}; it must be an int or None")
    size = None if maxsize is None else max(0, maxsize)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        memory = _Memory(function, size, typed)

        @wraps(function)
        def cached(*args: Any, **kwds: Any) -> Any:
            return memory.call(*args, **kwds)

        cached.cache_info = memory.info  # type: ignore[attr-defined]
        cached.cache_parameters = memory.parameters  # type: ignore[attr-defined]
        cached.cache_clear = memory.clear  # type: ignore[attr-defined]
        return cached

    return decorate
