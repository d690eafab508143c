"""Judges many variants of one kata's solution, each in a forked child of its own.

A host process has imported pytest and hypothesis and started pytest; a child of it only collects
and runs the kata's test file.  A variant may do its worst: never end, call `os._exit(0)`, fork,
leak threads, fill the memory.  Its child ends with everything it started, and the host goes on.

The variant is a file in a temporary tree behind the one switch (`KATAS_AGAINST`), not a module
conjured up by an import hook: so tracebacks, `inspect.getsource` and processes that the tests
spawn all see the variant.
"""

import contextlib
import faulthandler
import gc
import importlib
import json
import math
import multiprocessing
import os
import selectors
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import hypothesis.stateful
import psutil
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from kata_runner import plugin
from kata_runner.curriculum import Kata
from kata_runner.verdict import Outcome, Transcript, Verdict

# What pytest and hypothesis import only once they run: paid here once, not by every host or child.
_LATE = """
    _hypothesis_pytestplugin hypothesis.internal.conjecture.optimiser pdb tomllib
    _pytest.helpconfig _pytest.skipping _pytest.threadexception _pytest.tracemalloc
    _pytest.unittest _pytest.unraisableexception _pytest.warnings
"""
for _name in _LATE.split():
    # Internal names come and go; without one of them a child is slower, not wrong.
    with contextlib.suppress(ImportError):
        importlib.import_module(_name)

_LIKELY = 8  # tests that run before the others are collected
_SLOW = 0.03  # seconds of CPU time: as long as some twenty tests take
_TIMES, _LEAST = 5, 0.5  # by how much a test may exceed what is usual; seconds


@dataclass(frozen=True)
class Variant:
    """Source text to judge in the place of a kata's solution; `line` is where the two differ."""

    id: str
    source: str
    line: int | None = None


@dataclass(frozen=True)
class Limits:
    """What one child may use: seconds of CPU time for each test, seconds of wall time, bytes.

    CPU time is the limit that matters, since it is fair on a busy machine; wall time is for
    variants that wait for ever.  The memory is what comes on top of the caller's.
    """

    cpu: float = 10.0
    wall: float = 60.0
    memory: int = 1 << 30


def judge(
    kata: Kata,
    variants: Iterable[Variant],
    *,
    stop_early: bool = False,
    examples_only: bool = False,
    jobs: int | None = None,
    seed: int | None = None,
    limits: Limits | None = None,
    tests: Path | None = None,
    sound: Verdict | None = None,
    traced: bool = False,
) -> Iterator[tuple[Variant, Verdict]]:
    """Yield each variant with what the kata's test file says of it, in the order of `variants`.

    Up to `jobs` (by default, three for each processor) are judged at once.  `tests` is another
    test file to run.  With `stop_early` a run ends at the first test that does not pass, examples
    come before property tests, and hypothesis does not look for the smallest failing example.
    With `examples_only` property tests are not run.  With `seed` hypothesis draws from that seed,
    otherwise the same examples every time, and property tests come first.

    `sound` is the verdict on the solution: a test may take five times the CPU time that it takes
    there (but half a second in any case), and with `stop_early` slow ones come after the others
    of their kind.  If that verdict was `traced`, tests that reach the line of a variant come first.

    Raises:
        RuntimeError: this platform has no `fork`, or this process runs several threads, which
            makes a forked child deadlock now and then; or pytest cannot start in the project.
    """
    if not hasattr(os, "fork"):
        raise RuntimeError("judging variants needs os.fork, which this platform does not have")
    if threading.active_count() > 1:
        raise RuntimeError("variants are judged in forked children: end all other threads first")
    # Many a variant that hangs only waits, and keeps no processor busy.
    jobs = jobs or 3 * (os.cpu_count() or 1)
    candidates = list(variants)
    if not candidates:
        return
    with tempfile.TemporaryDirectory(prefix="kata-") as work:
        run = _Run(
            kata,
            tests or kata.tests,
            Path(work),
            limits or Limits(),
            stop_early,
            examples_only,
            seed,
            traced,
            {result.test.name: result.cpu for result in sound.results} if sound else {},
            sound.lines if sound else {},
        )
        context = multiprocessing.get_context("fork")
        verdicts, answers = context.Pipe(duplex=False)
        host = context.Process(target=_Host(run, candidates, jobs, answers).main)
        host.start()
        answers.close()
        try:
            for variant in candidates:
                yield variant, verdicts.recv()
        except EOFError:
            raise RuntimeError(f"pytest cannot start in {kata.root}") from None
        finally:
            verdicts.close()
            host.terminate()
            host.join()
            compiled = plugin.PYCACHE / Path(work).relative_to(Path(work).anchor)
            shutil.rmtree(kata.root / compiled, ignore_errors=True)


@dataclass(frozen=True)
class _Run:
    """What is the same for all children of one `judge`."""

    kata: Kata
    tests: Path
    work: Path
    limits: Limits
    stop_early: bool
    examples_only: bool
    seed: int | None
    traced: bool
    usual: Mapping[str, float]
    lines: Mapping[str, Sequence[int]]

    def allowed(self, test: str | None) -> float:
        """Return how many seconds of CPU time the test may take; None: the import of all."""
        usual = self.usual.get(test or "")
        return self.limits.cpu if usual is None else max(_LEAST, _TIMES * usual)

    def is_slow(self, test: str) -> bool:
        return self.usual.get(test, 0.0) > _SLOW


class _Host:
    """The process in which pytest starts, once, and that is forked for each variant.

    It is a pytest plugin: when pytest is about to collect, the host forks.  The children go on.
    """

    def __init__(self, run: _Run, variants: list[Variant], jobs: int, answers: Connection) -> None:
        self._run = run
        self._waiting = list(reversed(variants))
        self._jobs = jobs
        self._answers = answers
        self._started: list[_Child] = []
        self._failed: list[str] = []  # names of examples, the one that failed last at the end

    def main(self) -> NoReturn:
        # As an exception, which ends the children on its way.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        # A debugger of the caller's, or its coverage, has no business in the variants.
        sys.settrace(None)
        threading.settrace(None)
        # Not what the caller has put in their place (pytest does, and so does a progress bar).
        sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
        run = self._run
        _enter(run)
        # What the caller has left lying about ends here: once pytest has started, what a finalizer
        # raises would be blamed on the first test of each child.
        gc.collect()
        arguments = [*plugin.SPARE, "-q", "--no-summary", f"--rootdir={run.kata.root}"]
        profile: dict[str, Any] = {}
        if run.seed is not None:
            profile |= {"derandomize": False}
            arguments.append(f"--hypothesis-seed={run.seed}")
        if run.stop_early:
            profile |= {"phases": [hypothesis.Phase.explicit, hypothesis.Phase.generate]}
            # Nobody asks then what an assertion compared; without it, test files load faster.
            arguments += ["-x", "--assert=plain"]
        check = hypothesis.settings.get_profile("check")
        hypothesis.settings.register_profile("variant", parent=check, **profile)
        arguments += ["--hypothesis-profile=variant", str(run.tests)]
        pytest.main(arguments, plugins=[self])
        # Not by returning: a thread that a variant leaked would keep the interpreter alive.
        os._exit(0)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Return in a child only."""
        plugin.import_ahead(self._run.tests)
        with contextlib.suppress(ImportError, AttributeError):
            # Hypothesis reads the constants of all modules that are the project's, each once.
            providers = importlib.import_module("hypothesis.internal.conjecture.providers")
            providers._get_local_constants()  # noqa: SLF001
        # Objects that a collector's pass in a child never touches are never copied for it.
        gc.collect()
        gc.freeze()
        host = os.getpid()
        try:
            with selectors.DefaultSelector() as ready:
                forked = self._judge(ready)
        finally:
            if os.getpid() == host:
                for child in self._started:
                    if child.verdict is None:
                        child.finish()
                os._exit(0)
        line, home, pipe = forked
        _become(self._run, session.config, self._likely(line), home, pipe)

    def _judge(self, ready: selectors.BaseSelector) -> tuple[int | None, Path, int]:
        """Judge all variants and end the process; return in a child: its line, folder, and pipe."""
        while self._waiting or self._started:
            while self._waiting and len(ready.get_map()) < self._jobs:
                variant = self._waiting.pop()
                home = Path(tempfile.mkdtemp(dir=self._run.work))
                source = home / "tree" / self._run.kata.topic / f"{self._run.kata.name}.py"
                source.parent.mkdir(parents=True)
                source.write_text(variant.source, encoding="utf-8")
                read, write = os.pipe()
                pid = os.fork()
                if pid == 0:
                    os.close(read)
                    return variant.line, home, write
                os.close(write)
                os.set_blocking(read, False)
                child = _Child(self._run, home, pid, read)
                self._started.append(child)
                ready.register(read, selectors.EVENT_READ, child)
            deadline = min(child.deadline for child in self._started if child.verdict is None)
            for key, _ in ready.select(max(0.0, deadline - time.monotonic())):
                key.data.read()
            for child in self._started:
                if child.verdict is None and child.is_over():
                    ready.unregister(child.pipe)
                    self._note(child.finish())
            while self._started and self._started[0].verdict is not None:
                self._answers.send(self._started.pop(0).verdict)
        os._exit(0)

    def _likely(self, line: int | None) -> list[str]:
        """Return the names of examples that may well fail, the likeliest first.

        Those that reach the line; of these, those that failed lately, then those that do little
        else.
        """
        lately = self._failed[::-1]
        lines = self._run.lines
        reaching = [name for name in lines if line in lines[name] and not self._run.is_slow(name)]
        if not reaching:
            return lately
        rank = {name: rank for rank, name in enumerate(lately)}
        return sorted(reaching, key=lambda name: (rank.get(name, math.inf), len(lines[name])))

    def _note(self, found: Verdict) -> None:
        """Remember which examples failed, the last ones at the end."""
        for result in found.failing():
            test, name = result.test, result.test.name
            if result.failure and not test.is_property and not self._run.is_slow(name):
                if name in self._failed:
                    self._failed.remove(name)
                self._failed.append(name)


@dataclass
class _Child:
    """One variant under way, seen from the host."""

    run: _Run
    home: Path
    pid: int
    pipe: int
    verdict: Verdict | None = None
    _unread: bytes = b""
    _closed: bool = False
    _transcript: Transcript = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.run.limits.wall
        self._transcript = Transcript(self.run.kata.id)
        # A traceback names the solution's file, not a temporary one.
        self._tree = json.dumps(str(self.home / "tree"))[1:-1].encode()
        self._shown = json.dumps(str(self.run.kata.solution.parents[1]))[1:-1].encode()

    def read(self) -> None:
        """Take what the child has written so far."""
        chunk = os.read(self.pipe, 1 << 16)
        self._closed = not chunk
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        for line in lines:
            self._transcript.add(json.loads(line.replace(self._tree, self._shown)))

    def is_over(self) -> bool:
        return self._closed or self._transcript.ended or time.monotonic() >= self.deadline

    def finish(self) -> Verdict:
        """End the child with all that it started, and sum up."""
        came_to_an_end = self._closed or self._transcript.ended
        # Killed before it is waited for: so far no other process can have got its number.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        # There may be more than one chunk if the host was busy.
        with contextlib.suppress(BlockingIOError):
            while not self._closed:
                self.read()
        os.close(self.pipe)
        code = os.waitstatus_to_exitcode(status)
        limits = self.run.limits
        problem, unfinished = None, Outcome.CRASHED
        if self._transcript.ended:
            pass
        elif code == -signal.SIGPROF:
            allowed = self.run.allowed(self._transcript.running)
            problem = f"stopped: still computing after {allowed:.2g} s of CPU time{self._where()}"
            unfinished = Outcome.HUNG
        elif not came_to_an_end:
            problem = f"stopped: no end after {limits.wall:g} s{self._where()}"
            unfinished = Outcome.HUNG
        elif code < 0:
            problem = f"the process died{self._where()}: {signal.strsignal(-code)}"
        self.verdict = self._transcript.verdict(problem, unfinished=unfinished)
        return self.verdict

    def _where(self) -> str:
        return f" in {self._transcript.running}" if self._transcript.running else ""


class _LikelyFirst:
    """A pytest plugin: examples go first, and before all, those that are likely to fail.

    Examples are cheaper than property tests and tell more, except of a seed.  Most mutants are
    killed by a likely test; the others are collected only if those pass, since to make the items
    of all tests takes longer than to run one.
    """

    def __init__(self, run: _Run, names: Sequence[str]) -> None:
        """`names` are those of examples, the likeliest in front."""
        self._run = run
        self._rank = {name: rank for rank, name in enumerate(names)}
        functions = dict.fromkeys(name.partition("[")[0] for name in names)
        self._likely = set(list(functions)[:_LIKELY])
        self._ran: set[str] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, name: str) -> list[pytest.Item] | None:
        return [] if self._likely and name not in self._likely else None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid not in self._ran), key=self._key)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        if self._likely and not session.testsfailed:
            plugin.run_in_turn(session, session.items)
            self._ran = {item.nodeid for item in session.items}
            self._likely = set()
            session.perform_collect()

    def _key(self, item: pytest.Item) -> tuple[bool, bool, float]:
        test = plugin.as_test(item)
        is_late = test.is_property is (self._run.seed is None)
        return is_late, self._run.is_slow(test.name), self._rank.get(test.name, math.inf)


class _ExamplesOnly:
    """A pytest plugin: property tests are collected and not run."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not plugin.is_property(item)]


class _TimerForEachTest:
    """A pytest plugin: SIGPROF ends the process once a test has used up its CPU time."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        signal.setitimer(signal.ITIMER_PROF, run.allowed(None))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        signal.setitimer(signal.ITIMER_PROF, self._run.allowed(plugin.name_of(nodeid)))


def _become(run: _Run, config: pytest.Config, likely: list[str], home: Path, pipe: int) -> None:
    """Make this, the forked process, the one that judges the variant in `home`."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _limit(run.limits)
    # A process that the tests fork must not keep the pipe open: the host waits for its end.
    os.register_at_fork(after_in_child=lambda: os.close(pipe))
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    faulthandler.disable()  # it may have kept a descriptor of its own
    os.environ |= {"KATAS_AGAINST": str(home / "tree"), "TMPDIR": str(home)}
    tempfile.tempdir = None
    # Once it is known what the tests do, their bytecode is there; a variant's own is for nobody.
    sys.dont_write_bytecode = bool(run.usual)
    me = os.getpid()

    def emit(event: dict[str, Any]) -> None:
        if os.getpid() != me:
            # A fork inside the variant has come back up to here: it must not speak for it.
            os._exit(1)
        data = json.dumps(event).encode() + b"\n"
        while data:
            data = data[os.write(pipe, data) :]

    plugins: list[object] = [
        plugin.OneFile(),
        plugin.Brief(),
        plugin.Reporter(emit, in_full=False),
        _TimerForEachTest(run),
    ]
    if run.stop_early:
        # First, so that the reporter tells the tests in this order, too.
        plugins.insert(0, _LikelyFirst(run, likely))
    if run.examples_only:
        plugins.append(_ExamplesOnly())
    if run.traced:
        plugins.append(plugin.Lines(emit, f"katas.{run.kata.topic}.{run.kata.name}"))
    for each in plugins:
        config.pluginmanager.register(each)


def _limit(limits: Limits) -> None:
    import resource  # noqa: PLC0415 - not on Windows, where there is no fork either

    # What the caller has mapped, the stacks of its threads for instance, came with the fork.
    mapped = psutil.Process().memory_info().vms
    for what, limit in (
        (resource.RLIMIT_AS, mapped + limits.memory),
        (resource.RLIMIT_FSIZE, limits.memory // 16),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS refuses some of them.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (limit, limit))


def _enter(run: _Run) -> None:
    """Make this process one that has nothing to do with its caller's project and tests."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("katas", "tests"):
            del sys.modules[name]
    importlib.invalidate_caches()
    os.chdir(run.kata.root)
    sys.path.insert(0, str(run.kata.root))
    # To compile a test file for pytest takes longer than to run it, so what came of it is kept.
    sys.pycache_prefix = str(run.kata.root / plugin.PYCACHE)
    sys.dont_write_bytecode = False
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST"):
        os.environ.pop(name, None)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    set_hypothesis_home_dir(run.work / "hypothesis")
