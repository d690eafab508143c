"""Find out which calls take the time.

Rebuilds `cProfile.Profile`, whose table `pstats` sorts and prints.  It is asked where a program
spends its time: how often is each function called, how long does it take itself, how long with
all that it calls, and who calls it?

Rules
    1. `runcall(func, *args, **kw)` returns what `func` returns, or raises what it raises, and
       counts the calls of functions written in Python that are made meanwhile, that of `func`
       included.  `create_stats()` sets `stats`: for each function, by its file name, first line
       and name (those of its code), a tuple that begins with the number of calls that were not
       within another call of the same function, and the number of all its calls.  Functions
       that have all three in common are one.
    2. Functions that are not written in Python count as well, by `"~"`, 0 and a description:
       `<built-in method module.name>` of a module's, else the `repr` of what the type of
       `__self__` has under its name (`<method 'append' of 'list' objects>`), or else, as when
       that `repr` raises, `<built-in method name>`.  The profile keeps none of these objects.
    3. The third item of the tuple is the time in the function itself, and the fourth the time from
       its calls to their ends, with all that they call.  `timer()` is asked once for each begin and
       end of a call, as it comes: time is what passes between two answers.
    4. A call within another call of the same function, directly or not, adds nothing to the
       fourth item: its time is in there already.
    5. The fifth item is a dictionary of those who called the function while they were profiled
       themselves, each with: all these calls, those not within another call of this function by
       this caller, and the two times of these calls.
    6. A function that is left by an exception has ended.  Each time that a generator or a coroutine
       goes on is a call of it, up to where it yields or waits.
    7. `enable()` and `disable()`, or a `with` block, say from when to when the thread that calls
       them is profiled, and no other thread.  Ends of calls that began before are passed over, and
       calls that are not over have ended with `disable`.  Several such times add up.  Another
       profiler that has taken the place meanwhile is left alone.
    8. `pstats.Stats(profile)` sorts, prints, adds and saves it.  `create_stats` disables the
       profile; it may be enabled again, and the next `create_stats` tells of everything.

Left out
    `timeunit`, `subcalls`, `builtins`, `run` and `getstats`; `disable` in another thread; what the
    profile's own methods add to the table.  Of functions that have file, line and name in common,
    such as two lambdas in a line, cProfile shows one.
"""

import time
from collections.abc import Callable
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
        raise NotImplementedError

    def enable(self) -> None:
        """Profile this thread from here on, in the place of any other profiler."""
        raise NotImplementedError

    def disable(self) -> None:
        """Profile no more; calls that are not over count up to here."""
        raise NotImplementedError

    def runcall(self, func: Callable[..., Any], /, *args: Any, **kw: Any) -> Any:
        """Return `func(*args, **kw)`, profiled."""
        raise NotImplementedError

    def create_stats(self) -> None:
        """Stop, and set `stats` to what was found so far."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(self, *exc_info: object) -> None:
        raise NotImplementedError
