"""A heap of deadlines, for entries that need not expire in the order of their storing.

Idea
    Each entry knows its own deadline, and a heap has the earliest in front:
    storing and expiring cost O(log n) each.  An entry that is removed in
    another way stays in the heap as a husk without key and value until it
    comes to the front, or until half of the heap are husks.  Then the heap is
    built anew, which the removals before have paid for.

Why one would choose it
    As soon as the time to live differs from entry to entry (`max-age` of an
    answer, a permission that is valid until Friday), the order of storing is
    no longer that of expiring, and the reference's ordered dictionaries would
    expire too late.  `cachetools.TLRUCache` (8.0.1) is built like this.  With
    one ttl for all it is more code, and slower.

Why a serial number
    Of two equal deadlines the heap would compare the entries next.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, MutableMapping
from contextlib import contextmanager
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any

_MISSING: Any = object()


class _Entry:
    __slots__ = ("deadline", "gone", "key", "size", "value")

    def __init__(self, key: Hashable, value: Any, size: float, deadline: Any) -> None:
        self.key, self.value, self.size, self.deadline = key, value, size, deadline
        self.gone = False


class _HeldClock:
    """A clock that its holders stop: the first reads it, the last lets it go on."""

    def __init__(self, clock: Callable[[], Any]) -> None:
        self.clock = clock
        self.times: list[Any] = []

    def __call__(self) -> Any:
        return self.times[-1] if self.times else self.clock()

    def __enter__(self) -> Any:
        self.times.append(self())
        return self.times[-1]

    def __exit__(self, *exc_info: object) -> None:
        self.times.pop()


class TTLCache(MutableMapping[Hashable, Any]):
    """Mapping of bounded size whose entries live for `ttl`; evicts the least recently used.

    Times are what `timer` returns; with `getsizeof`, `maxsize` bounds the sum of the sizes
    of the values instead of their number.  Not safe for threads by itself.

    >>> now = 0
    >>> cache = TTLCache(maxsize=2, ttl=10, timer=lambda: now)
    >>> cache["a"] = 1
    >>> now = 9
    >>> cache["a"], len(cache)
    (1, 1)
    >>> now = 10
    >>> cache.get("a"), len(cache)
    (None, 0)

    Raises:
        ValueError: `maxsize` is negative.
    """

    def __init__(
        self,
        maxsize: float,
        ttl: Any,
        timer: Callable[[], Any] = time.monotonic,
        getsizeof: Callable[[Any], float] | None = None,
    ) -> None:
        if maxsize < 0:
            raise ValueError(f"maxsize is {maxsize}")
        self._maxsize, self._ttl, self._getsizeof = maxsize, ttl, getsizeof
        self._clock = _HeldClock(timer)
        self._serial = count()
        self.clear()

    @property
    def maxsize(self) -> float:
        """The size that the living entries may have together."""
        return self._maxsize

    @property
    def currsize(self) -> float:
        """The size that the living entries have together."""
        self.expire()
        return self._size

    @property
    def ttl(self) -> Any:
        """How long an entry lives."""
        return self._ttl

    @property
    def timer(self) -> Any:
        """The clock: `timer()` is the time, and `with timer as time:` holds it for the cache.

        >>> seconds = iter(range(100))
        >>> cache = TTLCache(maxsize=2, ttl=10, timer=lambda: next(seconds))
        >>> cache.timer(), cache.timer()
        (0, 1)
        >>> with cache.timer as time:
        ...     time, cache.timer(), cache.timer()
        (2, 2, 2)
        """
        return self._clock

    def __missing__(self, key: Hashable) -> Any:
        raise KeyError(key)

    def __getitem__(self, key: Hashable) -> Any:
        entry = self._living(key)
        if entry is None:
            return self.__missing__(key)
        self._by_use.move_to_end(key)
        return entry.value

    def __setitem__(self, key: Hashable, value: Any) -> None:
        with self._clock as now:
            self.expire(now)
            size = self._getsizeof(value) if self._getsizeof else 1
            if size < 0 or size > self._maxsize:
                raise ValueError(f"{size} is no size for a cache of {self._maxsize}")
            entry = _Entry(key, value, size, now + self._ttl)
            if key in self._by_use:
                self._discard(key)
            while self._size + size > self._maxsize:
                self.popitem()
        self._by_use[key] = entry
        self._size += size
        heappush(self._heap, (entry.deadline, next(self._serial), entry))

    def __delitem__(self, key: Hashable) -> None:
        if self._living(key) is None:
            raise KeyError(key)
        self._discard(key)

    def __contains__(self, key: object) -> bool:
        return self._living(key) is not None

    def __iter__(self) -> Iterator[Hashable]:
        for key, entry in list(self._by_use.items()):
            with self._clock as now:
                if not entry.gone and now < entry.deadline:
                    yield key

    def __len__(self) -> int:
        self.expire()
        return len(self._by_use)

    def get(self, key: Hashable, default: Any = None) -> Any:
        """Return the value of `key`, or `default` if it is not there."""
        with self._held(key) as present:
            return self[key] if present else default

    def pop(self, key: Hashable, default: Any = _MISSING) -> Any:
        """Remove `key` and return its value, or `default` if it is not there.

        Raises:
            KeyError: `key` is not there and `default` is not given.
        """
        with self._held(key) as present:
            if present:
                return self._discard(key)
            if default is _MISSING:
                raise KeyError(key)
            return default

    def setdefault(self, key: Hashable, default: Any = None) -> Any:
        """Return the value of `key`; if it is not there, store `default` and return that.

        Raises:
            ValueError: `default` would have to be stored and does not fit.
        """
        with self._held(key) as present:
            if present:
                return self[key]
            self[key] = default
            return default

    def popitem(self) -> tuple[Hashable, Any]:
        """Remove and return the `(key, value)` pair that was used least recently and lives.

        Raises:
            KeyError: no entry lives.
        """
        self.expire()
        for key in self._by_use:
            return key, self._discard(key)
        raise KeyError("nothing lives")

    def clear(self) -> None:
        """Remove all entries."""
        self._by_use: OrderedDict[object, _Entry] = OrderedDict()
        self._heap: list[tuple[Any, int, _Entry]] = []
        self._size: float = 0

    def expire(self, time: Any = None) -> list[tuple[Hashable, Any]]:
        """Remove what has expired at `time`, by default now, and return its `(key, value)` pairs.

        >>> cache = TTLCache(maxsize=2, ttl=10, timer=lambda: 0)
        >>> cache["a"] = 1
        >>> cache.expire(), cache.expire(10), len(cache)
        ([], [('a', 1)], 0)
        """
        now = self._clock() if time is None else time
        expired = []
        while self._heap and not now < self._heap[0][0]:
            entry = heappop(self._heap)[2]
            if not entry.gone:
                del self._by_use[entry.key]
                self._size -= entry.size
                expired.append((entry.key, entry.value))
        return expired

    def _living(self, key: object) -> _Entry | None:
        entry = self._by_use.get(key)
        return entry if entry is not None and self._clock() < entry.deadline else None

    @contextmanager
    def _held(self, key: Hashable) -> Iterator[bool]:
        """Hold the clock, and say whether `key` lives at that time."""
        with self._clock:
            yield key in self

    def _discard(self, key: Hashable) -> Any:
        """Take the entry of `key` out before its time, and leave a husk of it in the heap."""
        entry = self._by_use.pop(key)
        value = entry.value
        self._size -= entry.size
        entry.gone, entry.key, entry.value = True, None, None
        if len(self._heap) > 2 * len(self._by_use) + 10:
            self._heap = [item for item in self._heap if not item[2].gone]
            heapify(self._heap)
        return value
