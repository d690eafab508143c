"""How fast the learner's code, the reference, the other designs and the original are.

Each is measured on the same workloads (`benchmarks/<topic>/<kata>.py`) in processes of its own,
in turn: what slows the machine down for a while slows all of them.  pyperf takes the times.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kata_runner import measure
from kata_runner.curriculum import ContentError, Kata

YOURS, REFERENCE, ORIGINAL = "yours", "reference", "original"
_PATIENCE = 300.0  # seconds for all workloads of one side, once


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds, values in each of them, and the least seconds of a value."""

    rounds: int = 3
    values: int = 3
    least: float = 0.02


@dataclass(frozen=True)
class Row:
    """One workload on one side: for each size the median of all values, in seconds."""

    workload: str
    about: str
    side: str
    seconds: dict[int, float]
    error: str | None = None

    @property
    def growth(self) -> float | None:
        """How many times the smallest size's time the largest one takes."""
        times = list(self.seconds.values())
        return times[-1] / times[0] if len(times) > 1 else None


@dataclass(frozen=True)
class Report:
    """What was measured of one kata, row by row as it is shown."""

    kata: str
    sizes: tuple[int, ...]
    rows: tuple[Row, ...]

    def ratio(self, row: Row) -> float | None:
        """Return how many times the reference's time `row` takes at the largest size."""
        of_workload = (other for other in self.rows if other.workload == row.workload)
        reference = next((other for other in of_workload if other.side == REFERENCE), None)
        size = self.sizes[-1]
        if reference is None or size not in row.seconds or size not in reference.seconds:
            return None
        return row.seconds[size] / reference.seconds[size]

    def to_json(self) -> dict[str, Any]:
        return {
            "kata": self.kata,
            "rows": [
                asdict(row) | {"growth": row.growth, "ratio": self.ratio(row)} for row in self.rows
            ],
        }


def run(kata: Kata, *, with_yours: bool, effort: Effort | None = None) -> Report:
    """Measure a kata on all sides.

    Raises:
        ContentError: the kata has no workloads, or they cannot be imported.
    """
    path = kata.benchmark
    if not path.is_file():
        raise ContentError(path, "the file is missing; it names the workloads to measure")
    try:
        module = measure.load(path)
    except ImportError as error:
        raise ContentError(path, str(error.__cause__ or error)) from None
    effort = effort or Effort()
    with tempfile.TemporaryDirectory(prefix="kata-bench-") as work:
        sides = dict(_sides(kata, Path(work)))
        if not with_yours:
            del sides[YOURS]
        if hasattr(module, "ORIGINAL"):
            sides[ORIGINAL] = sides[REFERENCE]
        found: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
        for _ in range(effort.rounds):
            for side, tree in sides.items():
                found[side] += _measure(kata, side, tree, effort, Path(work, "found.json"))
    rows = tuple(
        _row(workload.__name__, (workload.__doc__ or "").strip(), side, found[side])
        for workload in measure.workloads(module)
        for side in sides
    )
    return Report(kata.id, tuple(module.SIZES), rows)


def _sides(kata: Kata, work: Path) -> Iterator[tuple[str, Path]]:
    """Yield each side with the tree that `KATAS_AGAINST` names for it."""
    yield YOURS, kata.stub.parents[1]
    yield REFERENCE, kata.solution.parents[1]
    for design in kata.designs:
        tree = work / design.stem
        (tree / kata.topic).mkdir(parents=True)
        shutil.copy(design, tree / kata.topic / kata.solution.name)
        yield design.stem.partition("__")[2], tree


def _measure(
    kata: Kata, side: str, tree: Path, effort: Effort, output: Path
) -> list[dict[str, Any]]:
    output.unlink(missing_ok=True)
    name = ORIGINAL if side == ORIGINAL else kata.module
    arguments = [str(kata.benchmark), name, str(effort.values), str(effort.least), str(output)]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "kata_runner.measure", *arguments],
            cwd=kata.root,
            env=os.environ | {"KATAS_AGAINST": str(tree)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [{"error": f"no end after {_PATIENCE:g} s"}]
    if not output.exists():
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return [{"error": said or f"the process ended with status {done.returncode}"}]
    found: list[dict[str, Any]] = json.loads(output.read_text("utf-8"))
    return found


def _row(workload: str, about: str, side: str, found: list[dict[str, Any]]) -> Row:
    values: dict[int, list[float]] = {}
    error = None
    for each in found:
        if each.get("workload", workload) == workload:
            error = error or each.get("error")
            if "seconds" in each:
                values.setdefault(each["size"], []).extend(each["seconds"])
    seconds = {size: statistics.median(times) for size, times in values.items()}
    return Row(workload, about, side, seconds, error)
