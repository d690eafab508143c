"""A turn that is given to one thread at a time, and a search over who gets it.

Idea
    The threads are real, but each runs only while it has the turn: it waits for
    it in a trace function, before every line.  A run is told its first choices
    and makes the rest itself, without preemptions; it notes who else could have
    gone on.  Each of these, in the place of the choice that was made, begins
    another run.  Two threads of three steps:

        told            nothing
        goes            0   0   0   1   1   1
        could have      1   1   1
        so to be told   1,  0 1,  0 0 1

    A beginning belongs to a level, its number of preemptions.  The levels are
    searched in order.

Why each schedule comes up once
    What a run chooses itself is the default.  So the beginning that leads to a
    schedule ends with the last choice in it that is not, and is the only one.

Why bound preemptions and not steps
    Two threads of n steps have about 4**n schedules; with at most c preemptions
    their number grows as n**c.  The 9 bugs of the paper below took at most 2.

Why lines and not instructions
    CPython itself switches only at calls and backward jumps (since 3.10), and a
    call in Python begins a line.  A line has some ten instructions: 100 times the
    schedules with c = 2, and others in each version.  `f_trace_opcodes` also
    starts late: on 3.12.1 it does nothing before the next `sys.settrace`.  The
    price: `x += 1`, and even `x += int(1)`, is one step.

Why locks of our own, and one file
    A thread that waits in a `threading.Lock` keeps the turn for ever.  A switch
    inside `queue.Queue.put` would leave such a lock taken.

Sources
    M. Musuvathi, S. Qadeer, "Iterative context bounding for systematic testing
    of multithreaded programs", PLDI 2007.  `loom::model::Builder` for the name of
    the bound.  bpo-29988 on where CPython switches.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
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
        self._locked = False

    def acquire(self, blocking: bool = True) -> bool:
        """Take the lock, and return whether it was taken; if `blocking`, wait until it is free.

        Raises:
            Deadlock: outside of a program's threads, where nobody will release it.
        """
        if self._locked:
            if not blocking:
                return False
            thread = threading.current_thread()
            if not isinstance(thread, _Thread):
                raise Deadlock
            thread.wait_for(self)
        self._locked = True
        return True

    def release(self) -> None:
        """Free the lock; any thread may do so.

        Raises:
            RuntimeError: the lock is free.
        """
        if not self._locked:
            raise RuntimeError("release of a free lock")
        self._locked = False

    def locked(self) -> bool:
        """Return whether the lock is taken."""
        return self._locked

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self.release()


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
    result, _ = _run(program, schedule)
    return result


def explore(program: Program, preemption_bound: int = 2) -> Iterator[Run]:
    """Yield a run for each schedule with at most that many preemptions, the fewest first."""
    levels: list[list[tuple[int, ...]]] = [[] for _ in range(preemption_bound + 1)]
    levels[0].append(())
    for level in levels:
        while level:
            beginning = level.pop()
            result, options = _run(program, beginning)
            yield result
            schedule = result.schedule
            for at in range(len(beginning), len(schedule)):
                # No choice from here on was a preemption: the run has as many as this place.
                preempted = at > 0 and schedule[at - 1] in options[at]
                preemptions = result.preemptions + preempted
                if preemptions <= preemption_bound:
                    others = [number for number in options[at] if number != schedule[at]]
                    levels[preemptions] += [(*schedule[:at], number) for number in others]


def find_failure(program: Program, preemption_bound: int = 2) -> Run | None:
    """Return the run with an error that has the fewest preemptions, and of these the fewest steps.

    None if no schedule with at most `preemption_bound` preemptions fails.
    """
    best: Run | None = None
    for result in explore(program, preemption_bound):
        if best and best.preemptions < result.preemptions:
            break
        if result.error and (not best or len(result.schedule) < len(best.schedule)):
            best = result
    return best


class _Stopped(BaseException):
    """Unwinds a thread in the middle of a run that is over."""


class _Thread(threading.Thread):
    """A thread that runs only from one decision to the next."""

    def __init__(self, function: Callable[[], Any], file: str) -> None:
        # A daemon: if the search is interrupted (Ctrl-C), the program can still end.
        super().__init__(daemon=True)
        self.ended = False
        self._error: BaseException | None = None
        self._function = function
        self._file = file
        self._waits_for: Lock | None = None
        self._stopping = False
        # Both are taken: to acquire is to wait for the other side, to release is to let it go on.
        self._turn, self._pause = threading.Lock(), threading.Lock()
        self._turn.acquire()
        self._pause.acquire()
        self.start()

    # Three methods for the thread that runs the search

    def is_ready(self) -> bool:
        return not self.ended and not (self._waits_for and self._waits_for.locked())

    def step(self) -> BaseException | None:
        """Let the thread go on to its next decision, and return what it raised."""
        self._turn.release()
        self._pause.acquire()
        return self._error

    def stop(self) -> None:
        """End the thread wherever it stands."""
        self._stopping = True
        self._turn.release()
        self.join()

    # The others for the thread itself

    def run(self) -> None:
        try:
            self._wait_for_turn()
            sys.settrace(self._trace)
            self._function()
        except BaseException as error:  # noqa: BLE001 - the search has to know
            self._error = error
        # Since 3.12 a thread that ends with a trace function leaves the whole process slower.
        sys.settrace(None)
        self.ended = True
        self._pause.release()

    def wait_for(self, lock: Lock) -> None:
        """Give up the turn until `lock` is free."""
        if self._stopping:  # in a `finally`, on the way out; nobody gives turns any more
            raise _Stopped
        self._waits_for = lock
        self._give_up_turn()
        self._waits_for = None

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename != self._file:
            return None
        if event == "line" and not self._stopping:
            self._give_up_turn()
        return self._trace

    def _give_up_turn(self) -> None:
        self._pause.release()
        self._wait_for_turn()

    def _wait_for_turn(self) -> None:
        self._turn.acquire()
        if self._stopping:
            raise _Stopped


def _run(program: Program, beginning: Sequence[int]) -> tuple[Run, list[list[int]]]:
    """Return the run and, for each of its steps, the threads that could have taken it."""
    functions, check = program()
    threads = [_Thread(function, program.__code__.co_filename) for function in functions]
    schedule: list[int] = []
    options: list[list[int]] = []
    preemptions = 0
    error: BaseException | None = None
    try:
        while error is None and not all(thread.ended for thread in threads):
            ready = [number for number, thread in enumerate(threads) if thread.is_ready()]
            if ready:
                last = schedule[-1] if schedule else None
                choice = _choose(ready, last, beginning[len(schedule) :])
                preemptions += last in ready and choice != last
                schedule.append(choice)
                options.append(ready)
                error = threads[choice].step()
            else:
                error = Deadlock()
        if error is None and len(schedule) < len(beginning):
            raise ValueError("all threads have ended, and the schedule goes on")
    finally:
        for thread in threads:
            thread.stop()
    if error is None:
        try:
            check()
        except Exception as raised:  # noqa: BLE001 - whatever the check finds
            error = raised
    return Run(tuple(schedule), preemptions, error), options


def _choose(ready: list[int], last: int | None, told: Sequence[int]) -> int:
    """Return the thread for the next step: as `told`, or else without a preemption."""
    if not told:
        return last if last in ready else ready[0]
    wanted = told[0]
    if wanted not in ready:
        raise ValueError(f"thread {wanted} cannot go on")
    return wanted
