"""Whoever makes a change serves the threads that wait, in the order in which they came.

Idea
    A thread that cannot go on leaves a ticket in a line and sleeps.  `put`,
    `get` and `shutdown` change the store, then serve the lines: they take
    an item out for the first waiting `get`, or store the item of the first
    waiting `put`, note the outcome on the ticket, and wake its owner.

        before      items: -        gets: G1 G2
        put("a")    items: a        gets: G1 G2     stored
                    items: -        gets: G2        G1 has "a", and is awake

    The woken thread has what it came for.  It need not look again, there is
    no loop, and nobody who comes later can be faster.

Why one would choose it
    It is fair: first come, first served, which conditions do not promise.
    No thread is woken in vain.  Go's channels hand over in this way
    (`runtime/chan.go`).  The price is a switch to that very thread for each
    item, where with conditions a thread that is already running may take
    the next item without one; and the methods of a subclass run in another
    thread than the one that called, so that an error has to be carried over.

Why the ticket decides when the time is up
    Between the end of the wait and the lock, another thread may have served
    the ticket.  If it is not in the line any more, the item is ours, late
    or not: to raise `Empty` then would lose it.
"""

import threading
from collections import deque
from heapq import heappop, heappush
from typing import Any


class Empty(Exception):  # noqa: N818 - the original's names
    """There is nothing to get, and waiting is not wanted or took too long."""


class Full(Exception):  # noqa: N818
    """There is no room to put, and waiting is not wanted or took too long."""


class ShutDown(Exception):  # noqa: N818
    """The queue was shut down."""


class _Ticket:
    """A thread that waits: the item that it brings or gets, and how that ended."""

    def __init__(self, item: Any = None) -> None:
        self.item = item
        self.error: BaseException | None = None
        self.served = threading.Semaphore(0)


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
        self._puts: deque[_Ticket] = deque()
        self._gets: deque[_Ticket] = deque()
        self._joins: list[_Ticket] = []
        self._init(maxsize)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Add `item`; wait for room if `block`, at most `timeout` seconds.

        Raises:
            Full: there is no room, or there was none in time.
            ShutDown: the queue was shut down, before or while waiting.
            ValueError: `timeout` is negative, and the queue has a bound.
        """
        _check(block, timeout)
        with self._lock:
            if self.is_shutdown:
                raise ShutDown
            if self._has_room():
                self._accept(item)
                self._serve()
                return
            if not block:
                raise Full
            ticket = _Ticket(item)
            self._puts.append(ticket)
        self._await(ticket, self._puts, timeout, Full)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Remove and return an item; wait for one if `block`, at most `timeout` seconds.

        Raises:
            Empty: there is no item, or there was none in time.
            ShutDown: the queue was shut down and is empty.
            ValueError: `timeout` is negative.
        """
        _check(block, timeout)
        with self._lock:
            if self._qsize():
                item = self._get()
                self._serve()
                return item
            if self.is_shutdown:
                raise ShutDown
            if not block:
                raise Empty
            ticket = _Ticket()
            self._gets.append(ticket)
        return self._await(ticket, self._gets, timeout, Empty)

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
        return not self.qsize()

    def full(self) -> bool:
        """Return whether there is no room; the same caution holds."""
        with self._lock:
            return not self._has_room()

    def task_done(self) -> None:
        """Say that the work on an item that was put is done.

        Raises:
            ValueError: it was said of every item already.
        """
        with self._lock:
            if not self.unfinished_tasks:
                raise ValueError("every item is done already")
            self._finish(1)

    def join(self) -> None:
        """Wait until the work on every item that was put is done."""
        with self._lock:
            if not self.unfinished_tasks:
                return
            ticket = _Ticket()
            self._joins.append(ticket)
        ticket.served.acquire()

    def shutdown(self, immediate: bool = False) -> None:
        """Let nothing in any more, and nobody wait; `immediate` also throws away what is left.

        Each item that is thrown away counts as done.
        """
        with self._lock:
            self.is_shutdown = True
            # Whoever waits to get does so because nothing is left.
            for ticket in (*self._puts, *self._gets):
                ticket.error = ShutDown()
                ticket.served.release()
            self._puts.clear()
            self._gets.clear()
            while immediate and self._qsize():
                self._get()
                self._finish(min(1, self.unfinished_tasks))

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

    def _has_room(self) -> bool:
        return self.maxsize <= 0 or self._qsize() < self.maxsize

    def _accept(self, item: Any) -> None:
        self._put(item)
        self.unfinished_tasks += 1

    def _finish(self, count: int) -> None:
        self.unfinished_tasks -= count
        if not self.unfinished_tasks:
            for ticket in self._joins:
                ticket.served.release()
            self._joins.clear()

    def _serve(self) -> None:
        """Let all go on that can; to be called after each change."""
        while True:
            if self._gets and self._qsize():
                ticket = self._gets.popleft()
                try:
                    ticket.item = self._get()
                except BaseException as error:  # noqa: BLE001 - raised by who waits
                    ticket.error = error
            elif self._puts and self._has_room():
                ticket = self._puts.popleft()
                try:
                    self._accept(ticket.item)
                except BaseException as error:  # noqa: BLE001
                    ticket.error = error
            else:
                return
            ticket.served.release()

    def _await(
        self,
        ticket: _Ticket,
        line: deque[_Ticket],
        timeout: float | None,
        too_late: type[Exception],
    ) -> Any:
        if not ticket.served.acquire(timeout=timeout):
            with self._lock:
                if ticket in line:
                    line.remove(ticket)
                    raise too_late
        if ticket.error is not None:
            raise ticket.error
        return ticket.item


def _check(block: bool, timeout: float | None) -> None:
    if block and timeout is not None and timeout < 0:
        raise ValueError("a thread cannot wait for a negative time")


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
