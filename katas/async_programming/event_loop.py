"""Run coroutines, timers and sockets in one thread.

Rebuilds the lower half of asyncio: `SelectorEventLoop` and `Task`.  Futures are
asyncio's own.  So is the upper half, which then runs on your loop unchanged:
`sleep`, `gather`, `wait_for`, `timeout`, task groups, queues and locks.

Rules
    1. `call_soon(callback, *args)` has `callback(*args)` called in the next turn,
       after all that is ready already.  A turn makes the calls that are ready when
       it comes to them; those which they ask for come in the next one.  Each call
       runs in the `context` that was given, or else in a copy of the one in which
       it was asked for.  What is returned is a handle: after its `cancel()` the call
       is not made and keeps nothing alive; `cancelled()` tells.
       `run_until_complete(future)` makes turns until the future is done, and returns
       its result or raises its error.  Meanwhile `asyncio.get_running_loop()` is this
       loop (`asyncio._set_running_loop`).  Where a loop runs already it is a
       `RuntimeError`, and nothing else happens.
    2. `call_at(when, callback, *args)` and `call_later(delay, callback, *args)` have a
       call made in the first turn that finds `time()` to be `when` or later, after its
       wait: the earlier ones first, those for the same time in the order of asking.  A
       turn begins with `selector.select(timeout)`, which is where the loop waits: for 0
       seconds if calls are ready, until the next timer that is not cancelled, or
       without a limit (None).  Selectors refuse to wait for a month: a timeout is a day
       at most.  `time` is `time.monotonic`; a subclass may have another clock.
    3. What a call raises goes to `call_exception_handler`, in a dictionary with the
       "exception" and a "message", and the loop goes on.  `KeyboardInterrupt` and
       `SystemExit` come out of `run_until_complete`; when the loop runs again it goes
       on where it was.  `call_exception_handler` logs an error (logger "asyncio"); a
       subclass may do something else.
    4. `create_task(coro)` returns a `Task`, an `asyncio.Future` that runs the coroutine
       (a `TypeError` if it is none); `run_until_complete` makes one if it is given a
       coroutine.  From the next turn on the task calls `coro.send(None)`, which returns
       what the coroutine waits for.  None stands for the next turn.  A future stands for
       the turn that makes its done callbacks; its `__await__` has set
       `_asyncio_future_blocking`, and the task sets that back to False.  Anything else,
       a future of another loop and the task itself are a `RuntimeError` in the
       coroutine, in the next turn.  The result or error
       of the coroutine is that of the task; rule 3 holds for `KeyboardInterrupt` and
       `SystemExit`, too.  All steps run in one context: the given one, or a copy.
       asyncio knows the task (`_register_task`, `_enter_task`, `_leave_task` in
       `asyncio`), and the loop keeps it alive until it is done.
    5. `cancel(msg=None)` cancels the future that the task waits for.  If it waits for
       none, or that one is done, the next step throws a `CancelledError(msg)` into
       the coroutine; without a message, `CancelledError()`.  A task that cancels
       itself is cancelled where it waits next, or at its end.  The coroutine may
       catch the error and go on.  If a `CancelledError` comes out of it, the task is
       cancelled.  `cancel` returns False, and does nothing, if the task is done.
       `cancelling()` counts the calls of `cancel`, and `uncancel()` takes one back; with
       the last one goes the `CancelledError` that the next step was to throw.
    6. An error that nobody fetches is reported by asyncio's `Future` when the task goes
       away, and one that was fetched is not.  `run_until_complete` fetches whatever ends
       a coroutine that it was given.  The tools of asyncio run on the loop.
    7. `sock_recv`, `sock_sendall` and `sock_accept` are for non-blocking sockets.  A task
       that cannot go on waits, and the loop's selector tells when it can; a socket is
       registered there only while a task waits for it.  One task may read a socket
       and another write it, also right after one that was waiting is cancelled.  All
       bytes of `data` are sent, whatever its items are.  What `sock_accept` returns
       does not block either.  A coroutine that waits can be closed after the loop.

Left out
    `run_forever` and `stop`, threads and `call_soon_threadsafe`, signals, transports and
    streams, subprocesses, the debug mode, asynchronous generators that nobody closed,
    sweeping cancelled timers out before their time.
    asyncio leaves the order of timers for the same time open, refers to tasks only
    weakly, takes a `CancelledError` back with `uncancel` only since 3.13, and counts
    the items of what it sends, not their bytes.
"""

import asyncio
from selectors import BaseSelector
from socket import socket
from typing import Any


class EventLoop:
    """An event loop of calls, timers, tasks and sockets, on which asyncio's own tools run.

    >>> loop = EventLoop()
    >>> async def double(number):
    ...     await asyncio.sleep(0)
    ...     return 2 * number
    >>> loop.run_until_complete(double(21))
    42
    >>> loop.close()
    """

    def __init__(self, selector: BaseSelector | None = None) -> None:
        raise NotImplementedError

    def time(self) -> float:
        """Return the time of the loop's clock, in seconds."""
        raise NotImplementedError

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        """Call `callback(*args)` in the next turn; return a handle."""
        raise NotImplementedError

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        """Call `callback(*args)` once `time()` is `when`; return a handle."""
        raise NotImplementedError

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> Any:
        """Call `callback(*args)` in `delay` seconds; return a handle."""
        raise NotImplementedError

    def run_until_complete(self, future: Any) -> Any:
        """Make turns until `future`, or a task for this coroutine, is done; return its result.

        Raises:
            RuntimeError: a loop is running in this thread.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close the selector; the loop cannot run any more."""
        raise NotImplementedError

    def get_debug(self) -> bool:
        """Return False: there is no debug mode, but asyncio asks."""
        raise NotImplementedError

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Log the error that `context` tells of: a "message", and mostly an "exception"."""
        raise NotImplementedError

    def create_future(self) -> Any:
        """Return a new `asyncio.Future` of this loop."""
        raise NotImplementedError

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:
        """Return a new `Task` that runs `coro`.

        Raises:
            TypeError: `coro` is not a coroutine.
        """
        raise NotImplementedError

    async def sock_recv(self, sock: socket, nbytes: int) -> Any:
        """Receive up to `nbytes` from a non-blocking socket; b"" when the other side is done."""
        raise NotImplementedError

    async def sock_sendall(self, sock: socket, data: Any) -> None:
        """Send all of `data` to a non-blocking socket."""
        raise NotImplementedError

    async def sock_accept(self, sock: socket) -> Any:
        """Accept a connection; return a new non-blocking socket and its peer's address."""
        raise NotImplementedError


class Task(asyncio.Future):
    """A future that runs a coroutine, step by step."""

    def __init__(self, coro: Any, *, loop: Any, name: Any = None, context: Any = None) -> None:
        raise NotImplementedError

    def get_coro(self) -> Any:
        """Return the coroutine."""
        raise NotImplementedError

    def get_name(self) -> str:
        """Return the name; by default, "Task-" and a number."""
        raise NotImplementedError

    def set_name(self, value: object) -> None:
        """Let the name be `str(value)`."""
        raise NotImplementedError

    def cancel(self, msg: Any = None) -> bool:
        """Ask for a `CancelledError` in the coroutine; return False if the task is done."""
        raise NotImplementedError

    def cancelling(self) -> int:
        """Return the number of requests to cancel that were not taken back."""
        raise NotImplementedError

    def uncancel(self) -> int:
        """Take one request to cancel back; return how many are left."""
        raise NotImplementedError
