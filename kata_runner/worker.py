"""Runs one kata's tests in a child process, and survives whatever happens there.

The child (`child`) reports events; this side keeps the limits.  What ends a run is processor time
or idleness, not wall time: a right solution on a busy machine must not be called wrong.  In the
end the child goes, with every process that it started.
"""

import contextlib
import json
import os
import queue
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from kata_runner.curriculum import Kata
from kata_runner.verdict import Outcome, Transcript, Verdict

_SHOWN = 4000  # characters: the end of what a dying process said
_POLL = 0.05  # seconds between two looks at the child's processor time and memory
# Seconds between two looks at what the child says: woken by each event, this process would take a
# third as much time as the tests.
_PAUSE = 0.003
# One for all children: the failures of a mistake are compared with those of the learner, and the
# order of a set of strings must not make them different.
_HASH_SEED = {"PYTHONHASHSEED": str(secrets.randbelow(1 << 32))}
# What is not said by the child.
_CANCELLED, _GONE = {"event": "cancelled"}, {"event": "gone"}


@dataclass(frozen=True)
class Limits:
    """What the child may use.

    Seconds for each test: of processor time, of doing nothing, on the clock.  Seconds of processor
    time until the tests are collected.  Bytes of memory for the whole run.
    """

    cpu: float = 5.0
    idle: float = 6.0  # longer than the tests themselves wait for a thread that does not move
    wall: float = 120.0
    start: float = 10.0
    memory: int = 2 << 30


@dataclass(frozen=True)
class Job:
    """What to run: the tests of `kata` on the tree `tree`.

    `tests` is another test file, and `stages` are the parts in which to run it (see
    `plugin.chosen`).
    """

    kata: Kata
    tree: Path
    tests: Path | None = None
    stages: tuple[str, ...] = ("examples", "slow", "properties")
    limits: Limits = Limits()


def run(job: Job, *arguments: str) -> Verdict:
    """Run `job` in a process of its own; never raises for anything the learner's code does.

    `arguments` are further ones for pytest.
    """
    with Worker(job.kata.root, *arguments) as worker:
        return worker.run_to_the_end(job)


class EndedError(Exception):
    """Workers were asked for after the end."""


class Standby:
    """Workers started ahead, each for one job on `kata`; a context manager, which ends them."""

    def __init__(self, kata: Kata, count: int = 2) -> None:
        self._kata = kata
        self._lock = threading.Lock()  # a run may still ask for one while another thread ends all
        self._ended = False
        self._count = count
        self._workers = deque(self._new() for _ in range(count))

    def _new(self) -> "Worker":
        return Worker(self._kata.root, ahead=self._kata.tests)

    @contextmanager
    def take(self) -> Iterator["Worker"]:
        """Give the oldest worker, and end it; another one starts in its place.

        Raises:
            EndedError: the context has ended.
        """
        with self._lock:
            if self._ended:
                raise EndedError
            worker = self._workers.popleft() if self._workers else self._new()
        with worker:
            try:
                yield worker
            finally:
                # Not sooner: beside it, the tests would take half as long again.
                with self._lock:
                    if not self._ended and len(self._workers) < self._count:
                        self._workers.append(self._new())

    def run(self, job: Job) -> Verdict:
        """Run `job` in the oldest worker.

        Raises:
            EndedError: the context has ended.
        """
        with self.take() as worker:
            return worker.run_to_the_end(job)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._lock:
            self._ended = True
            for worker in self._workers:
                worker.end()


class Worker:
    """A child process for one job; a context manager that ends it.

    One that is started `ahead` gets ready for that test file: the job is quicker, the start slower.
    `arguments` are further ones for pytest.
    """

    def __init__(self, root: Path, *arguments: str, ahead: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kata-")
        work = Path(self._folder.name)
        self._stacks = work / "stacks"
        self._stacks.touch()
        self._stderr = work / "stderr"
        environment = _HASH_SEED | os.environ
        # With this one, pytest would rewrite hypothesis anew in every child.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with self._stderr.open("w") as stderr:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "kata_runner.child",
                    self._folder.name,
                    str(ahead or ""),
                    *arguments,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environment,
                cwd=root,
                start_new_session=True,  # Ctrl-C ends the runner, and the runner ends the child
                text=True,
            )
        self._usage = psutil.Process(self._process.pid)
        self._descendants: set[psutil.Process] = set()
        self._events: queue.SimpleQueue[list[dict[str, Any]]] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        while data := os.read(self._process.stdout.fileno(), 1 << 16):
            *lines, rest = (rest + data).split(b"\n")
            events = []
            for line in lines:
                with contextlib.suppress(ValueError):  # a fork of the child spoke at the same time
                    events.append(json.loads(line))
            self._events.put(events)
            time.sleep(_PAUSE)
        self._events.put([_GONE])

    def run(
        self, job: Job, on_event: Callable[[dict[str, Any], Transcript], None] = lambda *_: None
    ) -> Verdict | None:
        """Run `job` to its end or to a limit; None if it was cancelled.

        `on_event` hears each event as it comes, with all that is known so far.
        """
        self._limits = job.limits
        self._transcript = Transcript(job.kata.id)
        self._send(job)
        self._start_clocks()
        while True:
            try:
                events = self._events.get(timeout=_POLL)
            except queue.Empty:
                if reason := self._limit_passed():
                    return self._stopped(reason)
                continue
            for event in events:
                if event is _GONE:
                    return self._ended()
                if event is _CANCELLED:
                    return None
                self._transcript.add(event)
                on_event(event, self._transcript)
                if self._transcript.ended:
                    return self._transcript.verdict()
            self._start_clocks()

    @property
    def pid(self) -> int:
        """The number of the child process."""
        return self._process.pid

    def run_to_the_end(self, job: Job) -> Verdict:
        """Run `job`, which nobody will cancel."""
        found = self.run(job)
        assert found is not None
        return found

    def cancel(self) -> None:
        """Make `run` return None at once; may be called from another thread."""
        self._events.put([_CANCELLED])

    def end(self) -> None:
        """End the child and every process that it started."""
        self._note_descendants()
        # Those that are known first: once the child is gone, nothing leads to them any more.
        for one in (*self._descendants, self._usage):
            with contextlib.suppress(psutil.Error):
                one.kill()
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        # Closed by its reader's end, not before: a descendant may hold the other end.
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._reader.join(_POLL)
        if not self._reader.is_alive():
            self._process.stdout.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.end()

    def _send(self, job: Job) -> None:
        message = {
            "tree": str(job.tree),
            "sources": f"{job.kata.topic}/{job.kata.name}.py",
            "tests": str(job.tests or job.kata.tests),
            "stages": job.stages,
            "stacks": str(self._stacks),
            "patience": min(job.limits.cpu, job.limits.idle),
            "memory": job.limits.memory,
        }
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it died before its job; `_ended` says so
            # Left open: its end tells the child that this process is gone.
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()

    def _note_descendants(self) -> None:
        with contextlib.suppress(psutil.Error):
            self._descendants.update(self._usage.children(recursive=True))

    def _start_clocks(self) -> None:
        now = time.monotonic()
        self._wall_start = self._last_busy = now
        self._cpu_start = self._cpu_seen = self._cpu()

    def _cpu(self, *, of_all: bool = False) -> float:
        """Return the processor time in seconds: of the child, or with all its descendants.

        The descendants are asked only when the child waits: to find them takes a look at every
        process of the machine.
        """
        if of_all:
            self._note_descendants()
        total = 0.0
        for one in (self._usage, *(self._descendants if of_all else ())):
            with contextlib.suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system
        return total

    def _limit_passed(self) -> str | None:
        now, cpu, limits = time.monotonic(), self._cpu(), self._limits
        if cpu == self._cpu_seen:
            cpu = self._cpu(of_all=True)
        if cpu > self._cpu_seen:
            self._cpu_seen, self._last_busy = cpu, now
        allowed = limits.cpu if self._transcript.collected else limits.start
        if cpu - self._cpu_start > allowed:
            return f"still computing after {allowed:g} s of processor time"
        if now - self._last_busy > limits.idle:
            return f"waiting for {limits.idle:g} s without doing anything"
        if now - self._wall_start > limits.wall:
            return f"no end after {limits.wall:g} s"
        with contextlib.suppress(psutil.Error):
            if self._usage.memory_info().rss > limits.memory:
                return f"more than {limits.memory >> 20} MiB of memory in use"
        return None

    def _stopped(self, reason: str) -> Verdict:
        stacks = self._ask_for_stacks()
        running = self._transcript.running
        where = f"in {running}" if running else "before the first test"
        outcome = Outcome.CRASHED if "memory" in reason else Outcome.HUNG
        return self._transcript.verdict(f"stopped {where}: {reason}", stacks, outcome)

    def _ask_for_stacks(self) -> str:
        # Windows has no such signals; there, the child writes now and then.
        if hasattr(signal, "SIGUSR1"):
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGUSR1)
        patience = time.monotonic() + 1.0
        text = ""
        while time.monotonic() < patience:
            time.sleep(_POLL)
            before, text = text, self._stacks.read_text("utf-8", "replace")
            if text and text == before:  # written to its end
                break
        # A line "Timeout (0:00:04)!" stands above each that nobody has asked for: the last one.
        return re.split(r"^Timeout \(.*\)!\n", text, flags=re.MULTILINE)[-1]

    def _ended(self) -> Verdict:
        """Sum up a child that went away by itself."""
        code = self._process.wait()
        where = f" in {self._transcript.running}" if self._transcript.running else ""
        said = self._stderr.read_text("utf-8", "replace")[-_SHOWN:]
        if code < 0:
            name = signal.strsignal(-code) or f"signal {-code}"
            return self._transcript.verdict(f"the process died{where}: {name}", said)
        return self._transcript.verdict(
            f"the process ended itself{where}, with status {code}", said
        )
