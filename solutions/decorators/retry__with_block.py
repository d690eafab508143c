"""Each attempt is a `with` block, whose `__exit__` decides what becomes of the error.

Idea
    Let the error out, or swallow it and go round again: these are the two answers
    that an `__exit__` can give.  So the decision is one, and the loop is

        with attempts:
            return func(*args, **kwds)
        sleep(attempts.pause)

    where the second line is reached only if the first one's error was swallowed.
    Nobody raises anything again, so that nothing can be lost on the way.

Why one would choose it
    The block can be written by hand, too, round a few lines that are not a function of
    their own; tenacity has this as `for attempt in Retrying(): with attempt: ...`.  The
    `with` is the same in a plain function and in a coroutine.  The price is that the
    way of an error is no longer to be seen where it goes: a reader has to
    know that `__exit__` may swallow it.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Any


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
    if not (func is None or callable(func)):
        raise TypeError(f"{func!r} is neither a function nor a keyword setting")

    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        def attempts(args: tuple[Any, ...], kwds: dict[str, Any]) -> _Attempts:
            call = (func, args, kwds)
            return _Attempts(
                call, retry or _always, wait or _zero, stop or _never, before_sleep, clock
            )

        if iscoroutinefunction(func) or iscoroutinefunction(type(func).__call__):

            @wraps(func)
            async def async_wrapper(*args: Any, **kwds: Any) -> Any:
                attempt = attempts(args, kwds)
                while True:
                    with attempt:
                        return await func(*args, **kwds)
                    await (sleep or asyncio.sleep)(attempt.pause)

            return async_wrapper

        @wraps(func)
        def wrapper(*args: Any, **kwds: Any) -> Any:
            attempt = attempts(args, kwds)
            while True:
                with attempt:
                    return func(*args, **kwds)
                (sleep or time.sleep)(attempt.pause)

        return wrapper

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

    def is_of_these_types(retry_state: RetryCallState) -> bool:
        return isinstance(retry_state.outcome.exception(), exception_types)

    return is_of_these_types


def stop_after_attempt(max_attempt_number: int) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: no more than `max_attempt_number` attempts, and at least one.

    >>> retry(stop=stop_after_attempt(3))(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """

    def is_last(retry_state: RetryCallState) -> bool:
        return retry_state.attempt_number >= max_attempt_number

    return is_last


def stop_after_delay(max_delay: float) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: no attempt after one that ended `max_delay` seconds in, or later.

    >>> retry(stop=stop_after_delay(0))(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """

    def is_over(retry_state: RetryCallState) -> bool:
        return retry_state.seconds_since_start >= max_delay

    return is_over


def stop_before_delay(max_delay: float) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: no attempt that would begin `max_delay` seconds in, or later.

    >>> retry(stop=stop_before_delay(1), wait=wait_exponential())(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """

    def will_be_over(retry_state: RetryCallState) -> bool:
        return max_delay - retry_state.seconds_since_start <= retry_state.upcoming_sleep

    return will_be_over


def stop_any(*stops: Callable[[RetryCallState], bool]) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: as soon as any of `stops` says so.

    >>> retry(stop=stop_any(stop_after_attempt(3), stop_after_delay(60)))(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """

    def one_of_them(retry_state: RetryCallState) -> bool:
        return bool([stop for stop in stops if stop(retry_state)])

    return one_of_them


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

    def seconds(retry_state: RetryCallState) -> float:
        try:
            unlimited = multiplier * float(exp_base) ** (retry_state.attempt_number - 1)
        except OverflowError:
            return max
        return sorted([min, unlimited, max])[1]

    return seconds


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

    def seconds(retry_state: RetryCallState) -> float:
        return uniform(min, window(retry_state))

    return seconds


def _always(_retry_state: RetryCallState) -> bool:
    return True


def _zero(_retry_state: RetryCallState) -> float:
    return 0.0


def _never(_retry_state: RetryCallState) -> bool:
    return False


class _Attempts:
    """The attempts of one call; `pause` is how long to wait after the one that failed last."""

    pause = 0.0

    def __init__(
        self,
        call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]],
        retry: Callable[[RetryCallState], bool],
        wait: Callable[[RetryCallState], float],
        stop: Callable[[RetryCallState], bool],
        before_sleep: Callable[[RetryCallState], object] | None,
        clock: Callable[[], float],
    ) -> None:
        self.call, self.retry, self.wait, self.stop = call, retry, wait, stop
        self.before_sleep, self.clock = before_sleep, clock
        self.number, self.start = 0, clock()

    def __enter__(self) -> None:
        self.number += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        # The error's traceback leads to the frame that holds `self`; so don't hold the error.
        state = RetryCallState(*self.call, self.number, Future(), self.clock() - self.start)
        state.outcome.set_exception(error)
        if not self.retry(state):
            return False
        self.pause = state.upcoming_sleep = self.wait(state)
        if self.stop(state):
            return False
        if self.before_sleep:
            self.before_sleep(state)
        return True
