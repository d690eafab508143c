"""Hand things from thread to thread, and let each side wait for the other.

Rebuilds `queue.Queue`, `LifoQueue` and `PriorityQueue` as of Python 3.13.  Nearly every program
with threads has such a queue in the middle: the threads that bring work and those that do it need
not know each other, the faster side waits, and one can tell when everything is done.

Rules
    1. `Queue()` keeps items in the order in which they were put: `put(item)` adds one, `get()`
       removes and returns the oldest.  `qsize()` is how many there are, `empty()` whether there
       are none.  An item that was taken out is not kept alive.
    2. `Queue(maxsize)` is `full()` when it holds `maxsize` items; 0 or less is no bound.  The
       attribute `maxsize` may be changed.  With `block=False`, as in `put_nowait` and
       `get_nowait`, a full queue raises `Full` and an empty one `Empty`, at once; nothing is
       changed, and `timeout` is not looked at.
    3. Otherwise `put` waits while the queue is full, and `get` while it is empty.  A thread that
       is woken and finds that another was faster goes on waiting.
    4. With a `timeout` it waits at most that many seconds in all, however often it is woken; then
       it is `Full` or `Empty`.  Setting the system's clock makes no difference.  A negative
       `timeout` is a `ValueError`, also if there is no need to wait, and changes nothing; a `put`
       into a queue without a bound may overlook it.
    5. `unfinished_tasks` is how many items were put for which nobody has called `task_done()`
       yet, and `join()` waits until it is 0.  A `task_done()` too many is a `ValueError` and
       leaves it at 0.
    6. `LifoQueue` gives the newest item first, `PriorityQueue` the smallest, compared with `<`
       alone.  These and all other kinds of queue are made by overriding `_init(maxsize)`,
       `_qsize()`, `_put(item)` and `_get()`; no two threads are in these at a time.  What one of
       them raises goes to the caller, and the queue counts nothing for that call.
    7. After `shutdown()`, `is_shutdown` is true, `put` raises `ShutDown`, and `get` does so once
       nothing is left; those that wait to put or to get are woken for it.  With `immediate=True`
       it also throws away what is left, and each item thrown away counts as done.  `task_done`
       and `join` work as before.
    8. Many threads may do all this at once.  Each call happens as a whole.  No wake-up is lost:
       nobody waits while there is an item, or room, for it.  And none is given in vain: an item
       put or taken wakes one of those that wait for it, however many there are, and `join` is
       woken when all is done.

Left out
    `SimpleQueue`; a type in brackets (`Queue[int]`); the original's attributes that its
    documentation does not name (`queue`, `mutex`, `not_empty`, …).
"""

from typing import Any


class Empty(Exception):  # noqa: N818 - the original's names
    """There is nothing to get, and waiting is not wanted or took too long."""


class Full(Exception):  # noqa: N818
    """There is no room to put, and waiting is not wanted or took too long."""


class ShutDown(Exception):  # noqa: N818
    """The queue was shut down."""


class Queue:
    """A queue of at most `maxsize` items, first in, first out; 0 or less is no bound.

    Attributes: `maxsize`, which may be changed; `unfinished_tasks`; `is_shutdown`.
    All methods may be called by many threads at once.

    >>> queue = Queue(maxsize=2)
    >>> queue.put("a")
    >>> queue.put("b")
    >>> queue.full()
    True
    >>> queue.get()
    'a'
    """

    maxsize: int
    unfinished_tasks: int
    is_shutdown: bool

    def __init__(self, maxsize: int = 0) -> None:
        raise NotImplementedError

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Add `item`; wait for room if `block`, at most `timeout` seconds.

        Raises:
            Full: there is no room, or there was none in time.
            ShutDown: the queue was shut down, before or while waiting.
            ValueError: `timeout` is negative, and the queue has a bound.
        """
        raise NotImplementedError

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Remove and return an item; wait for one if `block`, at most `timeout` seconds.

        Raises:
            Empty: there is no item, or there was none in time.
            ShutDown: the queue was shut down and is empty.
            ValueError: `timeout` is negative.
        """
        raise NotImplementedError

    def put_nowait(self, item: Any) -> None:
        """Add `item` without waiting: `put(item, block=False)`."""
        raise NotImplementedError

    def get_nowait(self) -> Any:
        """Remove and return an item without waiting: `get(block=False)`."""
        raise NotImplementedError

    def qsize(self) -> int:
        """Return the number of items, which may be another one as soon as it is returned."""
        raise NotImplementedError

    def empty(self) -> bool:
        """Return whether there is no item; the same caution holds."""
        raise NotImplementedError

    def full(self) -> bool:
        """Return whether there is no room; the same caution holds."""
        raise NotImplementedError

    def task_done(self) -> None:
        """Say that the work on an item that was put is done.

        Raises:
            ValueError: it was said of every item already.
        """
        raise NotImplementedError

    def join(self) -> None:
        """Wait until the work on every item that was put is done."""
        raise NotImplementedError

    def shutdown(self, immediate: bool = False) -> None:
        """Let nothing in any more, and nobody wait; `immediate` also throws away what is left.

        Each item that is thrown away counts as done.
        """
        raise NotImplementedError

    # For subclasses: how items are stored.  Called with the lock held.

    def _init(self, maxsize: int) -> None:
        """Make an empty store."""
        raise NotImplementedError

    def _qsize(self) -> int:
        """Return how many items there are."""
        raise NotImplementedError

    def _put(self, item: Any) -> None:
        """Store an item."""
        raise NotImplementedError

    def _get(self) -> Any:
        """Remove and return the next item; there is one."""
        raise NotImplementedError


class LifoQueue(Queue):
    """A queue that gives the newest item first.

    >>> queue = LifoQueue()
    >>> for item in "abc":
    ...     queue.put(item)
    >>> queue.get()
    'c'
    """


class PriorityQueue(Queue):
    """A queue that gives the smallest item first; `put` and `get` cost O(log n).

    >>> queue = PriorityQueue()
    >>> for item in [(2, "later"), (1, "soon"), (3, "last")]:
    ...     queue.put(item)
    >>> queue.get()
    (1, 'soon')
    """
