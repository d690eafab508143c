"""One lock, and a condition for each reason to wait.

Idea
    All state is behind one lock.  A thread that cannot go on waits in the
    room of its reason; whoever changes the state wakes those it concerns:

        reason to wait      who waits     woken by
        the queue is full   put           get, one thread for each place
        it is empty         get           put, one thread for each item
        work is left        join          the last task_done, all threads

    `shutdown` empties all the rooms.  What differs between the three kinds
    of queue is four short methods that run inside the lock.

Why three conditions and one lock
    `notify` wakes some thread of its condition.  With a single condition it
    may wake a `get` where a `put` could go on: that one waits again, and
    the wake-up is gone.  `notify_all` would be right, and with a hundred
    waiting threads it would run a hundred for one item.  One lock, as the
    three reasons are about the same numbers.

Why `wait_for`
    To be woken means: look again.  Between the notification and the moment
    when the woken thread has the lock, another one may have been faster.
    So the question stands in a loop, and the time that is left is worked
    out from one deadline (`time.monotonic`) at each turn.  `wait_for` is
    that loop.  It also asks once more after the time is up: a thread that
    was notified just then must take the item, since nobody else was told.

Why shutting down is part of the question
    `_has_room` and `_has_item` raise `ShutDown`.  They are asked before the
    first wait and after each, so no path can forget it.

In CPython
    `Lib/queue.py` writes the loops out, and looks at `is_shutdown` in each
    (since 3.13).  There, too, a priority queue whose items cannot be
    compared keeps the item that `put` refused: `heappush` appends before
    it compares.
"""

import threading
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
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
        self.maxsize = maxsize
        self.unfinished_tasks = 0
        self.is_shutdown = False
        self._lock = threading.Lock()
        self._not_full = threading.Condition(self._lock)
        self._not_empty = threading.Condition(self._lock)
        self._all_done = threading.Condition(self._lock)
        self._init(maxsize)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Add `item`; wait for room if `block`, at most `timeout` seconds.

        Raises:
            Full: there is no room, or there was none in time.
            ShutDown: the queue was shut down, before or while waiting.
            ValueError: `timeout` is negative, and the queue has a bound.
        """
        with self._lock:
            if not _wait(self._not_full, self._has_room, block, timeout):
                raise Full
            self._put(item)
            self.unfinished_tasks += 1
            self._not_empty.notify()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Remove and return an item; wait for one if `block`, at most `timeout` seconds.

        Raises:
            Empty: there is no item, or there was none in time.
            ShutDown: the queue was shut down and is empty.
            ValueError: `timeout` is negative.
        """
        with self._lock:
            if not _wait(self._not_empty, self._has_item, block, timeout):
                raise Empty
            item = self._get()
            self._not_full.notify()
            return item

    def put_nowait(self, item: Any) -> None:
        """Add `item` without waiting: `put(item, block=False)`."""
        self.put(item, block=False)

    def get_nowait(self) -> Any:
        """Remove and return an item without waiting: `get(block=False)`."""
        return self.get(block=False)

    def qsize(self) -> int:
        """Return the number of items, which may be another one as soon as it is returned."""
        with self._lock:
            return self._qsize()

    def empty(self) -> bool:
        """Return whether there is no item; the same caution holds."""
        return self.qsize() == 0

    def full(self) -> bool:
        """Return whether there is no room; the same caution holds."""
        with self._lock:
            return self._is_full()

    def task_done(self) -> None:
        """Say that the work on an item that was put is done.

        Raises:
            ValueError: it was said of every item already.
        """
        with self._lock:
            if self.unfinished_tasks == 0:
                raise ValueError("task_done() was called more often than put()")
            self._finish_one()

    def join(self) -> None:
        """Wait until the work on every item that was put is done."""
        with self._lock:
            self._all_done.wait_for(lambda: self.unfinished_tasks == 0)

    def shutdown(self, immediate: bool = False) -> None:
        """Let nothing in any more, and nobody wait; `immediate` also throws away what is left.

        Each item that is thrown away counts as done.
        """
        with self._lock:
            self.is_shutdown = True
            while immediate and self._qsize():
                self._get()
                # `task_done` may have come for an item that nobody had taken yet.
                if self.unfinished_tasks:
                    self._finish_one()
            self._not_full.notify_all()
            self._not_empty.notify_all()

    # For subclasses: how items are stored.  Called with the lock held.

    def _init(self, maxsize: int) -> None:  # noqa: ARG002 - the original's signature
        """Make an empty store."""
        self._items: Any = deque()

    def _qsize(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def _put(self, item: Any) -> None:
        """Store an item."""
        self._items.append(item)

    def _get(self) -> Any:
        """Remove and return the next item; there is one."""
        return self._items.popleft()

    # The rest belongs to this class alone.

    def _is_full(self) -> bool:
        return 0 < self.maxsize <= self._qsize()

    def _has_room(self) -> bool:
        if self.is_shutdown:
            raise ShutDown
        return not self._is_full()

    def _has_item(self) -> bool:
        if self._qsize():
            return True
        if self.is_shutdown:
            raise ShutDown
        return False

    def _finish_one(self) -> None:
        self.unfinished_tasks -= 1
        if self.unfinished_tasks == 0:
            self._all_done.notify_all()


def _wait(
    condition: threading.Condition,
    is_ready: Callable[[], bool],
    block: bool,
    timeout: float | None,
) -> bool:
    """Return whether `is_ready`, now or in time; the condition's lock is held before and after."""
    if not block:
        return is_ready()
    if timeout is not None and timeout < 0:
        raise ValueError("timeout must not be negative")
    return condition.wait_for(is_ready, timeout)


class LifoQueue(Queue):
    """A queue that gives the newest item first.

    >>> queue = LifoQueue()
    >>> for item in "abc":
    ...     queue.put(item)
    >>> queue.get()
    'c'
    """

    def _get(self) -> Any:
        return self._items.pop()


class PriorityQueue(Queue):
    """A queue that gives the smallest item first; `put` and `get` cost O(log n).

    >>> queue = PriorityQueue()
    >>> for item in [(2, "later"), (1, "soon"), (3, "last")]:
    ...     queue.put(item)
    >>> queue.get()
    (1, 'soon')
    """

    def _init(self, maxsize: int) -> None:  # noqa: ARG002
        self._items = []

    def _put(self, item: Any) -> None:
        heappush(self._items, item)

    def _get(self) -> Any:
        return heappop(self._items)
