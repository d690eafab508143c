"""Judges many variants of one kata's solution, each in a forked child of its own.

The parent has imported pytest and hypothesis; a child only runs the kata's test file, so that a
variant costs some 50 ms.  A variant may do its worst: never end, call `os._exit(0)`, fork, leak
threads, fill the memory.  Its child ends with everything it started, and the parent goes on.

The variant is a file in a temporary tree behind the one switch (`KATAS_AGAINST`), not a module
conjured up by an import hook: so tracebacks, `inspect.getsource` and processes that the tests
spawn all see the variant.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import hypothesis.stateful
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from kata_runner import plugin
from kata_runner.curriculum import Kata
from kata_runner.verdict import Outcome, Transcript, Verdict

# What pytest and hypothesis import only once they run: paid here once, not by every child.
_LATE = """
    _hypothesis_pytestplugin hypothesis.internal.conjecture.optimiser pdb tomllib
    _pytest.faulthandler _pytest.helpconfig _pytest.pastebin _pytest.setuponly _pytest.setupplan
    _pytest.skipping _pytest.threadexception _pytest.tracemalloc _pytest.unittest
    _pytest.unraisableexception _pytest.warnings
"""
for _name in _LATE.split():
    # Internal names come and go; without one of them a child is slower, not wrong.
    with contextlib.suppress(ImportError):
        importlib.import_module(_name)
with contextlib.suppress(ImportError):
    from hypothesis.internal.constants_ast import is_local_module_file

    # Hypothesis asks of every module whether it is the project's, and remembers the answer.
    for _module in list(sys.modules.values()):
        if _file := getattr(_module, "__file__", None):
            is_local_module_file(_file)


@dataclass(frozen=True)
class Variant:
    """Source text to judge in the place of a kata's solution."""

    id: str
    source: str


@dataclass(frozen=True)
class Limits:
    """What one child may use: whole seconds of CPU time, seconds of wall time, bytes of memory.

    CPU time is the limit that matters, since it is fair on a busy machine; wall time is for
    variants that wait for ever.
    """

    cpu: int = 10
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
) -> Iterator[tuple[Variant, Verdict]]:
    """Yield each variant with what the kata's test file says of it, in the order of `variants`.

    Up to `jobs` (by default, one for each processor) are judged at once.  With `stop_early` a
    run ends at the first test that does not pass, examples come before property tests, and
    hypothesis does not look for the smallest failing example.  With `seed` hypothesis draws from
    that seed, otherwise the same examples every time; with `examples_only` it draws none, and
    property tests are not run.  `tests` is another test file to run.

    Raises:
        RuntimeError: this platform has no `fork`, or this process runs several threads, which
            makes a forked child deadlock now and then.
    """
    if not hasattr(os, "fork"):
        raise RuntimeError("judging variants needs os.fork, which this platform does not have")
    if threading.active_count() > 1:
        raise RuntimeError("variants are judged in forked children: end all other threads first")
    jobs = jobs or os.cpu_count() or 1
    waiting = iter(variants)
    started: list[_Child] = []
    importlib.invalidate_caches()
    with tempfile.TemporaryDirectory(prefix="kata-") as work, selectors.DefaultSelector() as ready:
        run = _Run(
            kata,
            tests or kata.tests,
            Path(work),
            limits or Limits(),
            stop_early,
            examples_only,
            seed,
        )
        # Objects that a collector's pass in a child never touches are never copied for it.
        gc.collect()
        gc.freeze()
        try:
            while True:
                while len(ready.get_map()) < jobs and (variant := next(waiting, None)):
                    child = run.fork(variant)
                    started.append(child)
                    ready.register(child.pipe, selectors.EVENT_READ, child)
                if not started:
                    return
                deadline = min(c.deadline for c in started if c.verdict is None)
                for key, _ in ready.select(max(0.0, deadline - time.monotonic())):
                    key.data.read()
                for child in started:
                    if child.verdict is None and child.is_over():
                        ready.unregister(child.pipe)
                        child.finish()
                while started and started[0].verdict is not None:
                    done = started.pop(0)
                    assert done.verdict is not None
                    yield done.variant, done.verdict
        finally:
            for child in started:
                if child.verdict is None:
                    child.finish()
            gc.unfreeze()


@dataclass
class _Run:
    """What is the same for all children of one `judge`."""

    kata: Kata
    tests: Path
    work: Path
    limits: Limits
    stop_early: bool
    examples_only: bool
    seed: int | None
    count: int = 0

    def fork(self, variant: Variant) -> "_Child":
        self.count += 1
        home = self.work / str(self.count)
        source = home / "tree" / self.kata.topic / f"{self.kata.name}.py"
        source.parent.mkdir(parents=True)
        source.write_text(variant.source, encoding="utf-8")
        read, write = os.pipe()
        os.set_blocking(read, False)
        # What is still in a buffer would be written a second time by the child.
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            # Nothing may return from here: above are the caller's own frames.
            try:
                os.close(read)
                _child(self, home, write)
            finally:
                os._exit(1)
        os.close(write)
        return _Child(self, variant, home, pid, read)


@dataclass
class _Child:
    """One variant under way, seen from the parent."""

    run: _Run
    variant: Variant
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

    def finish(self) -> None:
        """End the child with all that it started, and sum up."""
        came_to_an_end = self._closed or self._transcript.ended
        # Killed before it is waited for: so far no other process can have got its number.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        # There may be more than one chunk if the caller was slow to ask for the next verdict.
        with contextlib.suppress(BlockingIOError):
            while not self._closed:
                self.read()
        os.close(self.pipe)
        code = os.waitstatus_to_exitcode(status)
        limits = self.run.limits
        if self._transcript.ended:
            self.verdict = self._transcript.verdict()
        elif code == -signal.SIGXCPU:
            self._stopped(f"still computing after {limits.cpu} s of CPU time")
        elif not came_to_an_end:
            self._stopped(f"no end after {limits.wall:g} s")
        elif code < 0:
            self.verdict = self._transcript.verdict(
                f"the process died{self._where()}: {signal.strsignal(-code)}"
            )
        else:
            self.verdict = self._transcript.verdict()

    def _stopped(self, why: str) -> None:
        problem = f"stopped: {why}{self._where()}"
        self.verdict = self._transcript.verdict(problem, unfinished=Outcome.HUNG)

    def _where(self) -> str:
        return f" in {self._transcript.running}" if self._transcript.running else ""


class _ExamplesFirst:
    """A pytest plugin: examples are cheaper than property tests and tell more, so they go first."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("hypothesis") is not None)


def _child(run: _Run, home: Path, pipe: int) -> NoReturn:
    """Run the tests in this, the forked process, and end it."""
    os.setsid()
    _limit(run.limits)
    # A process that the tests fork must not keep the pipe open: the parent waits for its end.
    os.register_at_fork(after_in_child=lambda: os.close(pipe))
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    # Not what the caller has put in their place (pytest does, and so does a progress bar).
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _enter(run.kata.root, home)
    me = os.getpid()

    def emit(event: dict[str, Any]) -> None:
        if os.getpid() != me:
            # A fork inside the variant has come back up to here: it must not speak for it.
            os._exit(1)
        data = json.dumps(event).encode() + b"\n"
        while data:
            data = data[os.write(pipe, data) :]

    plugins: list[object] = [plugin.Reporter(emit, in_full=False)]
    arguments = [str(run.tests), f"--rootdir={run.kata.root}", f"--basetemp={home / 'tmp'}"]
    arguments += ["--disable-plugin-autoload", "-p", "_hypothesis_pytestplugin"]
    # The plugins are imported already, which pytest would report as an error.
    arguments += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    arguments += ["-p", "no:cacheprovider", "--tb=no"]
    profile: dict[str, Any] = {}
    if run.seed is not None:
        profile |= {"derandomize": False}
        arguments.append(f"--hypothesis-seed={run.seed}")
    if run.stop_early:
        profile |= {"phases": [hypothesis.Phase.explicit, hypothesis.Phase.generate]}
        plugins.insert(0, _ExamplesFirst())  # what the reporter tells is in this order, too
        arguments += ["-x", "--capture=sys"]
    if run.examples_only:
        plugins.append(plugin.Stage("examples"))
    check = hypothesis.settings.get_profile("check")
    hypothesis.settings.register_profile("variant", parent=check, **profile)
    arguments.append("--hypothesis-profile=variant")
    pytest.main(arguments, plugins=plugins)
    # Not by returning: a thread that the variant leaked would keep the interpreter alive.
    os._exit(0)


def _limit(limits: Limits) -> None:
    import resource  # noqa: PLC0415 - not on Windows, where there is no fork either

    for what, soft, hard in (
        # Past the soft limit SIGXCPU ends the process; past the hard one SIGKILL does.
        (resource.RLIMIT_CPU, limits.cpu, limits.cpu + 1),
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_FSIZE, limits.memory // 16, limits.memory // 16),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        # macOS refuses some of them.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (soft, hard))


def _enter(root: Path, home: Path) -> None:
    """Make `root` the project and the variant below `home` the tree under test."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("katas", "tests"):
            del sys.modules[name]
    os.chdir(root)
    sys.path.insert(0, str(root))
    # Compiled test files are shared by the children of one `judge`, and gone with it.
    sys.pycache_prefix = str(home.parent / "pycache")
    sys.dont_write_bytecode = False
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST"):
        os.environ.pop(name, None)
    os.environ |= {
        "KATAS_AGAINST": str(home / "tree"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(home),
    }
    tempfile.tempdir = None
    set_hypothesis_home_dir(home.parent / "hypothesis")
