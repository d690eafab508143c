"""Call a function again until it works, or until trying has no point any more.

Rebuilds the heart of `tenacity`, the decorator for calls that fail for a passing
reason: a busy server, a lost connection, a locked file.  Which errors are worth
another attempt, how long to wait for it, and when to give up are three questions,
each answered by a small function that can be exchanged.

Rules
    1. `@retry`, `@retry()` and `@retry(...)` with settings, all of them keywords,
       decorate a function.  The result calls it and returns what it returns,
       whatever that is.  If it raises an `Exception`, the result calls it again
       with the same arguments.  Any other error (KeyboardInterrupt, SystemExit,
       CancelledError) comes out at once.  Anything but a callable in front of
       the settings is a `TypeError`.
    2. Any callable can be decorated.  The result looks like it
       (`functools.wraps`), takes every argument that it takes, whatever its name,
       and is a method if it stands in a class.
    3. The settings `retry`, `wait` and `stop` are strategies: when an attempt has
       failed with an `Exception`, and only then, they are given a `RetryCallState`.
       `retry` says whether the error is worth another attempt; if not, it comes
       out.  `retry_if_exception_type(types)` makes one that looks at the type.
       Without `retry`, each `Exception` is worth it.
    4. `stop` says whether to give up, and then the last error comes out.
       `stop_after_attempt(n)` gives up after `n` attempts, `stop_any(*stops)` when
       one of `stops` does.  Without `stop`, nobody gives up.  An error that comes
       out by rule 3 or 4 is the one that the function raised, its cause, its
       context and the function's part of its traceback as they were.
    5. Between two attempts, and nowhere else, `before_sleep` is called with the
       state, then `sleep` with the seconds that `wait` returned, 0 without it.
       `wait` is asked before `stop`, which sees the answer as `upcoming_sleep`.
       `wait_exponential` waits `multiplier * exp_base**(n - 1)` seconds after
       attempt `n`, but at least `min` and at most `max`, however large `n` is;
       `wait_random_exponential` waits `uniform(min, t)`, where `t` is the same.  An
       error of a strategy, of `before_sleep` or of `sleep` comes out; it is not an
       attempt that failed.
    6. Time is what `clock` says.  `stop_after_delay(s)` gives up when an attempt
       ends `s` seconds or more after the call began; `stop_before_delay(s)` gives
       up when the next attempt would begin that late.
    7. Calls have nothing to do with each other, also if one runs inside another:
       each counts and times its own attempts.  A decorator and a strategy serve any
       number of functions and calls.  What a call has used is free when the call has
       ended and its error is dropped: nothing is left in a reference cycle.
    8. A coroutine function (also a callable whose class has an `async def
       __call__`) becomes a coroutine function, for which all of the above holds;
       `sleep` is awaited then, and `asyncio.sleep` takes the place of `time.sleep`.

Left out
    Retrying because of a result; `reraise` and `RetryError` (the last error comes out,
    as with `reraise=True` there); `before` and `after`, `|` and `+` between
    strategies, `statistics`, `retry_with`, the loop `for attempt in Retrying()`,
    coroutine functions as strategies.  Of a generator, only the call that makes it
    is retried.  The original has no `clock` and no `uniform`: it reads
    `time.monotonic` and `random.uniform`.  It takes settings by position, asks `retry`
    about every BaseException, fails for arguments named `self` and `fn`, and leaves
    the cycle of rule 7.
"""

import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
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
    raise NotImplementedError


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
    raise NotImplementedError


def stop_after_attempt(max_attempt_number: int) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: no more than `max_attempt_number` attempts, and at least one.

    >>> retry(stop=stop_after_attempt(3))(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """
    raise NotImplementedError


def stop_after_delay(max_delay: float) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: no attempt after one that ended `max_delay` seconds in, or later.

    >>> retry(stop=stop_after_delay(0))(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """
    raise NotImplementedError


def stop_before_delay(max_delay: float) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: no attempt that would begin `max_delay` seconds in, or later.

    >>> retry(stop=stop_before_delay(1), wait=wait_exponential())(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """
    raise NotImplementedError


def stop_any(*stops: Callable[[RetryCallState], bool]) -> Callable[[RetryCallState], bool]:
    """Return a `stop` strategy: as soon as any of `stops` says so.

    >>> retry(stop=stop_any(stop_after_attempt(3), stop_after_delay(60)))(lambda: 1 / 0)()
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    """
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError
