"""`kata bench` measures every side on the same workloads, and says what it could not measure."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kata_runner import bench
from kata_runner.cli import main
from kata_runner.curriculum import ContentError
from tests.runner.project import SOLVED

WORKLOADS = '''
from types import SimpleNamespace

SIZES = (1, 8)
ORIGINAL = SimpleNamespace(clamp=lambda value, low, high: sorted((low, value, high))[1])


def in_between(kata, size):
    """As many calls as the size."""
    return lambda: [kata.clamp(5, 1, 9) for _ in range(size)]


def _helper():
    raise AssertionError("not a workload")
'''
ROOT = Path(__file__).resolve().parents[2]
QUICK = bench.Effort(rounds=1, values=1, least=0.0001)


@pytest.fixture
def workloads(kata):
    kata.benchmark.parent.mkdir(parents=True)
    kata.benchmark.write_text(WORKLOADS)
    return kata.benchmark


def test_every_side_is_measured_at_every_size(kata, workloads):
    kata.stub.write_text(SOLVED)
    report = bench.run(kata, with_yours=True, effort=QUICK)
    sides = ["yours", "reference", "sorted", "original"]
    assert [(row.workload, row.side) for row in report.rows] == [
        ("in_between", side) for side in sides
    ]
    for row in report.rows:
        assert list(row.seconds) == [1, 8]
        assert all(seconds > 0 for seconds in row.seconds.values())
        assert row.about == "As many calls as the size."
        assert row.error is None


def test_ratios_and_growth_are_quotients():
    def row(side, *seconds):
        return bench.Row("work", "", side, dict(zip((1, 10), seconds, strict=True)))

    slow, reference = row("slow", 2.0, 60.0), row("reference", 1.0, 20.0)
    unmeasured = bench.Row("work", "", "yours", {}, "TypeError")
    report = bench.Report("demo/clamp", (1, 10), (slow, reference, unmeasured))
    assert (slow.growth, reference.growth, unmeasured.growth) == (30.0, 20.0, None)
    assert [report.ratio(each) for each in report.rows] == [3.0, 1.0, None]


def test_a_side_that_raises_is_named_and_the_others_are_measured(kata, workloads):
    kata.stub.write_text(SOLVED.replace("return max", "return undefined or max"))
    report = bench.run(kata, with_yours=True, effort=QUICK)
    yours, *others = report.rows
    assert yours.seconds == {}
    assert "undefined" in yours.error
    assert all(row.seconds and row.error is None for row in others)


def test_a_side_that_ends_its_process_is_named(kata, workloads):
    kata.stub.write_text(SOLVED + "\nraise SystemExit('gone')\n")
    report = bench.run(kata, with_yours=True, effort=QUICK)
    assert report.rows[0].error == "gone"
    assert report.rows[1].error is None


def test_an_unwritten_stub_is_not_measured(kata, workloads):
    report = bench.run(kata, with_yours=False, effort=QUICK)
    assert [row.side for row in report.rows] == ["reference", "sorted", "original"]


def test_a_kata_without_workloads_says_so(kata):
    with pytest.raises(ContentError, match="the file is missing"):
        bench.run(kata, with_yours=False, effort=QUICK)


@pytest.mark.parametrize("text", ["import nothing_of_this_name", "def work(kata, size): ..."])
def test_workloads_that_are_broken_say_so(kata, workloads, text):
    workloads.write_text(text)
    with pytest.raises(ContentError, match=r"nothing_of_this_name|SIZES"):
        bench.run(kata, with_yours=False, effort=QUICK)


def test_the_command_shows_a_table_json_and_a_picture(kata, workloads, monkeypatch, tmp_path):
    monkeypatch.chdir(kata.root)
    monkeypatch.setattr(bench, "Effort", lambda: QUICK)
    picture = tmp_path / "bench.svg"
    shown = CliRunner().invoke(main, ["bench", "clamp", "--svg", str(picture)])
    assert shown.exit_code == 0
    for word in ("in between", "reference", "sorted", "original", "1.00x"):
        assert word in shown.stdout
    assert "reference" in picture.read_text("utf-8")

    data = json.loads(CliRunner().invoke(main, ["bench", "clamp", "--json"]).stdout)
    assert {row["side"] for row in data["rows"]} == {"reference", "sorted", "original"}

    refused = CliRunner().invoke(main, ["bench", "clamp", "--svg", str(tmp_path / "no" / "x.svg")])
    assert refused.exit_code == 1
    assert "cannot be written" in refused.output


ONCE = """
import importlib, sys
from kata_runner import measure
from pathlib import Path
from kata_runner.curriculum import Curriculum

for kata in Curriculum.load(Path.cwd()).katas:
    module = measure.load(kata.benchmark)
    works = list(measure.workloads(module))
    assert works, f"{kata.benchmark} has no workloads"
    sides = [importlib.import_module(kata.module), getattr(module, "ORIGINAL", None)]
    for work in works:
        for side in filter(None, sides):
            run = work(side, module.SIZES[0])
            run(), run()
"""


def test_the_workloads_of_every_kata_run_on_the_reference_and_the_original():
    subprocess.run(
        [sys.executable, "-W", "error", "-c", ONCE],
        cwd=ROOT,
        env=os.environ | {"KATAS_AGAINST": str(ROOT / "solutions")},
        check=True,
    )
