"""A queue of calls, threads that take from it, and a promise for each result.

Idea
    `submit` puts a call and its future into a queue.  Threads take calls
    from there and carry them out; each outcome goes into the future, where
    whoever asked may wait for it.  A future moves along one of three ways:

        pending ──▶ running ──▶ finished
           │───────────────────────▲         set by hand
           ╰──▶ cancelled

    Which way it takes is decided under its own lock, once: a call is either
    cancelled or carried out, however close the two come.

Why `submit` counts the idle threads down
    A thread that was woken has not moved yet.  If it still counted as idle,
    the next call would rely on it, too, and wait although there is room for
    another thread.  So whoever wakes a thread takes it off the count, in
    the step in which the call is added; threads only put themselves on it.

Why the threads don't know the executor
    They share a `_Work` with it.  If they referred to the executor itself it
    would never be freed, and one that somebody forgot to shut down would
    keep its threads for ever.  As it is, `finalize` closes the work.

Why an RLock, and a queue to wake threads
    The collector may free the executor in the middle of anything, also in a
    thread that holds the lock, or has looked and is about to sleep.  A plain
    lock would wait for its own holder, and the notification of a condition
    would come too early and be gone.  What is put into a `SimpleQueue` stays
    there, and its `put` may come in the middle of its `get` (bpo-14976).

Why callbacks are called, and futures cancelled, without a lock held
    They are other people's code.  A callback that submits the next call, or
    waits for a thread that does, would wait for us.

In CPython
    `Lib/concurrent/futures/thread.py` counts with a semaphore, lets the end
    of the program finish all pools, and keeps the calls themselves in the
    `SimpleQueue`.
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

_logger = logging.getLogger("concurrent.futures")


class CancelledError(Exception):
    """The call was cancelled, so that it has no result."""


class InvalidStateError(Exception):
    """The future has an outcome already."""


class BrokenThreadPool(RuntimeError):  # noqa: N818 - the original's name
    """A thread of the pool could not be initialized."""


_PENDING, _RUNNING, _CANCELLED, _FINISHED = range(4)


class Future:
    """The outcome of a call that may not have been made yet.

    >>> future = Future()
    >>> future.done()
    False
    >>> future.set_result(42)
    >>> future.result()
    42
    """

    _result: Any
    _error: BaseException | None

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._state = _PENDING
        self._callbacks: list[Callable[[Future], Any]] = []

    def cancel(self) -> bool:
        """Cancel the call unless it has begun; return whether it is cancelled."""
        return self._end(_CANCELLED, None, None) or self.cancelled()

    def cancelled(self) -> bool:
        """Return whether the call was cancelled."""
        return self._state == _CANCELLED

    def running(self) -> bool:
        """Return whether the call is being carried out."""
        return self._state == _RUNNING

    def done(self) -> bool:
        """Return whether there is an outcome, or was a cancellation."""
        return self._state in (_CANCELLED, _FINISHED)

    def result(self, timeout: float | None = None) -> Any:
        """Return what the call returned, or raise what it raised; wait for it if need be.

        Raises:
            CancelledError: the call was cancelled.
            TimeoutError: it was not done within `timeout` seconds.
        """
        if (error := self.exception(timeout)) is not None:
            raise error
        return self._result

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return what the call raised, or None; wait for it if need be.

        Raises:
            CancelledError: the call was cancelled.
            TimeoutError: it was not done within `timeout` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(self.done, timeout):
                raise TimeoutError
            if self._state == _CANCELLED:
                raise CancelledError
            return self._error

    def add_done_callback(self, fn: "Callable[[Future], Any]") -> None:
        """Have `fn(self)` called as soon as this is done, or now if it is.

        It is called by the thread that has brought about the end.
        """
        with self._changed:
            if not self.done():
                self._callbacks.append(fn)
                return
        self._call(fn)

    # For executors.

    def set_running_or_notify_cancel(self) -> bool:
        """Say that the call begins; return False if it was cancelled and must not begin.

        Raises:
            RuntimeError: it has begun before.
        """
        with self._changed:
            if self._state == _CANCELLED:
                return False
            if self._state != _PENDING:
                raise RuntimeError("the call has begun before")
            self._state = _RUNNING
            return True

    def set_result(self, result: Any) -> None:
        """Say what the call returned.

        Raises:
            InvalidStateError: this has an outcome, or was cancelled.
        """
        if not self._end(_FINISHED, result, None):
            raise InvalidStateError("the future is done")

    def set_exception(self, exception: BaseException | None) -> None:
        """Say what the call raised.

        Raises:
            InvalidStateError: this has an outcome, or was cancelled.
        """
        if not self._end(_FINISHED, None, exception):
            raise InvalidStateError("the future is done")

    def _end(self, state: int, result: Any, error: BaseException | None) -> bool:
        """Make `state` the last one; return False if that is not possible any more."""
        with self._changed:
            if self.done() or (state == _CANCELLED and self.running()):
                return False
            self._state, self._result, self._error = state, result, error
            self._changed.notify_all()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            self._call(callback)
        return True

    def _call(self, callback: "Callable[[Future], Any]") -> None:
        try:
            callback(self)
        except Exception:
            _logger.exception("a callback of a future failed")


class _Call:
    """A call that waits for a thread."""

    def __init__(self, future: Future, function: Callable[[], Any]) -> None:
        self.future, self._function = future, function

    def carry_out(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self._function()
        except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class _Work:
    """What an executor and its threads share; all but `wake` is guarded by `lock`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.calls: deque[_Call] = deque()
        self.wake: SimpleQueue[None] = SimpleQueue()
        self.idle = 0  # how many threads sleep and have not been woken
        self.closed = False
        self.broken = False

    def wake_one(self) -> bool:
        """Wake an idle thread; return whether there was one.  The lock is held."""
        if self.idle == 0:
            return False
        self.idle -= 1
        self.wake.put(None)
        return True

    def next_call(self) -> _Call | None:
        """Wait for a call and take it; None if there will be no more."""
        while True:
            with self.lock:
                if self.calls:
                    return self.calls.popleft()
                # In this order: if we are interrupted in between, and the work is closed, either
                # there is something in `wake` for us or we see it here.
                self.idle += 1
                if self.closed:
                    return None
            self.wake.get()

    def close(self, *, clear: bool = False) -> Iterable[_Call]:
        """Let the threads end when there is no call left; return the calls taken back."""
        with self.lock:
            self.closed = True
            for _ in range(self.idle):
                self.wake_one()
            return self.take_all() if clear else ()

    def take_all(self) -> Iterable[_Call]:
        """Empty the queue; the lock is held."""
        calls, self.calls = self.calls, deque()
        return calls


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

    _numbers = itertools.count()  # for the names of threads

    def __init__(
        self,
        max_workers: int | None = None,
        thread_name_prefix: str = "",
        initializer: Callable[..., Any] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        if max_workers is None:
            max_workers = min(32, (os.cpu_count() or 1) + 4)
        if max_workers <= 0:
            raise ValueError("max_workers must be positive")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be callable")
        self._max_workers = max_workers
        self._prefix = thread_name_prefix or f"ThreadPoolExecutor-{next(self._numbers)}"
        self._initialize = None if initializer is None else _bind(initializer, initargs, {})
        self._threads: list[threading.Thread] = []
        self._work = _Work()
        weakref.finalize(self, self._work.close)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Have `fn(*args, **kwargs)` called in a thread; return its future.

        Raises:
            RuntimeError: the executor was shut down.
            BrokenThreadPool: a thread could not be initialized.
        """
        work = self._work
        with work.lock:
            if work.broken:
                raise BrokenThreadPool("a thread could not be initialized")
            if work.closed:
                raise RuntimeError("the executor was shut down")
            future = Future()
            work.calls.append(_Call(future, _bind(fn, args, kwargs)))
            if not work.wake_one() and len(self._threads) < self._max_workers:
                self._start_thread()
        return future

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,  # noqa: ARG002 - as in the original, for pools of processes
    ) -> Iterator[Any]:
        """Submit a call for each set of arguments now; give the results in that order.

        `timeout` is for all results together and counts from now; `chunksize` is ignored.

        Raises:
            TimeoutError: a result was asked for and not there in time.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        futures = deque([self.submit(fn, *args) for args in zip(*iterables)])  # noqa: B905 - as `map`
        return _results(futures, deadline)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; the threads end when all those submitted are done.

        With `wait`, return only then.  With `cancel_futures`, calls that have not begun are
        cancelled.
        """
        for call in self._work.close(clear=cancel_futures):
            call.future.cancel()
        if wait:
            for thread in self._threads:
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

    def _start_thread(self) -> None:
        name = f"{self._prefix}_{len(self._threads)}"
        arguments = (self._work, self._initialize)
        thread = threading.Thread(target=_carry_out_calls, name=name, args=arguments)
        thread.start()
        self._threads.append(thread)


def _bind(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Callable[[], Any]:
    return lambda: function(*args, **kwargs)


def _carry_out_calls(work: _Work, initialize: Callable[[], Any] | None) -> None:
    """Do what a thread of the pool does."""
    if initialize is not None:
        try:
            initialize()
        except BaseException:
            _logger.critical("a thread could not be initialized", exc_info=True)
            _break(work)
            return
    while (call := work.next_call()) is not None:
        call.carry_out()
        # An idle thread would keep alive all that the last call has used.
        del call


def _break(work: _Work) -> None:
    def refuse() -> None:
        raise BrokenThreadPool("a thread could not be initialized")

    with work.lock:
        work.broken = True
        calls = work.take_all()
    for call in calls:
        _Call(call.future, refuse).carry_out()


def _results(futures: deque[Future], deadline: float | None) -> Iterator[Any]:
    try:
        while futures:
            # No variable for the result: it would live for as long as we wait in `yield`.
            yield _first_result(futures, deadline)
    finally:
        for future in futures:
            future.cancel()


def _first_result(futures: deque[Future], deadline: float | None) -> Any:
    result = futures[0].result(None if deadline is None else deadline - time.monotonic())
    futures.popleft()
    return result
