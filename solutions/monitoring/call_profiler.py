"""A stack of running calls, and a table of what they have cost.

Idea
    The interpreter reports each call and each return; a stack knows who runs.
    Time that passes between two reports belongs to the function on top.  At its
    return, a call hands its whole time on to the one below, which takes it off
    its own.  With a clock that ticks at each report:

        tick       0   1   2   3   4   5
        f          |-------------------|     whole 5, own 5 - 3 = 2
          g            |-----------|         whole 3, own 3 - 1 = 2
            len            |---|             whole 1, own 1

Why only the outermost call adds to the cumulative time
    A recursive call is inside another call of the same function: its time is
    part of that one's already, and `fib` would take longer than the program.

Why a table of pairs beside the table of functions
    "Who calls this so often?" is what one asks next.  The same numbers are kept
    for each pair of caller and function, with recursion seen within the pair.

Why the clock is read first at an event, and not again
    What the profiler itself does must not be booked for the next function.  It
    lies between the two readings and so within the function that called: a
    function of a thousand cheap calls looks dearer than it is.

Why the profiler is called last in `enable` and first in `disable`
    From `sys.setprofile` on every return is reported, that of `enable` too, whose
    call was not.  A return that finds no call on the stack is passed over.

In CPython
    `Modules/_lsprof.c` does the same with a C callback; since 3.12 it is fed by
    `sys.monitoring` (PEP 669).  `Lib/profile.py` is written in Python, and can be
    told of a measured constant (`bias`) to take off for each event.

Sources
    The documentation of profile and of `sys.setprofile`; `Lib/cProfile.py`
    (`snapshot_stats`) for the form that pstats reads
"""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Self

# File, first line and name; of what is not written in Python: "~", 0 and its description.
Function = tuple[str, int, str]
_Numbers = tuple[int, int, float, float]


class Profile:
    """Counts and times all calls that one thread makes while it is enabled.

    `stats`, once `create_stats` was called, is what `pstats.Stats` reads.

    >>> with Profile() as profile:
    ...     numbers = sorted([3, 1, 2])
    >>> profile.create_stats()
    >>> calls, _, _, _, _ = profile.stats["~", 0, "<built-in method builtins.sorted>"]
    >>> calls
    1
    """

    stats: "dict[Function, tuple[int, int, float, float, dict[Function, _Numbers]]]"

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer
        self._stack: list[_Call] = []
        self._functions: dict[Function, _Cost] = {}
        self._pairs: dict[tuple[Function, Function], _Cost] = {}

    def enable(self) -> None:
        """Profile this thread from here on, in the place of any other profiler."""
        sys.setprofile(self._event)

    def disable(self) -> None:
        """Profile no more; calls that are not over count up to here."""
        if sys.getprofile() == self._event:  # and not one that came in its place
            sys.setprofile(None)
        now = self._timer()
        while self._stack:
            self._leave(now)

    def runcall(self, func: Callable[..., Any], /, *args: Any, **kw: Any) -> Any:
        """Return `func(*args, **kw)`, profiled."""
        with self:
            return func(*args, **kw)

    def create_stats(self) -> None:
        """Stop, and set `stats` to what was found so far."""
        self.disable()
        self.stats = {}
        for key, cost in self._functions.items():
            self.stats[key] = (cost.calls - cost.nested, cost.calls, cost.own, cost.whole, {})
        for (caller, key), cost in self._pairs.items():
            callers = self.stats[key][-1]
            callers[caller] = (cost.calls, cost.calls - cost.nested, cost.own, cost.whole)

    def __enter__(self) -> Self:
        self.enable()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.disable()

    def _event(self, frame: FrameType, event: str, argument: Any) -> None:
        now = self._timer()
        if event == "call":
            code = frame.f_code
            self._enter((code.co_filename, code.co_firstlineno, code.co_name), now)
        elif event == "c_call":
            self._enter(("~", 0, _description(argument)), now)
        elif self._stack:
            self._leave(now)

    def _enter(self, key: Function, now: float) -> None:
        costs = [self._functions.setdefault(key, _Cost())]
        if self._stack:
            costs.append(self._pairs.setdefault((self._stack[-1].key, key), _Cost()))
        for cost in costs:
            cost.running += 1
        self._stack.append(_Call(key, costs, now))

    def _leave(self, now: float) -> None:
        call = self._stack.pop()
        whole = now - call.begun
        if self._stack:
            self._stack[-1].inside += whole
        for cost in call.costs:
            cost.running -= 1
            cost.calls += 1
            cost.own += whole - call.inside
            if cost.running:
                cost.nested += 1
            else:
                cost.whole += whole


@dataclass
class _Cost:
    """What the calls of a function, or of a function by another one, have cost."""

    calls: int = 0
    nested: int = 0  # of these, within another one
    own: float = 0.0
    whole: float = 0.0  # without those within another one
    running: int = 0


@dataclass
class _Call:
    """A call that has not returned."""

    key: Function
    costs: list[_Cost]
    begun: float
    inside: float = field(default=0.0)  # the time of the calls that it has made


def _description(function: Any) -> str:
    if function.__module__ is not None:
        return f"<built-in method {function.__module__}.{function.__name__}>"
    # What the type has, since the method that was called is another object each time.
    for base in type(function.__self__).__mro__:
        if function.__name__ in vars(base):
            with suppress(Exception):  # a subclass may have anything there
                return repr(vars(base)[function.__name__])
            break
    return f"<built-in method {function.__name__}>"
