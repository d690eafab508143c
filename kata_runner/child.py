"""The inside of a worker: a process that runs one test file and reports to `worker`.

It imports and starts pytest, then waits for one job, a line of JSON on standard input; so a worker
that was started ahead answers at once.  Events go out as lines of JSON on what was standard output
when the process started.
"""

import contextlib
import faulthandler
import gc
import importlib.util
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TextIO

import psutil
import pytest
from hypothesis.internal.conjecture import engine
from hypothesis.reporting import with_reporter

from kata_runner.plugin import (
    PYCACHE,
    SPARE,
    Brief,
    OneFile,
    Reporter,
    chosen,
    import_ahead,
    run_in_turn,
)

# Seconds: a learner waits for the verdict, not for the smallest of all examples.  There is no
# public setting for it; without this name, a failing property only takes longer.
engine.MAX_SHRINKING_SECONDS = 1

# Seconds of processor time, far more than the worker allows: an endless loop whose runner was
# killed is to end some time.
_CPU = 3600

_QUIET = [
    *SPARE,
    "--no-header",
    "--no-summary",
    # Differences in full, but never more than a screen of them.
    *("-o", "verbosity_assertions=1", "-o", "truncation_limit_lines=25"),
    *("-o", "truncation_limit_chars=2000"),
]

# What pytest and hypothesis import and build at first use is paid before there is a job.
_REHEARSAL = """
from hypothesis import given, settings, strategies

@given(strategies.lists(strategies.integers()), strategies.text())
@settings(max_examples=2, database=None)
def test_a_property(numbers, text):
    assert isinstance(numbers, list)

def test_an_example():
    assert [1] == [1]
"""


def main() -> None:
    """Run the one job that standard input names, and end the process.

    The first argument is a folder that the worker removes in the end, the second one the test file
    for which to get ready (or nothing), the others are for pytest.
    """
    channel = _take_over_stdout()

    def emit(event: dict[str, Any]) -> None:
        channel.write(json.dumps(event) + "\n")
        # The next test's start follows at once and takes it along: half as many wake-ups of the
        # worker, which has to share the processors with this process.
        if event["event"] != "finished":
            channel.flush()

    folder, tests, *arguments = sys.argv[1:]
    scratch = [f"--rootdir={Path.cwd()}", f"--basetemp={Path(folder, 'tmp')}"]
    if tests:
        import_ahead(Path(tests))
        _rehearse(Path(folder))
    session = _Session(emit, folder)
    # An exception that a `__del__` let out shows at the very end, when all have reported.  What
    # hypothesis prints is about how long it shrinks, which is set above.
    with contextlib.suppress(Exception), with_reporter(lambda _: None):
        code = pytest.main([*_QUIET, *scratch, *arguments], plugins=[session])
        if code == pytest.ExitCode.INTERNAL_ERROR:
            os._exit(code)  # the worker shows what pytest has written
    if left := _left_running():
        emit({"event": "left running", "what": left})
    emit({"event": "ended"})
    # Alive, this process still leads to those that the learner's code has started; the worker
    # ends them all, unless it was killed itself.
    os.read(session.lifeline, 1)
    _end_alone(folder)


class _Session:
    """A pytest plugin: pytest starts, waits for the job, and then collects and runs what it names.

    The tests are collected once for all stages.
    """

    def __init__(self, emit: Callable[[dict[str, Any]], None], folder: str) -> None:
        self._emit = emit
        self._folder = folder
        # pytest puts something else in its place.
        self._stdin = sys.stdin
        self._stages: list[str] = []
        self._failed: set[str] = set()
        self.lifeline = 0  # a pipe that ends with the worker
        self._reporter = Reporter(self._pass_on)

    def _pass_on(self, event: dict[str, Any]) -> None:
        if event["event"] != "ended":  # said later, after a look at what is left running
            self._emit(event)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        self._emit({"event": "ready"})
        line = self._stdin.readline()
        if not line:
            _end_alone(self._folder)
        job = json.loads(line)
        self.lifeline = os.dup(0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        _end_with(self.lifeline, self._folder)
        _enter(job)
        self._stages = job["stages"]
        session.config.args = [job["tests"]]
        plugins = session.config.pluginmanager
        plugins.register(OneFile())
        plugins.register(Brief())
        plugins.register(self._reporter)
        # It writes for nobody, at every test; before this point, other plugins ask for it.
        plugins.unregister(name="terminalreporter")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed:  # at the collection; pytest's own loop says so
            return None
        for stage in self._stages:
            # More examples would only look for what has been found.
            unknown = [item for item in session.items if item.nodeid not in self._failed]
            with chosen(stage, unknown) as items:
                run_in_turn(session, items)
            if items:
                self._emit({"event": "stage", "stage": stage})
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)


def _end_with(lifeline: int, folder: str) -> None:
    """End this process as soon as the pipe `lifeline` ends, even in the middle of a test.

    Elsewhere than on Linux, and in a loop in C, a test that does not end meets `_CPU`.
    """
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not on Windows

        signal.signal(signal.SIGIO, lambda *_: _end_alone(folder))
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


def _end_alone(folder: str) -> NoReturn:
    """End this process and those that it started: the worker is gone, and cleans up no more."""
    shutil.rmtree(folder, ignore_errors=True)
    if sys.platform != "win32":
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)


def _take_over_stdout() -> TextIO:
    """Return the channel to `worker`, and make standard output harmless."""
    channel = os.fdopen(os.dup(1), "w", encoding="ascii")
    # What a learner's code prints is pytest's to capture.  Standard error stays: the interpreter
    # writes there what it has to say when it dies.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    return channel


def _left_running() -> list[str]:
    """Return in words which threads and processes are still there."""
    frames = sys._current_frames()  # noqa: SLF001 - documented, and the only way to a thread's line
    found = []
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            places = []
            frame = frames.get(thread.ident or 0)
            while frame is not None:
                if str(frame.f_globals.get("__name__", "")).startswith("katas."):
                    places.append(f" at {Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
                frame = frame.f_back
            found.append(f"thread {thread.name}{places[0] if places else ''}")
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            found.append(f"process {child.name()}")
    return found


def _rehearse(folder: Path) -> None:
    rehearsal = folder / "rehearsal"
    rehearsal.mkdir()
    (rehearsal / "test_rehearsal.py").write_text(_REHEARSAL)
    arguments = [f"--rootdir={rehearsal}", f"--basetemp={rehearsal / 'tmp'}", str(rehearsal)]
    pytest.main([*_QUIET, *arguments])


def _enter(job: dict[str, Any]) -> None:
    """Make this process the one for `job`: its tree, its limits."""
    root = Path.cwd()
    sys.path.insert(0, str(root))
    os.environ["KATAS_AGAINST"] = job["tree"]
    os.environ.pop("PYTEST_ADDOPTS", None)
    # pytest keeps what it made of the test file; rewriting it anew takes longer than running it.
    sys.pycache_prefix = str(root / PYCACHE)
    sys.dont_write_bytecode = False
    # A fix of the same length, saved within the same second, would be judged from an old .pyc.
    for source in Path(job["tree"]).glob(job["sources"]):
        Path(importlib.util.cache_from_source(str(source))).unlink(missing_ok=True)
    _show_stacks(job["stacks"], job["patience"])
    _limit(job["memory"])
    gc.freeze()


def _show_stacks(path: str, patience: float) -> None:
    """Write to the file `path` where each thread is when the worker asks for it."""
    # It must stay open for as long as the process lives.
    stacks = os.open(path, os.O_WRONLY)
    # Both ways work in C: they answer even while the learner's code holds the GIL.
    if hasattr(faulthandler, "register") and hasattr(signal, "SIGUSR1"):
        # In Python, so only from a thread that waits, as asyncio does.
        signal.signal(signal.SIGUSR1, lambda *_: os.write(stacks, _pending_tasks().encode()))
        faulthandler.register(signal.SIGUSR1, file=stacks, all_threads=True, chain=True)
    else:
        # Nobody can ask on Windows.  Often enough that a test cannot reach its limit unseen, and
        # so seldom that most runs are over before: it looks at threads that go on meanwhile.
        faulthandler.dump_traceback_later(patience * 0.8, repeat=True, file=stacks)


def _pending_tasks() -> str:
    """Return where the asyncio tasks of this thread wait, in the form of faulthandler's stacks."""
    asyncio = sys.modules.get("asyncio")
    lines = []
    # Without a running loop there is nothing to say.
    with contextlib.suppress(RuntimeError, AttributeError):
        for task in asyncio.all_tasks():  # type: ignore[union-attr]
            frames = []
            coroutine = task.get_coro()
            while (frame := getattr(coroutine, "cr_frame", None)) is not None:
                name = frame.f_code.co_name
                frames.append(
                    f'  File "{frame.f_code.co_filename}", line {frame.f_lineno} in {name}'
                )
                coroutine = coroutine.cr_await
            lines += [f"Task {task.get_name()} waits (most recent call first):", *reversed(frames)]
    return "".join(f"{line}\n" for line in lines)


def _limit(memory: int) -> None:
    if sys.platform == "win32":  # the worker watches the memory there
        return
    import resource  # noqa: PLC0415 - not on Windows

    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, _CPU),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS refuses the limit on address space.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (limit, limit))


if __name__ == "__main__":
    main()
