"""Keep values for a time, show none that is older, and give up the least recently used.

Rebuilds `cachetools.TTLCache` (8.0): a dictionary for answers that may be a minute
old, but not an hour, and that must not fill the memory either.  The clock is passed
in, so that nobody has to wait for a test, and times may be of whatever type it has.

Rules
    1. `TTLCache(maxsize, ttl, timer=time.monotonic, getsizeof=None)` is a mutable
       mapping.  An entry stored at the time t lives while `timer()` is less than
       `t + ttl`; after that it has expired, and it is as if it had never been stored.
       Times need no more than that expression.  What is not there is a KeyError
       for `[]`, `del` and `pop`.  `maxsize` and `ttl` are attributes.  A negative
       `maxsize` is a ValueError.
    2. Nothing shows what has expired, whether or not anybody has asked for it: not
       `in` and `get`, nor `len`, iteration and what is built on them.  A loop shows
       no entry that expires before its turn; its body may read and count entries.
    3. Storing an entry again gives it a new life; reading it does not prolong its
       life.  At most `maxsize` entries live.  Where room is needed, what has expired
       makes it; only then the entry goes that was used longest ago.  To use is to
       store or to read (`[]`, `get`, `setdefault`); `in`, `len` and iteration are no
       use.  `popitem()` takes out the living entry that was used longest ago; if
       there is none, that is a KeyError.
    4. `expire(time=None)` removes what has expired at `time`, by default now, and
       returns its pairs of key and value in the order of expiring.  Storing begins
       with it, so that no value is kept alive for long after its end, though nobody
       asks for it.  What is removed in another way is let go at once.
    5. With `getsizeof`, a value has the size that this function returns, without it
       the size 1.  It is asked once, when the value is stored.  `currsize` is the
       sum for all living entries, and never more than `maxsize`: as many are given up
       as the new value needs.  A size that is negative or larger than `maxsize` is a
       ValueError.  After that, as after an error of `getsizeof`, the living entries
       are as they were.
    6. An operation reads the clock at most once, so that nothing expires in the middle
       of it.  `timer` is that clock: `cache.timer()` is the time; in
       `with cache.timer as time:` it stands still for this cache; such blocks may be
       nested, and end with an error, too.  It also stands still while the body
       of a loop over the cache runs, and goes on from one key to the next.
    7. The work of an operation, other than `clear` or a loop, does not grow with the
       number of entries (a logarithm may be in it), save that each entry that goes must
       be removed once.  The memory does not grow with the number of operations.
    8. A subclass may define `__missing__(key)`: `[]` returns what it returns for a key
       that is not there, and nothing else calls it.  It may extend `popitem`, which is
       called for each entry that has to make room, and `expire`, which hands out
       once whatever has expired, unless it was deleted or cleared.

Left out
    Copies, pickles and `repr`; the method `getsizeof`, which a subclass may override;
    clocks that go back; threads (put a lock round it, as for the original).
    `dict(cache)` reads the values after all of the keys (CPython does), so something may
    expire between: hold the timer round it.
"""

import time
from collections.abc import Callable, Hashable, Iterator, MutableMapping
from typing import Any

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
        raise NotImplementedError

    @property
    def maxsize(self) -> float:
        """The size that the living entries may have together."""
        raise NotImplementedError

    @property
    def currsize(self) -> float:
        """The size that the living entries have together."""
        raise NotImplementedError

    @property
    def ttl(self) -> Any:
        """How long an entry lives."""
        raise NotImplementedError

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
        raise NotImplementedError

    def __missing__(self, key: Hashable) -> Any:
        raise NotImplementedError

    def __getitem__(self, key: Hashable) -> Any:
        raise NotImplementedError

    def __setitem__(self, key: Hashable, value: Any) -> None:
        raise NotImplementedError

    def __delitem__(self, key: Hashable) -> None:
        raise NotImplementedError

    def __contains__(self, key: object) -> bool:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Hashable]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def get(self, key: Hashable, default: Any = None) -> Any:
        """Return the value of `key`, or `default` if it is not there."""
        raise NotImplementedError

    def pop(self, key: Hashable, default: Any = _MISSING) -> Any:
        """Remove `key` and return its value, or `default` if it is not there.

        Raises:
            KeyError: `key` is not there and `default` is not given.
        """
        raise NotImplementedError

    def setdefault(self, key: Hashable, default: Any = None) -> Any:
        """Return the value of `key`; if it is not there, store `default` and return that.

        Raises:
            ValueError: `default` would have to be stored and does not fit.
        """
        raise NotImplementedError

    def popitem(self) -> tuple[Hashable, Any]:
        """Remove and return the `(key, value)` pair that was used least recently and lives.

        Raises:
            KeyError: no entry lives.
        """
        raise NotImplementedError

    def clear(self) -> None:
        """Remove all entries."""
        raise NotImplementedError

    def expire(self, time: Any = None) -> list[tuple[Hashable, Any]]:
        """Remove what has expired at `time`, by default now, and return its `(key, value)` pairs.

        >>> cache = TTLCache(maxsize=2, ttl=10, timer=lambda: 0)
        >>> cache["a"] = 1
        >>> cache.expire(), cache.expire(10), len(cache)
        ([], [('a', 1)], 0)
        """
        raise NotImplementedError
