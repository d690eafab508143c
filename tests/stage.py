"""Threads that move one at a time, by a clock that stands still.

    with Stage(kata) as stage:
        queue = kata.Queue()
        getting = stage.start(queue.get)  # runs until it ends or has to wait
        assert getting.waits
        queue.put("a")
        assert getting.result() == "a"

Inside the `with`, the locks of `threading` belong to the stage, and so does all that is built from
them (conditions, events, semaphores, queues); so do threads, `time.sleep` and the clocks.  A
thread moves until it ends or has to wait, and only then does another one.  Time passes by
`advance`, or when nobody can move without it.  So each run is the same, a wait takes no real
time, and threads that would wait for ever are found at once.
"""

import dis
import gc
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, Self

PATIENCE = 5.0  # real seconds until a thread that neither ends nor waits fails the test
HOUR = 3600.0  # on the stage; who polls for so long waits for ever
START = 1000.0  # what the clocks show first
ACTIONS = 20_000  # with locks on one stage; a test needs some hundreds
EXITS = 50  # how often a thread is asked to end

_here = threading.local()  # .actor: who moves in this thread, if it is on a stage
_new_lock = threading.Lock
_Plain, _Reentrant = type(threading.Lock()), type(threading.RLock())


class StuckError(AssertionError):
    """Threads wait, and nobody is left who could let them go on."""


class _Exit(BaseException):
    """Ends a thread that still waits when the test is over."""


class _Lock:
    """A lock for which the threads of a stage wait by handing on the turn."""

    def __init__(self, lock: Any = None) -> None:
        self._lock = lock or _new_lock()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        actor = _actor()
        if actor is None or not blocking or timeout == 0:
            return bool(self._lock.acquire(blocking, timeout))
        actor.stage.count_action()
        deadline = None if timeout < 0 else actor.stage.now + timeout
        while not self._lock.acquire(blocking=False):
            if not actor.wait(self, deadline):
                return False
        return True

    def release(self) -> None:
        self._lock.release()
        if (actor := _actor()) is not None:
            actor.stage.wake_first(self)

    def locked(self) -> bool:
        return bool(self._lock.locked())

    def _at_fork_reinit(self) -> None:
        # Called for threads that are over, too, for as long as anything refers to them.
        self._lock._at_fork_reinit()  # noqa: SLF001 - `threading` calls this one so, too

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self.release()


class Actor:
    """A thread on a stage: the test's own, or one that the test or the kata has started."""

    def __init__(self, stage: "Stage", thread: threading.Thread, name: str) -> None:
        self.stage, self.thread, self.name = stage, thread, name
        self.ended = False
        self.paused = False  # before the instruction that `start` was given
        self.turns = 0  # how often it has gone on after it had to wait
        self.error: BaseException | None = None
        self._value: Any = None
        self._exits = 0
        self.turn = _new_lock()
        self.turn.acquire()
        # While it waits: for what, until when; afterwards: whether that came in time.
        self.awaited: object = None
        self.deadline: float | None = None
        self.in_time = True

    @property
    def waits(self) -> bool:
        """Whether it waits for somebody else, or for time to pass; if it has failed, that error."""
        self._raise_error()
        return self in self.stage.waiting

    def result(self) -> Any:
        """Let all go on, and return what its function returned, or raise what it raised."""
        self.stage.settle()
        while not self.ended and self.stage.resume_paused():
            self.stage.settle()
        self._raise_error()
        if not self.ended:
            raise StuckError(f"{self.name} does not go on\n{self.stage.picture()}")
        return self._value

    def _raise_error(self) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error

    # From here on: called by stage and locks, in the thread of the actor itself.

    def play(self, function: Callable[[], Any]) -> None:
        self.turn.acquire()
        _here.actor = self
        try:
            self.leave_if_over()
            self._value = function()
        except _Exit:
            pass
        except BaseException as error:
            if not self.stage.over:
                self.error = error
        finally:
            _here.actor = None
            self._end()

    def wait(self, awaited: object, deadline: float | None) -> bool:
        """Hand on the turn until `awaited` comes; False if the time was up before."""
        self.leave_if_over()
        self.stage.count_action()
        self.awaited, self.deadline, self.in_time = awaited, deadline, True
        self.stage.waiting.append(self)
        self.hand_on()
        return self.in_time

    def hand_on(self) -> None:
        """Let another one move until it is this one's turn again."""
        chosen = self.stage.choose()
        if chosen is not self:
            chosen.turn.release()
            self._await_turn()
        self.turns += 1
        self.leave_if_over()

    def _await_turn(self) -> None:
        if self is not self.stage.main:
            self.turn.acquire()
            return
        seen = -1
        while not self.turn.acquire(timeout=PATIENCE):
            # On a busy machine all the others together may need long; one alone does not.
            if seen == self.stage.moves:
                self.stage.lost = True
                raise StuckError(f"a thread neither ends nor waits\n{self.stage.picture()}")
            seen = self.stage.moves

    def leave_if_over(self) -> None:
        if self is self.stage.main:
            if self.stage.stuck:
                self.stage.stuck = False
                raise StuckError(f"the threads wait for ever\n{self.stage.picture()}")
        elif self.stage.over:
            self._exits += 1
            if self._exits > EXITS:  # it catches everything and waits again
                self.stage.lost = True
                self._end()
                self.turn.acquire()
            raise _Exit

    def _end(self) -> None:
        self.ended = True
        while self.stage.wake_first(self):
            pass
        self.stage.choose().turn.release()


def _actor() -> Actor | None:
    return getattr(_here, "actor", None)


class Stage:
    """Where the threads of one test play; the module's docstring shows how.

    `module` is the one under test.
    """

    def __init__(self, module: ModuleType) -> None:
        self.now = START  # what the clocks show
        self.wall_ahead = 0.0  # by how much `time.time` shows more
        self.started: list[Actor] = []  # the threads that the kata has started
        self.main = Actor(self, threading.current_thread(), "the test")
        self.pause_at = 0  # where the next thread that the kata starts is paused, as in `start`
        self.instead: Callable[[], Any] | None = None  # what it does there instead of pausing
        self.has_paused = False  # whether a thread came to where it was to pause
        self._module = module
        self._cast: list[Actor] = []
        self._replaced: list[tuple[Any, str, Any]] = []
        self._outside: Actor | None = None  # who moves on the stage round this one
        # Each actor is in one of these, moves, is paused, or has ended.
        self.ready: deque[Actor] = deque()
        self.waiting: list[Actor] = []
        self._settling: list[Actor] = []
        self.moves = self._actions = 0
        self.stuck = self.over = self.lost = False

    @property
    def alive(self) -> list[Actor]:
        """The threads that the kata has started and that have not ended."""
        return [actor for actor in self.started if not actor.ended]

    def start(
        self, function: Callable[..., Any], *args: Any, pause_at: int = 0, **kwds: Any
    ) -> Actor:
        """Make a call in a thread of its own, and let it run until it ends or has to wait.

        With `pause_at` it is stopped before that step of it in the module under test, as if the
        system had switched to another thread there.  A step is a bytecode instruction that may
        have to do with more than the frame's own variables.
        """

        def call() -> Any:
            return function(*args, **kwds)

        name = getattr(function, "__name__", repr(function))
        actor = Actor(self, threading.Thread(daemon=True), name)
        target = self.traced(actor, call, pause_at)
        actor.thread.run = lambda: actor.play(target)  # type: ignore[method-assign]
        self.enter(actor)
        self.settle()
        return actor

    def settle(self) -> None:
        """Let the others go on until each of them has ended, waits, or is paused."""
        actor = _actor()
        if self.ready and actor is not None:
            self._settling.append(actor)
            actor.hand_on()

    def advance(self, seconds: float) -> None:
        """Let time pass; who waits for a moment of it goes on at that moment."""
        end = self.now + seconds
        self.settle()
        while self._wake_by_time(end):
            self.settle()
        self.now = end

    def picture(self) -> str:
        """Return where in the module each thread is, a line for each."""
        frames = sys._current_frames()  # noqa: SLF001 - documented
        lines = []
        for actor in (self.main, *self._cast):
            frame = None if actor.ended else frames.get(actor.thread.ident or 0)
            while frame is not None and frame.f_code.co_filename != self._module.__file__:
                frame = frame.f_back
            if frame is not None:
                where = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
                lines.append(f"{actor.name} is at {where}, in {frame.f_code.co_qualname}")
        return "\n".join(lines)

    # From here on: called by actors and locks.

    def count_action(self) -> None:
        """Count what is done with locks and clocks, so that no loop of it goes on for ever."""
        self._actions += 1
        if self._actions > ACTIONS and not self.over:
            raise StuckError(f"a loop does not end\n{self.picture()}")

    def enter(self, actor: Actor) -> None:
        self._cast.append(actor)
        self.ready.append(actor)
        with _off_stage():
            _REAL["start"](actor.thread)

    def part_of(self, thread: threading.Thread) -> Actor | None:
        return next((actor for actor in self._cast if actor.thread is thread), None)

    def choose(self) -> Actor:
        """Choose who moves next."""
        self.moves += 1
        if self.ready:
            return self.ready.popleft()
        if self._settling:
            return self._settling.pop()
        if self.resume_paused() or self._wake_by_time(START + HOUR):
            return self.ready.popleft()
        self.stuck = True
        self.waiting.remove(self.main)
        return self.main

    def resume_paused(self) -> bool:
        """Let the paused threads go on; return whether there was any."""
        paused = [actor for actor in self._cast if actor.paused]
        for actor in paused:
            actor.paused = False
        self.ready.extend(paused)
        return bool(paused)

    def wake_first(self, awaited: object) -> bool:
        for actor in self.waiting:
            if actor.awaited is awaited:
                self.waiting.remove(actor)
                self.ready.append(actor)
                return True
        return False

    def _wake_by_time(self, end: float) -> bool:
        deadlines = [actor.deadline for actor in self.waiting if actor.deadline is not None]
        if not deadlines or (first := min(deadlines)) > end:
            return False
        self.now = max(self.now, first)
        actor = next(actor for actor in self.waiting if actor.deadline == first)
        self.waiting.remove(actor)
        actor.in_time = False
        self.ready.append(actor)
        return True

    def traced(self, actor: Actor, call: Callable[[], Any], pause_at: int) -> Callable[[], Any]:
        """Return `call`, to be paused before its step number `pause_at`, if that is not 0."""
        steps_left = pause_at

        def trace(frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
            nonlocal steps_left
            if frame.f_code.co_filename != self._module.__file__:
                return None
            frame.f_trace_opcodes = True
            if event == "opcode" and not _are_private(frame.f_code)[frame.f_lasti]:
                steps_left -= 1
                if steps_left == 0:
                    sys.settrace(None)  # it makes each instruction some ten times as slow
                    self.has_paused = True
                    if self.instead is not None:
                        self.instead()
                    else:
                        actor.paused = True
                        actor.hand_on()
            return trace

        def traced_call() -> Any:
            # 3.12 asks for this before `settrace` is called, or sends no opcodes.
            sys._getframe().f_trace_opcodes = True  # noqa: SLF001 - documented
            sys.settrace(trace)
            try:
                return call()
            finally:
                sys.settrace(None)

        return traced_call if pause_at else call

    # Taking over, and leaving nothing behind.

    def __enter__(self) -> Self:
        for home, name, stand_in in _places(self._module):
            self._replace(home, name, stand_in)
        for home in (self._module, *_classes_of(self._module)):
            for name, value in list(vars(home).items()):
                if isinstance(value, _Plain):
                    self._replace(home, name, _Lock(value))
                elif isinstance(value, _Reentrant):
                    self._replace(home, name, _ReentrantOfPython())
        self._outside, _here.actor = _actor(), self.main
        # It would run finalizers at a step that depends on all that was allocated before.
        self._collects = gc.isenabled()
        gc.disable()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.over = True
        self.ready.extend(self.waiting)
        self.ready.extend(self._settling)
        self.resume_paused()
        self.waiting.clear()
        self._settling.clear()
        try:
            if not self.lost:
                self.settle()
        finally:
            _here.actor = self._outside
            for home, name, value in reversed(self._replaced):
                setattr(home, name, value)
            if self._collects:
                gc.enable()
        if not self.lost:
            for actor in self._cast:
                with _off_stage():
                    _REAL["join"](actor.thread, PATIENCE)
        if kind is None:
            assert not self.lost, "a thread catches whatever is to end it"
            for actor in self.started:
                if isinstance(actor.error, Exception):
                    raise actor.error
                # Not as it is: pytest would end.
                assert actor.error is None, f"{actor.name} has ended by {actor.error!r}"

    def _replace(self, home: Any, name: str, value: Any) -> None:
        self._replaced.append((home, name, getattr(home, name)))
        setattr(home, name, value)


# Instructions before which a switch makes no difference: they touch only the frame itself.
_PRIVATE = (
    *(
        "LOAD_FAST",
        "STORE_FAST",
        "LOAD_CONST",
        "LOAD_SMALL",
        "RESUME",
        "RETURN",
        "PUSH_",
        "PRECALL",
    ),
    *("COPY", "SWAP", "POP_", "NOP", "KW_NAMES", "JUMP", "IS_OP", "EXTENDED", "MAKE_", "NOT_TAKEN"),
)


@cache
def _are_private(code: CodeType) -> list[bool]:
    """Return of each byte of the code whether such an instruction begins there."""
    return [dis.opname[number].startswith(_PRIVATE) for number in code.co_code]


@contextmanager
def _off_stage() -> Iterator[None]:
    """Let the thread that moves use real locks, for what `threading` does inside."""
    actor, _here.actor = _actor(), None
    try:
        yield
    finally:
        _here.actor = actor


# What stands in for the real things.  In a thread that is on no stage it does what they do.


def _start(thread: threading.Thread) -> None:
    actor = _actor()
    if actor is None or actor.stage.part_of(thread) is not None:
        _REAL["start"](thread)  # which refuses to start it twice
        return
    stage = actor.stage
    new = Actor(stage, thread, thread.name)
    run = stage.traced(new, thread.run, stage.pause_at)
    stage.pause_at = 0

    def play() -> None:
        del thread.run
        new.play(run)

    thread.run = play  # type: ignore[method-assign]
    stage.started.append(new)
    stage.enter(new)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    actor = _actor()
    other = actor and actor.stage.part_of(thread)
    if actor is None or other is None or other is actor:
        _REAL["join"](thread, timeout)
        return
    deadline = None if timeout is None else actor.stage.now + max(timeout, 0)
    while not other.ended:
        if not actor.wait(other, deadline):
            return
    with _off_stage():
        _REAL["join"](thread)


def _is_alive(thread: threading.Thread) -> bool:
    actor = _actor()
    other = actor and actor.stage.part_of(thread)
    return bool(_REAL["is_alive"](thread)) and not (other and other.ended)


def _sleep(seconds: float) -> None:
    if (actor := _actor()) is None:
        _REAL["sleep"](seconds)
    else:
        actor.wait(object(), actor.stage.now + seconds)


def _clock(real: Callable[[], float], *, is_wall: bool = False) -> Callable[[], float]:
    def read() -> float:
        if (actor := _actor()) is None:
            return real()
        return actor.stage.now + (actor.stage.wall_ahead if is_wall else 0)

    return read


_REAL: dict[str, Callable[..., Any]] = {
    "sleep": time.sleep,
    **{name: getattr(threading.Thread, name) for name in ("start", "join", "is_alive")},
}
_METHODS = {"start": _start, "join": _join, "is_alive": _is_alive}
# The versions in Python that CPython keeps beside those in C: they are built from plain locks.
_ReentrantOfPython: Any = threading._PyRLock  # type: ignore[attr-defined]  # noqa: SLF001
_SimpleQueueOfPython: Any = queue._PySimpleQueue  # type: ignore[attr-defined]  # noqa: SLF001
_STAND_INS: list[tuple[Any, Any]] = [
    (threading.Lock, _Lock),
    (threading._allocate_lock, _Lock),  # type: ignore[attr-defined]  # noqa: SLF001
    (threading.RLock, _ReentrantOfPython),
    (_Reentrant, _ReentrantOfPython),
    (queue.SimpleQueue, _SimpleQueueOfPython),
    (time.sleep, _sleep),
    (time.monotonic, _clock(time.monotonic)),
    (time.perf_counter, _clock(time.perf_counter)),
    (time.time, _clock(time.time, is_wall=True)),
]


def _classes_of(module: ModuleType) -> list[type]:
    return [value for value in vars(module).values() if isinstance(value, type)]


def _functions_of(module: ModuleType) -> list[FunctionType]:
    own = (each for each in _classes_of(module) if each.__module__ == module.__name__)
    found = [value for home in (module, *own) for value in vars(home).values()]
    return [value for value in found if isinstance(value, FunctionType)]


def _places_in(home: ModuleType) -> list[tuple[Any, str, Any]]:
    """Return where a stand-in belongs, under whatever name: a home, the name, the stand-in."""
    names = [(name, id(value)) for name, value in vars(home).items()]
    return [(home, name, _BY_ID[found]) for name, found in names if found in _BY_ID]


_BY_ID = {id(real): stand_in for real, stand_in in _STAND_INS}
_EVERYWHERE = [
    *((threading.Thread, name, method) for name, method in _METHODS.items()),
    *(place for home in (threading, time, queue) for place in _places_in(home)),
]


@cache
def _places(module: ModuleType) -> list[tuple[Any, str, Any]]:
    """The same for all that `module` reaches: also what defines the classes that it shows."""
    names = {each.__module__ for each in _classes_of(module)} - {"threading", "time", "queue"}
    homes = {id(sys.modules[name]): sys.modules[name] for name in names if name in sys.modules}
    homes[id(module)] = module
    found = _EVERYWHERE + [place for home in homes.values() for place in _places_in(home)]
    for function in _functions_of(module):
        # Default values, and what a data class has as a default factory.
        defaults = function.__defaults__ or ()
        if any(id(value) in _BY_ID for value in defaults):
            replaced = tuple(_BY_ID.get(id(value), value) for value in defaults)
            found.append((function, "__defaults__", replaced))
        for cell in function.__closure__ or ():
            with suppress(ValueError):  # an empty cell
                if id(cell.cell_contents) in _BY_ID:
                    found.append((cell, "cell_contents", _BY_ID[id(cell.cell_contents)]))
    return found
