"""Each thread has an inbox; a call goes straight to the thread that became idle last.

Idea
    The pool keeps a stack of idle threads and a backlog.  `submit` gives the
    call to the thread on top of the stack; if there is none it starts one,
    and if there may be no more it adds the call to the backlog.  A thread
    that has finished looks into the backlog, then lies down on the stack.

        submit(c)   idle: T1 T3        T3 gets c, as its stack and caches are warm
        T2 ends     backlog: d e       T2 goes on with d
        T2 ends     backlog: -         idle: T1 T2

Why one would choose it
    Calls and threads are matched in one place, so that the numbers need not
    be weighed against each other: a thread is on the stack or it isn't.  With
    little load the same few threads do all the work, and the others could be
    ended after a while, as in Java's cached pools.  In exchange there is a
    lock for each thread, and `submit` chooses the thread before anyone knows
    which one the system would run first.

Why the future has an event and a lock
    One event, set once and never cleared, is enough to wait for: nobody
    who wakes has to look again.  The lock decides who ends the future.
"""

import itertools
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

_numbers = itertools.count()
_log = logging.getLogger("concurrent.futures")


class CancelledError(Exception):
    """The call was cancelled, so that it has no result."""


class InvalidStateError(Exception):
    """The future has an outcome already."""


class BrokenThreadPool(RuntimeError):  # noqa: N818 - the original's name
    """A thread of the pool could not be initialized."""


class Future:
    """The outcome of a call that may not have been made yet.

    >>> future = Future()
    >>> future.done()
    False
    >>> future.set_result(42)
    >>> future.result()
    42
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._begun = False
        self._cancelled = False
        self._result: Any = None
        self._exception: BaseException | None = None
        self._callbacks: list[Callable[[Future], Any]] = []

    def cancel(self) -> bool:
        """Cancel the call unless it has begun; return whether it is cancelled."""
        with self._lock:
            if self._begun or self._over.is_set():
                return self._cancelled
            self._cancelled = True
            self._over.set()
        self._call_back()
        return True

    def cancelled(self) -> bool:
        """Return whether the call was cancelled."""
        return self._cancelled

    def running(self) -> bool:
        """Return whether the call is being carried out."""
        with self._lock:
            return self._begun and not self._over.is_set()

    def done(self) -> bool:
        """Return whether there is an outcome, or was a cancellation."""
        return self._over.is_set()

    def result(self, timeout: float | None = None) -> Any:
        """Return what the call returned, or raise what it raised; wait for it if need be.

        Raises:
            CancelledError: the call was cancelled.
            TimeoutError: it was not done within `timeout` seconds.
        """
        exception = self.exception(timeout)
        if exception is None:
            return self._result
        raise exception

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return what the call raised, or None; wait for it if need be.

        Raises:
            CancelledError: the call was cancelled.
            TimeoutError: it was not done within `timeout` seconds.
        """
        if not self._over.wait(timeout):
            raise TimeoutError
        if self._cancelled:
            raise CancelledError
        return self._exception

    def add_done_callback(self, fn: "Callable[[Future], Any]") -> None:
        """Have `fn(self)` called as soon as this is done, or now if it is.

        It is called by the thread that has brought about the end.
        """
        with self._lock:
            self._callbacks.append(fn)
            if not self._over.is_set():
                return
        self._call_back()

    # For executors.

    def set_running_or_notify_cancel(self) -> bool:
        """Say that the call begins; return False if it was cancelled and must not begin.

        Raises:
            RuntimeError: it has begun before.
        """
        with self._lock:
            if self._cancelled:
                return False
            if self._begun or self._over.is_set():
                raise RuntimeError("a call begins once")
            self._begun = True
            return True

    def set_result(self, result: Any) -> None:
        """Say what the call returned.

        Raises:
            InvalidStateError: this has an outcome, or was cancelled.
        """
        self._finish(result, None)

    def set_exception(self, exception: BaseException | None) -> None:
        """Say what the call raised.

        Raises:
            InvalidStateError: this has an outcome, or was cancelled.
        """
        self._finish(None, exception)

    def _finish(self, result: Any, exception: BaseException | None) -> None:
        with self._lock:
            if self._over.is_set():
                raise InvalidStateError("a future is finished once")
            self._result, self._exception = result, exception
            self._over.set()
        self._call_back()

    def _call_back(self) -> None:
        while True:
            with self._lock:
                if not self._callbacks:
                    return
                callback = self._callbacks.pop(0)
            try:
                callback(self)
            except Exception:  # noqa: BLE001 - the others must still hear of it
                _log.exception("%r could not be told that it is done", callback)


_Call = tuple[Future, Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class _Inbox:
    """Where an idle thread finds its next call, or None to look round again."""

    def __init__(self) -> None:
        self.call: _Call | None = None
        # May be put into while this thread is in the middle of `get`: see `_Crew.lock`.
        self.filled: SimpleQueue[None] = SimpleQueue()

    def put(self, call: _Call | None) -> None:
        self.call = call
        self.filled.put(None)


class _Crew:
    """The threads of an executor, and the calls that none of them has yet."""

    def __init__(self, size: int, prefix: str, initializer: Callable[[], Any] | None) -> None:
        # Re-entrant: the executor may be freed, and dismiss us, in a thread that holds it.
        self.lock = threading.RLock()
        self.size, self.prefix, self.initializer = size, prefix, initializer
        self.threads: list[threading.Thread] = []
        self.idle: list[_Inbox] = []
        self.called: list[_Inbox] = []  # have a call that was not taken out yet
        self.backlog: deque[_Call] = deque()
        self.dismissed = False
        self.broken = False

    def give(self, call: _Call) -> None:
        with self.lock:
            if self.broken:
                raise BrokenThreadPool("an initializer has failed")
            if self.dismissed:
                raise RuntimeError("submit after shutdown")
            if self.idle:
                inbox = self.idle.pop()
                self.called.append(inbox)
                inbox.put(call)
                return
            self.backlog.append(call)
            number = len(self.threads)
            if number < self.size:
                name = f"{self.prefix}_{number}"
                self.threads.append(threading.Thread(target=self.work, name=name))
                self.threads[-1].start()

    def dismiss(self) -> None:
        with self.lock:
            self.dismissed = True
            for inbox in self.idle:
                inbox.put(None)
            self.idle.clear()

    def clear(self) -> list[_Call]:
        """Take back all calls that have not begun."""
        with self.lock:
            calls = [inbox.call for inbox in self.called if inbox.call] + list(self.backlog)
            for inbox in self.called:
                inbox.call = None
            self.backlog.clear()
            return calls

    def next_call(self, inbox: _Inbox) -> _Call | None:
        while True:
            with self.lock:
                if inbox in self.called:
                    self.called.remove(inbox)
                    call, inbox.call = inbox.call, None
                    if call is not None:
                        return call
                if self.backlog:
                    return self.backlog.popleft()
                # In this order: a dismissal in between has filled the inbox, or is seen here.
                self.idle.append(inbox)
                if self.dismissed:
                    return None
            inbox.filled.get()

    def work(self) -> None:
        if self.initializer is not None:
            try:
                self.initializer()
            except BaseException:  # noqa: BLE001 - also a `sys.exit` breaks the pool
                _log.critical("an initializer has failed", exc_info=True)
                self.fall_apart()
                return
        inbox = _Inbox()
        while (call := self.next_call(inbox)) is not None:
            _make(*call)
            del call

    def fall_apart(self) -> None:
        with self.lock:
            self.broken = True
        for future, *_ in self.clear():
            if future.set_running_or_notify_cancel():
                future.set_exception(BrokenThreadPool("an initializer has failed"))


def _make(
    future: Future, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    if future.set_running_or_notify_cancel():
        try:
            result = fn(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - it is for whoever asks the future
            future.set_exception(error)
        else:
            future.set_result(result)


class ThreadPoolExecutor:
    """Carries out calls in at most `max_workers` threads, which it starts as they are needed.

    Without `max_workers` it is four more than there are processors, and 32 at most.
    Each thread calls `initializer(*initargs)` first, if that is given.

    >>> with ThreadPoolExecutor(max_workers=2) as pool:
    ...     future = pool.submit(pow, 2, 10)
    ...     squares = list(pool.map(lambda x: x * x, [1, 2, 3]))
    >>> future.result(), squares
    (1024, [1, 4, 9])

    Raises:
        ValueError: `max_workers` is not positive.
        TypeError: `initializer` cannot be called.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        thread_name_prefix: str = "",
        initializer: Callable[..., Any] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        if max_workers is None:
            max_workers = min(32, (os.cpu_count() or 1) + 4)
        if max_workers < 1:
            raise ValueError("a pool has one thread at least")
        if not (initializer is None or callable(initializer)):
            raise TypeError("the initializer is not callable")
        self._crew = _Crew(
            max_workers,
            thread_name_prefix or f"ThreadPoolExecutor-{next(_numbers)}",
            (lambda: initializer(*initargs)) if initializer else None,
        )
        weakref.finalize(self, self._crew.dismiss)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Have `fn(*args, **kwargs)` called in a thread; return its future.

        Raises:
            RuntimeError: the executor was shut down.
            BrokenThreadPool: a thread could not be initialized.
        """
        future = Future()
        self._crew.give((future, fn, args, kwargs))
        return future

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,  # noqa: ARG002 - as in the original
    ) -> Iterator[Any]:
        """Submit a call for each set of arguments now; give the results in that order.

        `timeout` is for all results together and counts from now; `chunksize` is ignored.

        Raises:
            TimeoutError: a result was asked for and not there in time.
        """
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        futures = [self.submit(fn, *args) for args in zip(*iterables, strict=False)]
        futures.reverse()
        return _in_order(futures, deadline)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; the threads end when all those submitted are done.

        With `wait`, return only then.  With `cancel_futures`, calls that have not begun are
        cancelled.
        """
        self._crew.dismiss()
        if cancel_futures:
            for future, *_ in self._crew.clear():
                future.cancel()
        if wait:
            for thread in self._crew.threads:
                thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.shutdown()


def _in_order(futures: list[Future], deadline: float) -> Iterator[Any]:
    try:
        while futures:
            left = None if deadline == float("inf") else deadline - time.monotonic()
            futures[-1].exception(left)
            yield futures.pop().result()
    finally:
        for future in futures:
            future.cancel()
