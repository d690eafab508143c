"""A queue of calls, a heap of later ones, and tasks that drive coroutines with `send`.

Idea
    The loop makes calls, and knows nothing of coroutines.  A task is a call that
    runs its coroutine up to the next wait and then ends; what it waits for makes the
    next call.  So nobody ever waits, except the loop in `select`:

        select --> ready: step of a, step of b        a turn
                     a: send(None) -> future f        f.add_done_callback(a's step)
                     b: send(None) -> None            call_soon(b's step)
        select --> ready: step of b                   f is not done yet

    The future that `send` returns comes from `Future.__await__`, which yields it
    through all the `await`s between.  When the task sends again, `__await__` asks
    for the result there, and so raises the error where the coroutine waits.

Why calls that are asked for wait for the next turn
    Else two tasks that wake each other would keep the loop from `select` for ever.

Why cancelling goes through the future
    A task that waits can only be woken by what it waits for.  Cancelled, that future
    wakes it with a `CancelledError`; and if it is a task, it is cancelled itself.

Why a task has something to throw
    If the future is done already, its callback is on the way, and with it a result.
    Throwing at the next step is what keeps the request from being lost.  The same
    holds before the first step, and for a task that cancels itself.

Why the clock is a method and the selector an argument
    All waiting is in `select`, so a selector that puts the clock forward makes
    hours of timeouts pass in no time, with exact results.

In CPython
    `Lib/asyncio/base_events.py` (`_run_once`), `selector_events.py`, `tasks.py`;
    `Modules/_asynciomodule.c`.  Its heap does not keep the order of equal times, and
    is swept when more than half of over 100 timers are cancelled.  Its tasks are in
    a `WeakSet`; the documentation asks programs to keep a reference.  Its
    `sock_sendall` takes the bytes sent for items: an `array` of ints is cut off, and
    the task waits for ever.  Its steps end with `self = None`: an error refers to their
    frames, and else only the garbage collector would let the failed task go, as here.
"""

import asyncio
import heapq
import itertools
import logging
import time
from asyncio.events import _get_running_loop, _set_running_loop
from asyncio.tasks import _enter_task, _leave_task, _register_task
from collections import deque
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector, DefaultSelector
from socket import socket
from typing import Any

DAY = 24 * 60 * 60  # epoll refuses 2**31 ms, about 25 days


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
        self._selector = DefaultSelector() if selector is None else selector
        self._ready: deque[_Handle] = deque()
        self._timers: list[tuple[float, int, _Handle]] = []
        self._numbers = itertools.count()
        self._tasks: set[Task] = set()

    def time(self) -> float:
        """Return the time of the loop's clock, in seconds."""
        return time.monotonic()

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        """Call `callback(*args)` in the next turn; return a handle."""
        handle = _Handle(callback, args, context)
        self._ready.append(handle)
        return handle

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        """Call `callback(*args)` once `time()` is `when`; return a handle."""
        handle = _Handle(callback, args, context)
        # The number keeps the order of equal times, and handles from being compared.
        heapq.heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> Any:
        """Call `callback(*args)` in `delay` seconds; return a handle."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def run_until_complete(self, future: Any) -> Any:
        """Make turns until `future`, or a task for this coroutine, is done; return its result.

        Raises:
            RuntimeError: a loop is running in this thread.
        """
        if _get_running_loop() is not None:
            raise RuntimeError("an event loop is running in this thread")
        future = asyncio.ensure_future(future, loop=self)  # type: ignore[call-overload]
        _set_running_loop(self)  # type: ignore[arg-type]
        try:
            while not future.done():
                self._turn()
        except (KeyboardInterrupt, SystemExit):
            if future.done() and not future.cancelled():
                future.exception()  # fetched: it may be what comes out here
            raise
        finally:
            _set_running_loop(None)
        return future.result()

    def close(self) -> None:
        """Close the selector; the loop cannot run any more."""
        self._selector.close()

    def get_debug(self) -> bool:
        """Return False: there is no debug mode, but asyncio asks."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Log the error that `context` tells of: a "message", and mostly an "exception"."""
        logger = logging.getLogger("asyncio")
        logger.error(context["message"], exc_info=context.get("exception"))

    def create_future(self) -> Any:
        """Return a new `asyncio.Future` of this loop."""
        return asyncio.Future(loop=self)  # type: ignore[arg-type]

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:
        """Return a new `Task` that runs `coro`.

        Raises:
            TypeError: `coro` is not a coroutine.
        """
        task = Task(coro, loop=self, name=name, context=context)
        # asyncio's own register is weak: a task that nobody refers to could vanish half-way.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def sock_recv(self, sock: socket, nbytes: int) -> Any:
        """Receive up to `nbytes` from a non-blocking socket; b"" when the other side is done."""
        return await self._when_ready(sock, EVENT_READ, sock.recv, nbytes)

    async def sock_sendall(self, sock: socket, data: Any) -> None:
        """Send all of `data` to a non-blocking socket."""
        rest = memoryview(data).cast("B")  # `send` counts bytes
        while rest:
            rest = rest[await self._when_ready(sock, EVENT_WRITE, sock.send, rest) :]

    async def sock_accept(self, sock: socket) -> Any:
        """Accept a connection; return a new non-blocking socket and its peer's address."""
        connection, address = await self._when_ready(sock, EVENT_READ, sock.accept)
        connection.setblocking(False)
        return connection, address

    def _turn(self) -> None:
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        timeout = None
        if self._ready:
            timeout = 0.0
        elif self._timers:
            timeout = min(max(0.0, self._timers[0][0] - self.time()), DAY)
        for key, ready_for in self._selector.select(timeout):
            for future, event in key.data.items():
                if event & ready_for and not future.done():
                    future.set_result(None)
        now = self.time()
        while self._timers and self._timers[0][0] <= now:
            self._ready.append(heapq.heappop(self._timers)[2])
        # What these calls add waits for the next turn: else sockets and timers would starve.
        for _ in range(len(self._ready)):
            handle = self._ready.popleft()
            if not handle.cancelled():
                self._make(handle.call)

    def _make(self, call: Any) -> None:
        try:
            call()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - one call must not end the loop
            # Not the call itself: the `repr` of an argument may raise, too.
            context = {"message": "a call raised an exception", "exception": error}
            self.call_exception_handler(context)

    async def _when_ready(self, sock: socket, event: int, call: Any, *args: Any) -> Any:
        """Return `call(*args)`; while it would block, wait until `sock` is ready for `event`."""
        while True:
            with suppress(BlockingIOError):
                return call(*args)
            future = self.create_future()
            self._watch(sock, future, event)
            try:
                await future
            finally:
                self._watch(sock, future, 0)

    def _watch(self, sock: socket, future: Any, event: int) -> None:
        """Let `future` know when `sock` is ready for `event`; for 0, not any more."""
        # A selector knows a socket once, and several tasks may wait for it: one reads, one
        # writes, and one was cancelled and has not made its last step.
        waiting: dict[Any, int] = {}
        if sock in (self._selector.get_map() or ()):  # None: the loop is closed
            waiting = self._selector.unregister(sock).data
        if event:
            waiting[future] = event
        else:
            waiting.pop(future, None)
        if waiting:
            self._selector.register(sock, sum(set(waiting.values())), waiting)


class Task(asyncio.Future):
    """A future that runs a coroutine, step by step."""

    def __init__(self, coro: Any, *, loop: Any, name: Any = None, context: Any = None) -> None:
        super().__init__(loop=loop)
        if not asyncio.iscoroutine(coro):
            raise TypeError(f"a coroutine is needed, not {coro!r}")
        self._coro = coro
        self.set_name(f"Task-{next(_task_numbers)}" if name is None else name)
        self._context = copy_context() if context is None else context
        self._waits_for: asyncio.Future | None = None
        self._to_throw: asyncio.CancelledError | None = None
        self._cancel_requests = 0
        loop.call_soon(self._step, context=self._context)
        _register_task(self)  # type: ignore[arg-type]

    def get_coro(self) -> Any:
        """Return the coroutine."""
        return self._coro

    def get_name(self) -> str:
        """Return the name; by default, "Task-" and a number."""
        return self._name

    def set_name(self, value: object) -> None:
        """Let the name be `str(value)`."""
        self._name = str(value)

    def cancel(self, msg: Any = None) -> bool:
        """Ask for a `CancelledError` in the coroutine; return False if the task is done."""
        if self.done():
            return False
        self._cancel_requests += 1
        # What the task waits for is cancelled, and that wakes it.  If it is done, the task is about
        # to be woken with a result: the request must not be lost.
        if self._waits_for is None or not self._waits_for.cancel(msg):
            self._to_throw = asyncio.CancelledError(*([] if msg is None else [msg]))
        return True

    def cancelling(self) -> int:
        """Return the number of requests to cancel that were not taken back."""
        return self._cancel_requests

    def uncancel(self) -> int:
        """Take one request to cancel back; return how many are left."""
        self._cancel_requests = max(0, self._cancel_requests - 1)
        if self._cancel_requests == 0:
            self._to_throw = None
        return self._cancel_requests

    def _step(self, error: BaseException | None = None) -> None:
        """Run the coroutine up to where it waits next."""
        error, self._to_throw = self._to_throw or error, None
        _enter_task(self._loop, self)  # type: ignore[arg-type]
        try:
            awaited = self._coro.send(None) if error is None else self._coro.throw(error)
            self._wait_for(awaited)
        except StopIteration as end:
            if self._to_throw is None:
                super().set_result(end.value)
            else:  # cancelled in its last step, by itself
                super().cancel(*self._to_throw.args)
        except asyncio.CancelledError as cancelled:
            super().cancel(*cancelled.args[:1])
        except BaseException as raised:
            super().set_exception(raised)
            if isinstance(raised, (KeyboardInterrupt, SystemExit)):
                raise
        finally:
            _leave_task(self._loop, self)  # type: ignore[arg-type]

    def _wait_for(self, awaited: Any) -> None:
        if awaited is None:  # a bare `yield`, as in `asyncio.sleep(0)`
            self._loop.call_soon(self._step, context=self._context)
        elif self._can_wait_for(awaited):
            awaited._asyncio_future_blocking = False  # noqa: SLF001 - the protocol of futures
            # Not `_step` itself, which would take the future for an error.
            awaited.add_done_callback(lambda _: self._step(), context=self._context)
            self._waits_for = awaited
            # Cancelled in this step, by itself.
            if self._to_throw is not None and awaited.cancel(*self._to_throw.args):
                self._to_throw = None
        else:
            error = RuntimeError(f"a task cannot wait for {awaited!r}")
            self._loop.call_soon(self._step, error, context=self._context)

    def _can_wait_for(self, awaited: Any) -> bool:
        is_awaited = getattr(awaited, "_asyncio_future_blocking", False)
        return is_awaited and awaited is not self and awaited.get_loop() is self._loop


_task_numbers = itertools.count(1)


class _Handle:
    """A call that is to be made."""

    def __init__(self, callback: Any, args: tuple[Any, ...], context: Any) -> None:
        # Not `context or copy_context()`: a context without variables is false.
        context = copy_context() if context is None else context
        self.call: Any = partial(context.run, callback, *args)

    def cancel(self) -> None:
        self.call = None  # and let go of the arguments

    def cancelled(self) -> bool:
        return self.call is None
