"""Runs one kata's tests in a child process, and survives whatever happens there.

The child (`child`) reports events; this side keeps the limits.  What ends a run is processor time
or idleness, not wall time: a right solution on a busy machine must not be called wrong.  In the
end the child goes, with every process that it started.
"""

import contextlib
import json
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from kata_runner.curriculum import Kata
from kata_runner.verdict import Outcome, Transcript, Verdict

_SHOWN = 4000  # characters: the end of what a dying process said
_POLL = 0.05  # seconds between two looks at the child's processor time and memory


@dataclass(frozen=True)
class Limits:
    """What the child may use.

    Seconds for each test: of processor time, of doing nothing, on the clock.  Bytes of memory for
    the whole run.
    """

    cpu: float = 5.0
    idle: float = 3.0
    wall: float = 120.0
    memory: int = 2 << 30


def run(
    kata: Kata,
    tree: Path,
    *,
    tests: Path | None = None,
    arguments: tuple[str, ...] = (),
    limits: Limits | None = None,
    on_event: Callable[[dict[str, Any]], None] = lambda _: None,
) -> Verdict:
    """Run the tests of `kata` against `tree` and return what they found.

    `tests` is another test file to run, `arguments` are further ones for pytest; `on_event`
    hears each event as it comes.  Never raises for anything that the learner's code does.
    """
    limits = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="kata-") as work:
        job = {
            "root": str(kata.root),
            "tree": str(tree),
            "tests": str(tests or kata.tests),
            "stacks": str(Path(work) / "stacks"),
            "memory": limits.memory,
            "arguments": [*arguments, f"--basetemp={Path(work) / 'tmp'}", f"--rootdir={kata.root}"],
        }
        child = _Child(job, kata.id, Path(work), limits, on_event)
        try:
            return child.supervise()
        finally:
            child.end()


class _Child:
    """The child process, its events, and the time it has used."""

    def __init__(
        self,
        job: dict[str, Any],
        kata: str,
        work: Path,
        limits: Limits,
        on_event: Callable[[dict[str, Any]], None],
    ) -> None:
        self._limits = limits
        self._on_event = on_event
        self._stacks = work / "stacks"
        self._stacks.touch()
        self._stderr = work / "stderr"
        self._transcript = Transcript(kata)
        with self._stderr.open("w") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kata_runner.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=job["root"],
                start_new_session=True,  # Ctrl-C ends the runner, and the runner ends the child
                text=True,
            )
        self._usage = psutil.Process(self._process.pid)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.close()
        self._events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        self._start_clocks()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with contextlib.suppress(json.JSONDecodeError):  # cut off by a crash
                self._events.put(json.loads(line))
        self._events.put(None)

    def supervise(self) -> Verdict:
        """Follow the run to its end, or end it at a limit."""
        while True:
            try:
                event = self._events.get(timeout=_POLL)
            except queue.Empty:
                if reason := self._limit_passed():
                    return self._stopped(reason)
                continue
            if event is None:
                return self._ended()
            self._transcript.add(event)
            self._on_event(event)
            self._start_clocks()
            if self._transcript.ended:
                return self._transcript.verdict()

    def _start_clocks(self) -> None:
        now = time.monotonic()
        self._wall_start = self._last_busy = now
        self._cpu_start = self._cpu_seen = self._cpu()

    def _cpu(self, *, of_all: bool = False) -> float:
        """Return the processor time in seconds: of the child, or with all its descendants.

        The descendants are asked only when the child waits: to find them takes a look at every
        process of the machine.
        """
        total = 0.0
        with contextlib.suppress(psutil.Error):
            family = [self._usage, *(self._usage.children(recursive=True) if of_all else ())]
            for one in family:
                with contextlib.suppress(psutil.Error):
                    times = one.cpu_times()
                    total += times.user + times.system
        return total

    def _limit_passed(self) -> str | None:
        now, cpu = time.monotonic(), self._cpu()
        if cpu == self._cpu_seen:
            cpu = self._cpu(of_all=True)
        if cpu > self._cpu_seen:
            self._cpu_seen, self._last_busy = cpu, now
        if cpu - self._cpu_start > self._limits.cpu:
            return f"still computing after {self._limits.cpu:g} s of processor time"
        if now - self._last_busy > self._limits.idle:
            return f"waiting for {self._limits.idle:g} s without doing anything"
        if now - self._wall_start > self._limits.wall:
            return f"no end after {self._limits.wall:g} s"
        with contextlib.suppress(psutil.Error):
            if self._usage.memory_info().rss > self._limits.memory:
                return f"more than {self._limits.memory >> 20} MiB of memory in use"
        return None

    def _stopped(self, reason: str) -> Verdict:
        stacks = self._ask_for_stacks()
        where = self._transcript.running or "before the first test"
        outcome = Outcome.CRASHED if "memory" in reason else Outcome.HUNG
        return self._transcript.verdict(f"stopped in {where}: {reason}", stacks, outcome)

    def _ask_for_stacks(self) -> str:
        if not hasattr(signal, "SIGUSR1"):
            return ""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)
        patience = time.monotonic() + 1.0
        text = ""
        while time.monotonic() < patience:
            time.sleep(_POLL)
            before, text = text, self._stacks.read_text("utf-8", "replace")
            if text and text == before:  # written to its end
                break
        return text

    def _ended(self) -> Verdict:
        """Sum up a child that went away by itself."""
        code = self._process.wait()
        if self._transcript.ended:
            return self._transcript.verdict()
        where = f" in {self._transcript.running}" if self._transcript.running else ""
        said = self._stderr.read_text("utf-8", "replace")[-_SHOWN:]
        if code < 0:
            name = signal.strsignal(-code) or f"signal {-code}"
            return self._transcript.verdict(f"the process died{where}: {name}", said)
        return self._transcript.verdict(
            f"the process ended itself{where}, with status {code}", said
        )

    def end(self) -> None:
        """End the child and every process that it started."""
        family = []
        with contextlib.suppress(psutil.Error):
            family = [*self._usage.children(recursive=True), self._usage]
        for one in family:
            with contextlib.suppress(psutil.Error):
                one.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
