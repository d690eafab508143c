"""Find the schedule of threads that breaks a program, and run it again.

Rebuilds the heart of CHESS (for Windows) and of loom (for Rust): a model
checker for threads.  It runs a small program again and again, each time with
other switches between its threads, until an order is found that breaks it.
What shows once in a million runs is then shown in every run.

Rules
    1. A program is a function that makes its state anew and returns
       `(threads, check)`: a sequence of functions without arguments, and a
       function for the end.  `run(program)` calls it, then calls each of the
       functions in a new `threading.Thread`, then, when all of them have ended,
       `check` in the thread of the caller.  It returns a `Run`.  What `program`
       itself raises comes out.  When `run` returns or raises, its threads have
       ended.
    2. Only one thread runs at a time.  Which one goes on is decided before each
       line that a thread comes to, and when it waits or ends.  What a thread does
       between two decisions is a step: the first one leads up to the first line of its
       function, each further one runs a line.  Lines are the "line" events of
       `sys.settrace`; only those of the file in which `program` is defined count.
       The thread of the last step goes on as long as it can; else it is the first
       of `threads` that can.  `schedule` has the number of the thread, its place
       in `threads`, for each step.
    3. `run(program, schedule)` gives the first steps to the threads that
       `schedule` names, and goes on as above.  To take a step from the thread of
       the step before, although it could go on, is a preemption; `preemptions` is
       their number.  If the program cannot follow the schedule, as that thread
       does not exist, waits or has ended, or all have ended and numbers are left,
       it is a `ValueError`.
    4. What a thread raises, be it an `Exception` or not, is the `error` of the
       run, and ends it: `check` is not called.  The other threads end where they
       stand, with their `finally` and `with` blocks, which are no steps; what they
       raise then does not count.  An `Exception` of `check` is the error, too.
    5. A `Lock` is that of `threading` with the scheduler in the place of the
       system.  A thread that comes to a taken one ends its step there, and cannot
       go on until the lock is free.  Then it may be chosen, or another may take the
       lock before it; its step goes from there to the next line.
    6. If threads are left and none can go on, the error is a `Deadlock`; those
       threads end as in rule 4.  Outside of a program's threads, and in a thread
       that has to end, nobody waits: to acquire a taken lock raises at once, outside
       a `Deadlock`.
    7. `explore(program, preemption_bound=2)` yields a run for each schedule with at
       most that many preemptions, each schedule once, the fewest preemptions
       first.  A run is made when it is asked for.
    8. `find_failure(program, preemption_bound=2)` returns the run with an error that
       has the fewest preemptions, and of these the fewest steps; None if there is
       none.  Schedules with more preemptions than that are not run.

Left out
    Switches inside a line, other than at the first line of a function that it calls:
    to this finder `x += 1` is one step.  Programs that do not do the same each time
    (time, random numbers), that never end, or that wait for anything but a `Lock`,
    such as a lock of `threading` or another thread.  Timeouts of `acquire`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

# Makes its state, and returns the functions of the threads and the check for the end.
Program = Callable[[], tuple[Sequence[Callable[[], Any]], Callable[[], Any]]]


class Run(NamedTuple):
    """What one run of a program did: the thread of each step, its preemptions, what went wrong."""

    schedule: tuple[int, ...]
    preemptions: int
    error: BaseException | None


class Deadlock(Exception):  # noqa: N818 - the name of the thing
    """Every thread that has not ended waits for a lock."""


class Lock:
    """A lock as `threading.Lock`, known to the scheduler.

    >>> lock = Lock()
    >>> with lock:
    ...     lock.acquire(blocking=False)
    False
    >>> lock.locked()
    False
    """

    def __init__(self) -> None:
        raise NotImplementedError

    def acquire(self, blocking: bool = True) -> bool:
        """Take the lock, and return whether it was taken; if `blocking`, wait until it is free.

        Raises:
            Deadlock: outside of a program's threads, where nobody will release it.
        """
        raise NotImplementedError

    def release(self) -> None:
        """Free the lock; any thread may do so.

        Raises:
            RuntimeError: the lock is free.
        """
        raise NotImplementedError

    def locked(self) -> bool:
        """Return whether the lock is taken."""
        raise NotImplementedError

    def __enter__(self) -> bool:
        raise NotImplementedError

    def __exit__(self, *exc_info: object) -> None:
        raise NotImplementedError


def run(program: Program, schedule: Sequence[int] = ()) -> Run:
    """Run `program` once, following `schedule` and then without preemptions.

    >>> def program():
    ...     account = {"balance": 0}
    ...
    ...     def deposit():
    ...         balance = account["balance"]
    ...         account["balance"] = balance + 10
    ...
    ...     def check():
    ...         assert account["balance"] == 20
    ...
    ...     return [deposit, deposit], check
    >>> run(program)
    Run(schedule=(0, 0, 0, 1, 1, 1), preemptions=0, error=None)
    >>> run(program, [0, 0, 1, 1, 0])
    Run(schedule=(0, 0, 1, 1, 0, 1), preemptions=2, error=AssertionError())

    Raises:
        ValueError: the program cannot follow the schedule.
    """
    raise NotImplementedError


def explore(program: Program, preemption_bound: int = 2) -> Iterator[Run]:
    """Yield a run for each schedule with at most that many preemptions, the fewest first."""
    raise NotImplementedError


def find_failure(program: Program, preemption_bound: int = 2) -> Run | None:
    """Return the run with an error that has the fewest preemptions, and of these the fewest steps.

    None if no schedule with at most `preemption_bound` preemptions fails.
    """
    raise NotImplementedError
