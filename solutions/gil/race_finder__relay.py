"""Whoever has the baton decides who gets it next, and the search is best-first.

Idea
    There is no scheduler's thread.  The thread that comes to a line looks who
    could go on, picks one, and hands the baton over itself; if it picks itself,
    nothing happens at all.  The caller only starts the relay and waits for its
    end.  The beginnings that are still to be tried are in a heap, ordered by the
    number of their preemptions, so there are no levels to go through.

Why one would choose it
    Most steps go on with the same thread.  They cost a function call here, and
    two switches between threads in the reference: 1056 runs of three threads
    with 18 steps took 1.0 s instead of 1.6 (3.13, two cores), and most of what
    is left is starting threads.  The price is that the decision is made in every
    thread, and what follows from it, too: the end, a deadlock, a schedule that
    does not fit have to be carried to the caller from wherever they are noticed.
"""

import heapq
import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NamedTuple

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
        self._taken = False

    def acquire(self, blocking: bool = True) -> bool:
        """Take the lock, and return whether it was taken; if `blocking`, wait until it is free.

        Raises:
            Deadlock: outside of a program's threads, where nobody will release it.
        """
        if self._taken and not blocking:
            return False
        if self._taken:
            runner = getattr(_local, "runner", None)
            if runner is None:
                raise Deadlock("no other thread is there to release the lock")
            runner.wait_for(self)
        self._taken = True
        return True

    def release(self) -> None:
        """Free the lock; any thread may do so.

        Raises:
            RuntimeError: the lock is free.
        """
        if not self._taken:
            raise RuntimeError("the lock is not taken")
        self._taken = False

    def locked(self) -> bool:
        """Return whether the lock is taken."""
        return self._taken

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
    return _Relay(program, schedule).run()


def explore(program: Program, preemption_bound: int = 2) -> Iterator[Run]:
    """Yield a run for each schedule with at most that many preemptions, the fewest first."""
    # The counter keeps the heap from comparing schedules.
    counter = itertools.count()
    heap: list[tuple[int, int, tuple[int, ...]]] = [(0, next(counter), ())]
    while heap:
        _, _, beginning = heapq.heappop(heap)
        relay = _Relay(program, beginning)
        yield relay.run()
        for decision in relay.decisions[len(beginning) :]:
            for number in decision.others():
                cost = decision.preemptions_with(number)
                if cost <= preemption_bound:
                    heapq.heappush(heap, (cost, next(counter), (*decision.before, number)))


def find_failure(program: Program, preemption_bound: int = 2) -> Run | None:
    """Return the run with an error that has the fewest preemptions, and of these the fewest steps.

    None if no schedule with at most `preemption_bound` preemptions fails.
    """
    by_preemptions = itertools.groupby(explore(program, preemption_bound), lambda r: r.preemptions)
    for _, runs in by_preemptions:
        failures = [each for each in runs if each.error is not None]
        if failures:
            return min(failures, key=lambda each: len(each.schedule))
    return None


_local = threading.local()


class _Dismissed(BaseException):
    """Raised in a thread that is still in the middle of things when the run is over."""


class _Decision(NamedTuple):
    """One decision of a run: the steps before it, their preemptions, who could go, who went."""

    before: tuple[int, ...]
    preemptions: int
    ready: tuple[int, ...]
    chosen: int

    def others(self) -> list[int]:
        return [number for number in self.ready if number != self.chosen]

    def preemptions_with(self, number: int) -> int:
        last = self.before[-1] if self.before else None
        return self.preemptions + (last in self.ready and number != last)


@dataclass
class _Runner:
    """One thread: the function, and whether it could have the baton."""

    relay: "_Relay"
    number: int
    function: Callable[[], Any]
    awaited: Lock | None = None
    done: bool = False
    baton: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def can_go(self) -> bool:
        return not self.done and (self.awaited is None or not self.awaited.locked())

    def run(self) -> None:
        _local.runner = self
        error: BaseException | None = None
        try:
            self.receive()
            sys.settrace(self.watch)
            self.function()
        except _Dismissed:
            pass
        except BaseException as raised:  # noqa: BLE001 - it is the result of the run
            error = raised
        sys.settrace(None)
        self.done = True
        if not self.relay.over:
            if error is not None:
                self.relay.end(error)
            elif receiver := self.relay.decide():
                receiver.baton.release()

    def watch(self, frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename == self.relay.file:
            if event == "line" and not self.relay.over:
                self.hand_over()
            return self.watch
        return None

    def hand_over(self) -> None:
        receiver = self.relay.decide()
        if receiver is not self:
            if receiver:
                receiver.baton.release()
            self.receive()

    def receive(self) -> None:
        self.baton.acquire()
        if self.relay.over:
            raise _Dismissed

    def wait_for(self, lock: Lock) -> None:
        if self.relay.over:
            raise _Dismissed
        self.awaited = lock
        self.hand_over()
        self.awaited = None


class _Relay:
    """One run of a program."""

    def __init__(self, program: Program, schedule: Sequence[int]) -> None:
        self.file = program.__code__.co_filename
        self.decisions: list[_Decision] = []
        self.over = False
        self._given = schedule
        self._taken: tuple[int, ...] = ()
        self._preemptions = 0
        self._error: BaseException | None = None
        self._misfit = False
        self._end = threading.Semaphore(0)
        functions, self._check = program()
        self._runners = [_Runner(self, n, function) for n, function in enumerate(functions)]

    def run(self) -> Run:
        first = self.decide()
        if first:
            first.baton.release()
        self._end.acquire()
        for runner in self._runners:
            runner.baton.release()
            runner.thread.join()
        if self._misfit or (self._error is None and len(self._given) > len(self._taken)):
            raise ValueError(f"the schedule does not fit after step {len(self._taken)}")
        if self._error is None:
            try:
                self._check()
            except Exception as error:  # noqa: BLE001 - it is the result of the run
                self._error = error
        return Run(self._taken, self._preemptions, self._error)

    def end(self, error: BaseException | None = None) -> None:
        """Let the caller know that no further step will be taken."""
        self._error = error
        self.over = True
        self._end.release()

    def decide(self) -> _Runner | None:
        """Return who has the next step, or end the run."""
        ready = tuple(runner.number for runner in self._runners if runner.can_go())
        at, last = len(self._taken), self._taken[-1] if self._taken else None
        if not ready:
            self.end(None if all(runner.done for runner in self._runners) else Deadlock())
            return None
        if at < len(self._given):
            number = self._given[at]
            if number not in ready:
                self._misfit = True
                self.end()
                return None
        else:
            number = last if last in ready else ready[0]
        decision = _Decision(self._taken, self._preemptions, ready, number)
        self.decisions.append(decision)
        self._preemptions = decision.preemptions_with(number)
        self._taken += (number,)
        return self._runners[number]
