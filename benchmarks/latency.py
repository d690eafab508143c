"""From saving a file to the verdict: cold `pytest`, pytest-watcher and the runner, in turn.

    python benchmarks/latency.py [NAME] [ROUNDS]

The runner's figures are from the moment at which its worker is given the job; the time in which
it notices a save is a line of its own.  Cold pytest's are from the start of its process, as if
somebody were waiting to start it.  pytest-watcher is left out if it is not installed (`pip install
--group benchmarks`).  Printed are medians and ratios; seconds depend on the machine, ratios
hardly do.
"""

import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from kata_runner.curriculum import Curriculum, Kata
from kata_runner.verdict import Transcript
from kata_runner.watch import STAGES, Saved, Watch
from kata_runner.worker import Job, Standby

ROOT = Path(__file__).resolve().parent.parent
_PYTEST = str(Path(sys.executable).with_name("pytest"))
# With this variable set, pytest rewrites hypothesis each time: not what a learner has.
_ENVIRONMENT = {name: it for name, it in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_BAR = 20  # characters for the longest
_READY = 3.0  # seconds of quiet after a run, for the next worker to get ready


def cold(kata: Kata) -> dict[str, tuple[float, float]]:
    """Return wall and processor time of a new pytest process, in seconds."""
    before = psutil.Process().cpu_times()
    started = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "--against", "solutions", str(kata.tests)]
    subprocess.run(command, cwd=kata.root, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - started
    after = psutil.Process().cpu_times()
    used = after.children_user + after.children_system
    return {"cold pytest, all": (wall, used - before.children_user - before.children_system)}


@contextmanager
def pytest_watcher(kata: Kata) -> Iterator[Callable[[], dict[str, tuple[float, float]]]]:
    """Start pytest-watcher on a copy of the reference; the yielded function saves and waits."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, kata.topic, f"{kata.name}.py")
        file.parent.mkdir()
        shutil.copy(kata.solution, file)
        command = [sys.executable, "-m", "pytest_watcher", folder, "--runner", _PYTEST]
        # Its default, *.py, matches no path with watchdog 7.
        command += ["--patterns", "**/*.py"]
        command += ["-q", "--against", folder, str(kata.tests)]
        with subprocess.Popen(
            command,
            cwd=kata.root,
            env=_ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            time.sleep(_READY)
            watcher = psutil.Process(process.pid)
            watcher.suspend()

            def save() -> dict[str, tuple[float, float]]:
                watcher.resume()
                before = watcher.cpu_times()
                started = time.perf_counter()
                shutil.copy(kata.solution, file)
                assert process.stdout is not None
                while " passed" not in process.stdout.readline():
                    pass
                wall = time.perf_counter() - started
                time.sleep(1.0)  # until the processor time of its child is known
                after = watcher.cpu_times()
                # Without a terminal it uses a whole core, at the cost of the others.
                watcher.suspend()
                used = sum(after[:4]) - sum(before[:4])
                return {"pytest-watcher, all": (wall, used)}

            yield save
            process.kill()


@contextmanager
def watch(kata: Kata, standby: Standby) -> Iterator[Callable[[], dict[str, tuple[float, float]]]]:
    """Watch a copy of the stub; the yielded function saves and waits until that is noticed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Kata(Path(folder), kata.topic, kata.name)
        for path in (copy.stub, copy.tests):
            path.parent.mkdir(parents=True)
            path.touch()
        with Watch(copy, standby) as view:
            time.sleep(_READY)

            def save() -> dict[str, tuple[float, float]]:
                me = psutil.Process()
                before, started = me.cpu_times(), time.perf_counter()
                copy.stub.write_text("saved")
                while not isinstance(next(view.events()), Saved):
                    pass
                wall, after = time.perf_counter() - started, me.cpu_times()
                return {"kata watch, save noticed": (wall, sum(after[:2]) - sum(before[:2]))}

            yield save


def ours(kata: Kata, standby: Standby) -> dict[str, tuple[float, float]]:
    """Return wall and processor time of a standby worker, up to each thing that it tells."""
    times: dict[str, tuple[float, float]] = {}
    with standby.take() as worker:
        process = psutil.Process(worker.pid)

        def used() -> float:
            now = process.cpu_times()
            return now.user + now.system + time.process_time()  # the worker's and the runner's

        before = used()
        started = time.perf_counter()

        def hear(event: dict[str, Any], _: Transcript) -> None:
            name = {
                "finished": "kata watch, first result",
                "examples": "kata watch, examples",
                "ended": "kata watch, all",
            }.get(event.get("stage", event["event"]))
            if name is not None and name not in times:
                times[name] = (time.perf_counter() - started, used() - before)

        worker.run(Job(kata, ROOT / "solutions", stages=STAGES), hear)
    return times


def main() -> None:
    """Measure and print."""
    name = sys.argv[1] if len(sys.argv) > 1 else "peekable"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7  # noqa: PLR2004
    kata = Curriculum.load(ROOT).find(name)
    measured: dict[str, list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        standby = stack.enter_context(Standby(kata))
        ways = [lambda: cold(kata)]
        if importlib.util.find_spec("pytest_watcher") is not None:
            ways.append(stack.enter_context(pytest_watcher(kata)))
        ways += [stack.enter_context(watch(kata, standby)), lambda: ours(kata, standby)]
        for _ in range(rounds):
            for way in ways:
                # A learner reads and types between two saves.
                time.sleep(_READY)
                for what, pair in way().items():
                    measured.setdefault(what, []).append(pair)
    with Standby(kata):
        idle = _idle_share()
    show(kata, rounds, measured, idle)


def _idle_share() -> float:
    """Return which part of a core the waiting workers use."""
    time.sleep(_READY)
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    before = sum(sum(one.cpu_times()[:2]) for one in family)
    time.sleep(_READY)
    return (sum(sum(one.cpu_times()[:2]) for one in family) - before) / _READY


def show(
    kata: Kata, rounds: int, measured: dict[str, list[tuple[float, float]]], idle: float
) -> None:
    """Print a table of medians and ratios, with bars of the wall time."""
    medians = {
        what: tuple(statistics.median(column) for column in zip(*pairs, strict=True))
        for what, pairs in measured.items()
    }
    wall_of_cold, cpu_of_cold = medians["cold pytest, all"]
    table = Table(title=f"{kata.id}: median of {rounds} rounds, cold pytest = 1", box=None)
    for heading in ("", "wall", "CPU", "ratio", "ratio", ""):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for what, (wall, cpu) in medians.items():
        table.add_row(
            what,
            f"{wall * 1000:.0f} ms",
            f"{cpu * 1000:.0f} ms",
            f"{wall / wall_of_cold:.3f}",
            f"{cpu / cpu_of_cold:.3f}",
            "█" * max(1, round(_BAR * wall / wall_of_cold)),
        )
    out = Console(width=max(100, Console().width))
    out.print(table)
    out.print(f"waiting workers: {idle:.2%} of a core")


if __name__ == "__main__":
    main()
