"""From saving a file to the verdict: cold `pytest` beside the runner, in turn, in one run.

    python benchmarks/latency.py [NAME] [ROUNDS]

The runner's time begins where a watcher has noticed the save; cold pytest's where its process is
started, which favours it by whatever a watcher around it would add.  Printed are medians and
ratios; seconds depend on the machine, ratios hardly do.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from kata_runner.curriculum import Curriculum, Kata
from kata_runner.verdict import Transcript
from kata_runner.worker import Job, Standby

ROOT = Path(__file__).resolve().parent.parent
_BAR = 25  # characters for the longest
_READY = 5.0  # seconds of quiet after a run, for the next worker to get ready


def cold(kata: Kata) -> dict[str, tuple[float, float]]:
    """Return wall and processor time of a new pytest process, in seconds."""
    before = psutil.Process().cpu_times()
    started = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "--against", "solutions", str(kata.tests)]
    # With this variable set, pytest rewrites hypothesis each time: not what a learner has.
    usual = {name: it for name, it in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, cwd=kata.root, env=usual, stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - started
    after = psutil.Process().cpu_times()
    used = after.children_user + after.children_system
    return {"cold pytest, all": (wall, used - before.children_user - before.children_system)}


def ours(kata: Kata, standby: Standby) -> dict[str, tuple[float, float]]:
    """Return wall and processor time of a standby worker, up to each thing that it tells."""
    times: dict[str, tuple[float, float]] = {}
    with standby.take() as worker:
        process = psutil.Process(worker.pid)

        def used() -> float:
            now = process.cpu_times()
            return now.user + now.system

        before = used()
        started = time.perf_counter()

        def hear(event: dict[str, Any], _: Transcript) -> None:
            name = None
            if event["event"] == "finished":
                name = "kata watch, first result"
            elif event["event"] == "stage":
                name = {"examples": "kata watch, examples", "properties": "kata watch, all"}.get(
                    event["stage"]
                )
            if name is not None and name not in times:
                times[name] = (time.perf_counter() - started, used() - before)

        stages = ("examples", "quick", "properties")
        worker.run(Job(kata, ROOT / "solutions", stages=stages), hear)
    return times


def main() -> None:
    """Measure and print."""
    name = sys.argv[1] if len(sys.argv) > 1 else "peekable"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7  # noqa: PLR2004
    kata = Curriculum.load(ROOT).find(name)
    measured: dict[str, list[tuple[float, float]]] = {}
    with Standby(kata) as standby:
        for _ in range(rounds):
            # A learner reads and types between two saves.
            time.sleep(_READY)
            for times in (cold(kata), ours(kata, standby)):
                for what, pair in times.items():
                    measured.setdefault(what, []).append(pair)
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
    for heading in ("", "wall", "CPU", "wall, ratio", "CPU, ratio", ""):
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
    out = Console()
    out.print(table)
    out.print(f"waiting workers: {idle:.2%} of a core")


if __name__ == "__main__":
    main()
