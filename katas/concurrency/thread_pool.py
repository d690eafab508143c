"""Have calls made by a few threads, and get a promise for each result.

Rebuilds `ThreadPoolExecutor` and `Future` of `concurrent.futures`.  The pool decides how many
threads there are, the future carries a result or an error from one thread to another.  asyncio
(`run_in_executor`), web servers and test runners stand on this pair.

Rules
    1. A `Future` is pending at first.  `set_running_or_notify_cancel()` says that the call begins
       (`running()`), and returns True.  `set_result` and `set_exception` end it, from either state
       (`done()`).  A call begins once, or it is a `RuntimeError`, and ends once, or it is an
       `InvalidStateError`.  `result()` returns what was set or raises it; `exception()` returns
       it, or None.
    2. `result` and `exception` wait until the future is done; all who wait go on then.  After
       `timeout` seconds they raise `TimeoutError`, which changes nothing.
    3. `cancel()` ends a pending future, leaves others as they are, and returns whether the future
       is cancelled.  Of a cancelled one, `result` and `exception` raise `CancelledError`,
       `set_running_or_notify_cancel()` returns False, and it can't be set.
       `add_done_callback(fn)`: `fn(future)` is called when the future is done, in the thread that
       ended it, in the order in which they were added; at once if it is done.  An `Exception`
       there is logged (logger `concurrent.futures`) and stops nothing.  No lock of the future
       is held meanwhile.
    4. `ThreadPoolExecutor(max_workers)` makes calls in threads of its own.  `submit(fn, *args,
       **kwargs)` returns a future at once.  Calls begin in the order in which they were submitted.
       Whatever a call raises, be it `SystemExit`, goes into its future, and the thread goes on.
       `max_workers` below 1 is a `ValueError`; without it, it is `os.cpu_count()` and four more,
       32 at most (processors that can't be counted are one).
    5. `submit` starts a thread if none is idle for the call, up to `max_workers`.  Their names are
       `<thread_name_prefix>_0`, `_1`, …; the prefix is `ThreadPoolExecutor-<number>` if none is
       given, another for each pool.  An idle thread keeps nothing alive of its calls.  Each
       thread first calls `initializer(*initargs)`.  If that raises, it is logged as in rule 3, the
       thread ends, the calls that wait end with `BrokenThreadPool`, and each `submit` raises it
       from then on.  An initializer that cannot be called is a `TypeError` at once.
    6. `map(fn, *iterables)` submits all calls at once and returns an iterator of the results in the
       order of the arguments, up to the shortest iterable.  What a call raised is raised in its
       place.  `timeout` counts from `map` on, for all results together.  When the iterator ends
       early, by an error or `close()`, calls that have not begun are cancelled.  It keeps no result
       alive that it has given out.
    7. After `shutdown()`, `submit` is a `RuntimeError`.  All calls submitted before are still made,
       then the threads end; with `wait` it returns only then.  `cancel_futures` cancels the calls
       that have not begun.  It may be called again, and the end of a `with` block calls it.  The
       threads of a pool that nobody refers to any more end in the same way, even if it is freed in
       one of them, at whatever step: that is where the collector may come.
    8. Many threads may do all this at once.  A call is made once or cancelled, never both, and a
       callback is called once.  Nobody waits for what has come, and no thread stays behind.

Left out
    `wait` and `as_completed`; `buffersize` of `map` (new in 3.14); processes; the end of the
    program: the original then finishes all pools that are still open, whereas this one has to be
    shut down or forgotten, or its threads keep the program from ending.
"""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self


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
        raise NotImplementedError

    def cancel(self) -> bool:
        """Cancel the call unless it has begun; return whether it is cancelled."""
        raise NotImplementedError

    def cancelled(self) -> bool:
        """Return whether the call was cancelled."""
        raise NotImplementedError

    def running(self) -> bool:
        """Return whether the call is being carried out."""
        raise NotImplementedError

    def done(self) -> bool:
        """Return whether there is an outcome, or was a cancellation."""
        raise NotImplementedError

    def result(self, timeout: float | None = None) -> Any:
        """Return what the call returned, or raise what it raised; wait for it if need be.

        Raises:
            CancelledError: the call was cancelled.
            TimeoutError: it was not done within `timeout` seconds.
        """
        raise NotImplementedError

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return what the call raised, or None; wait for it if need be.

        Raises:
            CancelledError: the call was cancelled.
            TimeoutError: it was not done within `timeout` seconds.
        """
        raise NotImplementedError

    def add_done_callback(self, fn: "Callable[[Future], Any]") -> None:
        """Have `fn(self)` called as soon as this is done, or now if it is.

        It is called by the thread that has brought about the end.
        """
        raise NotImplementedError

    # For executors.

    def set_running_or_notify_cancel(self) -> bool:
        """Say that the call begins; return False if it was cancelled and must not begin.

        Raises:
            RuntimeError: it has begun before.
        """
        raise NotImplementedError

    def set_result(self, result: Any) -> None:
        """Say what the call returned.

        Raises:
            InvalidStateError: this has an outcome, or was cancelled.
        """
        raise NotImplementedError

    def set_exception(self, exception: BaseException | None) -> None:
        """Say what the call raised.

        Raises:
            InvalidStateError: this has an outcome, or was cancelled.
        """
        raise NotImplementedError


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
        raise NotImplementedError

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Have `fn(*args, **kwargs)` called in a thread; return its future.

        Raises:
            RuntimeError: the executor was shut down.
            BrokenThreadPool: a thread could not be initialized.
        """
        raise NotImplementedError

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
    ) -> Iterator[Any]:
        """Submit a call for each set of arguments now; give the results in that order.

        `timeout` is for all results together and counts from now; `chunksize` is ignored.

        Raises:
            TimeoutError: a result was asked for and not there in time.
        """
        raise NotImplementedError

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; the threads end when all those submitted are done.

        With `wait`, return only then.  With `cancel_futures`, calls that have not begun are
        cancelled.
        """
        raise NotImplementedError

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        raise NotImplementedError
