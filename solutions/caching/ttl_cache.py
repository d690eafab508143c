"""Two orders of the same keys, and a clock that can be held.

Idea
    Every entry lives equally long, so the order of storing is the order of
    expiring.  A second order, that of use, says what to evict.  With maxsize 3
    and ttl 10, storing a at 0, b at 2, c at 4, then reading a:

        deadlines   a 10   b 12   c 14      expire from the left, stop at the first that lives
        entries     b      c      a         evict from the left
        at 11       d needs a place: a has expired and goes; b and c stay

    Storing puts a key at the right end of both, reading only of `entries`.
    So no operation searches: each costs O(1), amortised, as every entry is
    stored once and removed once.  `clear` and a whole loop cost O(n).

Why a clock that can be held
    `get` asks whether the key is there and then reads it.  If the clock moves
    between the two, the entry is there and is not, and `get` raises KeyError.
    So an operation reads the time once and holds it for all that it calls,
    whatever a subclass overrides on the way.

Why a count of holders
    Two loops over one cache need not end in the reverse order of their
    beginning: `zip(cache, cache)` moves the first while the second stands
    still.  To save the old time and put it back would revive a time long gone.

Why not check on reading only
    `in` and `[]` would be right and `len` wrong, and an entry that nobody
    asks for again would keep its value alive for ever.

In cachetools
    8.0.1 keeps the deadlines in a linked list and the order of use in an
    OrderedDict; its timer counts the nesting, too.  Since 5.0 an entry is dead
    at t + ttl, before that just after it.  `del` of a dead entry removes it
    behind the back of `expire`, and then raises; here it stays for `expire`.

Sources
    cachetools 8.0.1: `__init__.py` and its documentation, "Extending cache
    classes".  PEP 418 on why `time.monotonic` and not `time.time`.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, MutableMapping
from typing import Any, NamedTuple

_MISSING: Any = object()


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
            raise ValueError("maxsize must not be negative")
        self._maxsize = maxsize
        self._ttl = ttl
        self._timer = _Timer(timer)
        self._getsizeof = _one if getsizeof is None else getsizeof
        self._currsize: float = 0
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._deadlines: OrderedDict[Hashable, Any] = OrderedDict()

    @property
    def maxsize(self) -> float:
        """The size that the living entries may have together."""
        return self._maxsize

    @property
    def currsize(self) -> float:
        """The size that the living entries have together."""
        self.expire()
        return self._currsize

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
        return self._timer

    def __missing__(self, key: Hashable) -> Any:
        raise KeyError(key)

    def __getitem__(self, key: Hashable) -> Any:
        if key not in self:
            return self.__missing__(key)
        self._entries.move_to_end(key)
        return self._entries[key].value

    def __setitem__(self, key: Hashable, value: Any) -> None:
        with self._timer as now:
            self.expire()
            deadline = now + self._ttl
            size = self._getsizeof(value)
            if not 0 <= size <= self._maxsize:
                raise ValueError(f"a value of size {size} does not fit into {self._maxsize}")
            # Out with the old value first: it needs no room any more, and if
            # `popitem` fails, no value is better than one that is out of date.
            if key in self._entries:
                self._remove(key)
            while self._currsize + size > self._maxsize:
                self.popitem()
            self._entries[key] = _Entry(value, size)
            self._deadlines[key] = deadline
            self._currsize += size

    def __delitem__(self, key: Hashable) -> None:
        if key not in self:
            raise KeyError(key)
        self._remove(key)

    # Unlike the mixin's version this reads no entry, as reading is using.
    def __contains__(self, key: object) -> bool:
        return key in self._deadlines and not self._is_over(key, self._timer())

    # Over a copy, as the body of a loop may expire, store and delete.
    def __iter__(self) -> Iterator[Hashable]:
        for key in list(self._deadlines):
            # Held while the loop is at this key, so that it can be read there.
            with self._timer:
                if key in self:
                    yield key

    def __len__(self) -> int:
        self.expire()
        return len(self._entries)

    def get(self, key: Hashable, default: Any = None) -> Any:
        """Return the value of `key`, or `default` if it is not there."""
        with self._timer:
            if key in self:
                return self[key]
            return default

    def pop(self, key: Hashable, default: Any = _MISSING) -> Any:
        """Remove `key` and return its value, or `default` if it is not there.

        Raises:
            KeyError: `key` is not there and `default` is not given.
        """
        with self._timer:
            if key in self:
                value = self[key]
                del self[key]
                return value
        if default is _MISSING:
            raise KeyError(key)
        return default

    def setdefault(self, key: Hashable, default: Any = None) -> Any:
        """Return the value of `key`; if it is not there, store `default` and return that.

        Raises:
            ValueError: `default` would have to be stored and does not fit.
        """
        with self._timer:
            if key in self:
                return self[key]
            self[key] = default
            # Not `self[key]`: with a ttl of 0 it has expired by now.
            return default

    def popitem(self) -> tuple[Hashable, Any]:
        """Remove and return the `(key, value)` pair that was used least recently and lives.

        Raises:
            KeyError: no entry lives.
        """
        self.expire()
        if not self._entries:
            raise KeyError("popitem: the cache is empty")
        key = next(iter(self._entries))
        return key, self._remove(key)

    def clear(self) -> None:
        """Remove all entries."""
        self._entries.clear()
        self._deadlines.clear()
        self._currsize = 0

    def expire(self, time: Any = None) -> list[tuple[Hashable, Any]]:
        """Remove what has expired at `time`, by default now, and return its `(key, value)` pairs.

        >>> cache = TTLCache(maxsize=2, ttl=10, timer=lambda: 0)
        >>> cache["a"] = 1
        >>> cache.expire(), cache.expire(10), len(cache)
        ([], [('a', 1)], 0)
        """
        now = self._timer() if time is None else time
        expired = []
        while self._deadlines:
            key = next(iter(self._deadlines))
            if not self._is_over(key, now):
                break
            expired.append((key, self._remove(key)))
        return expired

    def _is_over(self, key: object, now: Any) -> bool:
        return not now < self._deadlines[key]

    def _remove(self, key: Hashable) -> Any:
        """Remove the entry of `key`, dead or alive, and return its value."""
        del self._deadlines[key]
        value, size = self._entries.pop(key)
        self._currsize -= size
        return value


class _Entry(NamedTuple):
    value: Any
    # As it was when the value was stored: a list may have grown since.
    size: float


class _Timer:
    """A clock that stands still while anybody holds it."""

    _held: Any

    def __init__(self, clock: Callable[[], Any]) -> None:
        self._clock = clock
        self._holders = 0

    def __call__(self) -> Any:
        return self._held if self._holders else self._clock()

    def __enter__(self) -> Any:
        # Read first: a clock that fails must leave nobody holding it.
        self._held = self()
        self._holders += 1
        return self._held

    def __exit__(self, *exc_info: object) -> None:
        self._holders -= 1


def _one(_value: object) -> float:
    return 1
