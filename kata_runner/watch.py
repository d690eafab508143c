"""What happens while a learner works on a kata: saves, keys, and how far a run has come.

Threads put it into one queue: one watches the files, one reads the keys, one runs the tests.  The
main thread takes it out and prints.  A save cancels the run that is under way.
"""

import contextlib
import os
import queue
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import watchfiles

from kata_runner.curriculum import Kata, Mistake
from kata_runner.mistakes import looks_like
from kata_runner.verdict import Transcript, Verdict
from kata_runner.worker import EndedError, Job, Standby

# The parts of a run: what is quick comes first, and each part is shown as it comes.
STAGES = ("examples", "slow", "quick", "rest")
# Milliseconds: how long a series of changes to a file may take to count as one save.  The
# watcher's own 50 and 1600 are longer than the whole run.
_STEP, _DEBOUNCE = 2, 20
_PATIENCE = 2.0  # seconds to end a worker


@dataclass(frozen=True)
class Saved:
    """A file that matters was saved, replaced or deleted."""


@dataclass(frozen=True)
class Pressed:
    """A key was pressed."""

    key: str


@dataclass(frozen=True)
class Found:
    """The run number `run` has come so far; `is_final` at its end."""

    run: int
    verdict: Verdict
    is_final: bool


@dataclass(frozen=True)
class Recognised:
    """The failures of the run number `run` look like a known mistake."""

    run: int
    mistake: Mistake


Event = Saved | Pressed | Found | Recognised


class Watch:
    """The events of one kata being worked on; a context manager that ends its threads."""

    def __init__(self, kata: Kata, standby: Standby) -> None:
        self._watched = {kata.stub.resolve(), kata.tests.resolve()}
        self._standby = standby
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._cancel: Callable[[], None] = lambda: None
        self._over = threading.Event()  # the worker of the last run has ended
        self._over.set()
        self._run = 0

    def __enter__(self) -> Self:
        for target in (self._watch_files, self._read_keys):
            threading.Thread(target=target, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stop.set()
        self.cancel()
        # In an endless loop, the worker would outlive this process.
        self._over.wait(_PATIENCE)

    def events(self) -> Iterator[Event]:
        """Yield what happens until the watch ends; of a run that was cancelled, nothing more."""
        while not self._stop.is_set():
            # In pieces: on Windows, a wait without an end cannot be interrupted by Ctrl-C.
            with contextlib.suppress(queue.Empty):
                event = self._events.get(timeout=0.5)
                if not isinstance(event, Found | Recognised) or event.run == self._run:
                    yield event

    def start(self, job: Job) -> None:
        """Run `job`, in the place of the run that is under way."""
        self.cancel()
        number, over, taken = self._run, threading.Event(), ExitStack()
        taken.callback(over.set)
        worker = taken.enter_context(self._standby.take())

        def hear(event: dict[str, object], known: Transcript) -> None:
            if event["event"] == "stage" and event["stage"] != job.stages[-1]:
                self._events.put(Found(number, known.so_far(), is_final=False))

        def run() -> None:
            with taken:
                final = worker.run(job, hear)
            if final is None:
                return
            self._events.put(Found(number, final, is_final=True))
            with contextlib.suppress(EndedError):
                if (mistake := looks_like(job.kata, final, self._standby.run)) is not None:
                    self._events.put(Recognised(number, mistake))

        self._cancel, self._over = worker.cancel, over
        threading.Thread(target=run, daemon=True).start()

    def cancel(self) -> None:
        """End the run that is under way, if there is one."""
        self._run += 1
        self._cancel()
        self._cancel = lambda: None

    def _watch_files(self) -> None:
        # Folders, not files: many editors replace a file by another one.
        changes = watchfiles.watch(
            *{path.parent for path in self._watched},
            watch_filter=lambda _, path: Path(path) in self._watched,
            debounce=_DEBOUNCE,
            step=_STEP,
            stop_event=self._stop,
            recursive=False,
        )
        for _ in changes:
            self._events.put(Saved())

    def _read_keys(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # standard input has gone away
            for key in _keys(self._stop):
                self._events.put(Pressed(key))


@contextmanager
def keys_one_by_one() -> Iterator[None]:
    """Let the terminal hand over each key at once, and put it back as it was."""
    if sys.platform == "win32":
        yield
        return
    import termios  # noqa: PLC0415 - not on Windows
    import tty  # noqa: PLC0415

    before = termios.tcgetattr(sys.stdin)
    try:
        # Not raw mode: Ctrl-C stays Ctrl-C, and a line feed still returns the carriage.
        tty.setcbreak(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _keys(stop: threading.Event) -> Iterator[str]:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - only on Windows

        while not stop.wait(0.05):
            while msvcrt.kbhit():
                yield msvcrt.getwch()
    else:
        while not stop.is_set():
            ready, _, _ = select.select([sys.stdin], [], [], 0.2)
            if ready:
                # Not by `sys.stdin`: what that has read ahead, `select` does not know of.
                keys = os.read(sys.stdin.fileno(), 100)
                if not keys:  # the terminal is gone
                    return
                yield from keys.decode(errors="ignore")
