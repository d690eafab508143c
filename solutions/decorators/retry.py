"""Try, and if it fails, ask three strategies what to do: one decision, two small loops.

Idea
    What happens after a failure is the same for functions and coroutine
    functions, and nothing in it waits.  So it is one method, `_Settings.pause`,
    that answers with the seconds to wait, or None to let the error out:

        call ── returns ──► result
         ▲ └── raises ──► worth it? ─► wait how long? ─► stop? ─► before_sleep
         │                 no │                       yes │           │
         │                    └────── the error ◄─────────┘           │
         └──────────────────────── sleep(seconds) ◄───────────────────┘

    Only the loop round it is written twice, with and without `await`.

Why the wait comes before the stop
    `stop_before_delay` asks when the next attempt would be, and that includes
    the wait.  Otherwise the limit would be noticed after it was broken.

Why a bare `raise`
    It lets the error go on as it is.  `raise error` adds a line to its
    traceback, `raise type(error)(...)` loses everything but the text.  The next
    attempt is made outside the `except`, or each error would get the one before
    as its context.

Why the state is built for each failure
    An error holds its traceback, that the wrapper's frame, that its variables.
    A state kept in one of them would hold the error: a cycle, and the
    arguments of a failed call would live until the garbage collector comes.

Why jitter
    Clients that failed together come back together, each time.  A random part
    of the window spreads them; "full jitter" takes all of it (AWS Architecture
    Blog, "Exponential Backoff And Jitter").

In tenacity
    9.2 puts the steps of an attempt into a list of actions, which a plain and an
    awaiting class share.  It asks the strategy about BaseException, too, so that
    `retry_if_not_exception_type` retries a cancellation (issue 529), and it
    leaves the cycle above.
"""

import asyncio
import math
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, NamedTuple


@dataclass
class RetryCallState:
    """What a strategy is told about a call, one attempt of which has just failed.

    `fn`, `args` and `kwargs` are the call; `attempt_number` counts from 1;
    `outcome.exception()` is the error; `seconds_since_start` is the time from the
    beginning of the call to the end of the attempt; `upcoming_sleep` is what `wait`
    has returned, and 0 before it is asked.
    """

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    attempt_number: int
    outcome: Future[Any]
    seconds_since_start: float
    upcoming_sleep: float = 0.0


def retry(
    func: Callable[..., Any] | None = None,
    /,
    *,
    sleep: Callable[[float], Any] | None = None,
    stop: Callable[[RetryCallState], bool] | None = None,
    wait: Callable[[RetryCallState], float] | None = None,
    retry: Callable[[RetryCallState], bool] | None = None,
    before_sleep: Callable[[RetryCallState], object] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[..., Any]:
    """Return a function that calls `func` until it returns or is not worth another attempt.

    Without `func`, return a decorator.  None means: `sleep` with `time.sleep`, or
    `asyncio.sleep` for a coroutine function; never `stop`; `wait` for 0 seconds; `retry`
    every `Exception`; do nothing `before_sleep`.

    >>> answers = iter(["busy", "busy", "page"])
    >>> @retry(stop=stop_after_attempt(3), wait=wait_exponential(0.5), sleep=print)
    ... def fetch():
    ...     answer = next(answers)
    ...     if answer == "busy":
    ...         raise OSError(answer)
    ...     return answer
    >>> fetch()
    0.5
    1.0
    'page'

    Raises:
        TypeError: `func` is not callable.
    """
    if func is not None and not callable(func):
        raise TypeError("retry takes its settings by keyword")
    settings = _Settings(stop, wait, retry, before_sleep, clock)

    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        if _is_coroutine_function(func):
            return _awaiting(func, settings, asyncio.sleep if sleep is None else sleep)
        return _calling(func, settings, time.sleep if sleep is None else sleep)

    return decorate if func is None else decorate(func)


def retry_if_exception_type(
    exception_types: type[BaseException] | tuple[type[BaseException], ...] = Exception,
) -> Callable[[RetryCallState], bool]:
    """Return a `retry` strategy: another attempt for errors of these types.

    >>> @retry(retry=retry_if_exception_type((ConnectionError, TimeoutError)))
    ... def parse(text):
    ...     return int(text)
    >>> parse("page")
    Traceback (most recent call last):
        ...
    ValueError: invalid literal for int() with base 10: 'page'
    """
    return lambda retry_state: isinstance(retry_state.outcome.exception(), exception_types)


def stop_after_attempt(max_attempt_number: int) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: no more than `max_attempt_number` attempts, and at least one.

    >>> retry(stop=stop_after_attempt(3))(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """
    return lambda retry_state: retry_state.attempt_number >= max_attempt_number


def stop_after_delay(max_delay: float) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: no attempt after one that ended `max_delay` seconds in, or later.

    >>> retry(stop=stop_after_delay(0))(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """
    return lambda retry_state: retry_state.seconds_since_start >= max_delay


def stop_before_delay(max_delay: float) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: no attempt that would begin `max_delay` seconds in, or later.

    >>> retry(stop=stop_before_delay(1), wait=wait_exponential())(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """
    return lambda retry_state: (
        retry_state.seconds_since_start + retry_state.upcoming_sleep >= max_delay
    )


def stop_any(*stops: Callable[[RetryCallState], bool]) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: as soon as any of `stops` says so.

    >>> retry(stop=stop_any(stop_after_attempt(3), stop_after_delay(60)))(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """
    return lambda retry_state: any(stop(retry_state) for stop in stops)


def wait_exponential(
    multiplier: float = 1, max: float = sys.maxsize / 2, exp_base: float = 2, min: float = 0
) -> Callable[[RetryCallState], float]:
    """Return a `wait` strategy: `multiplier * exp_base**(n - 1)` seconds after attempt `n`.

    Not less than `min`, not more than `max`.

    >>> slept, values = [], iter([0, 0, 0, 0, 1])
    >>> flaky = retry(wait=wait_exponential(0.5, max=3.5, min=0.75), sleep=slept.append)
    >>> flaky(lambda: 1 / next(values))()
    1.0
    >>> slept
    [0.75, 1.0, 2.0, 3.5]
    """
    # In here, `max` and `min` are the caller's numbers.
    return lambda retry_state: _clamped(
        min, _power(multiplier, exp_base, retry_state.attempt_number - 1), max
    )


def wait_random_exponential(
    multiplier: float = 1,
    max: float = sys.maxsize / 2,
    exp_base: float = 2,
    min: float = 0,
    *,
    uniform: Callable[[float, float], float] = random.uniform,
) -> Callable[[RetryCallState], float]:
    """Return a `wait` strategy: `uniform(min, t)`, where `t` is what `wait_exponential` says.

    >>> def middle(low, high):
    ...     return (low + high) / 2
    >>> slept, values = [], iter([0, 0, 0, 1])
    >>> flaky = retry(wait=wait_random_exponential(uniform=middle), sleep=slept.append)
    >>> flaky(lambda: 1 / next(values))()
    1.0
    >>> slept
    [0.5, 1.0, 2.0]
    """
    window = wait_exponential(multiplier, max, exp_base, min)
    return lambda retry_state: uniform(min, window(retry_state))


class _Settings(NamedTuple):
    """The answers to all questions that arise when an attempt has failed."""

    stop: Callable[[RetryCallState], bool] | None
    wait: Callable[[RetryCallState], float] | None
    retry: Callable[[RetryCallState], bool] | None
    before_sleep: Callable[[RetryCallState], object] | None
    clock: Callable[[], float]

    def pause(self, retry_state: RetryCallState) -> float | None:
        """Return the seconds until the next attempt, or None if there is to be none."""
        if self.retry is not None and not self.retry(retry_state):
            return None
        if self.wait is not None:
            retry_state.upcoming_sleep = self.wait(retry_state)
        if self.stop is not None and self.stop(retry_state):
            return None
        if self.before_sleep is not None:
            self.before_sleep(retry_state)
        return retry_state.upcoming_sleep


def _calling(
    func: Callable[..., Any], settings: _Settings, sleep: Callable[[float], Any]
) -> Callable[..., Any]:
    # All variables of a call are its own: another call of the same function
    # may run at the same time, in a thread, inside `func` or inside a strategy.
    @wraps(func)
    def wrapper(*args: Any, **kwds: Any) -> Any:
        start = settings.clock()
        attempt_number = 1
        while True:
            try:
                return func(*args, **kwds)
            except Exception as error:
                elapsed = settings.clock() - start
                # Not kept in a variable: see "Why the state is built for each failure".
                seconds = settings.pause(
                    RetryCallState(func, args, kwds, attempt_number, _failed(error), elapsed)
                )
                if seconds is None:
                    raise
            # Outside of the `try`: an error of `sleep` is not one of `func`.
            sleep(seconds)
            attempt_number += 1

    return wrapper


def _awaiting(
    func: Callable[..., Any], settings: _Settings, sleep: Callable[[float], Any]
) -> Callable[..., Any]:
    @wraps(func)
    async def wrapper(*args: Any, **kwds: Any) -> Any:
        start = settings.clock()
        attempt_number = 1
        while True:
            try:
                # Calling only makes the coroutine; it fails here, while it is awaited.
                return await func(*args, **kwds)
            except Exception as error:
                elapsed = settings.clock() - start
                seconds = settings.pause(
                    RetryCallState(func, args, kwds, attempt_number, _failed(error), elapsed)
                )
                if seconds is None:
                    raise
            await sleep(seconds)
            attempt_number += 1

    return wrapper


def _is_coroutine_function(func: Callable[..., Any]) -> bool:
    # On the type, as a call looks it up: on a class, `func.__call__` is what its instances do.
    return iscoroutinefunction(func) or iscoroutinefunction(type(func).__call__)


def _failed(error: Exception) -> Future[Any]:
    outcome: Future[Any] = Future()
    outcome.set_exception(error)
    return outcome


def _power(multiplier: float, base: float, exponent: int) -> float:
    # Floats end at 2.0 ** 1024; a call that may go on for days gets there.
    try:
        return multiplier * base**exponent
    except OverflowError:
        return math.inf


def _clamped(low: float, value: float, high: float) -> float:
    return max(low, min(value, high))
