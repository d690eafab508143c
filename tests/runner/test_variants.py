import gc
import os
import select
import sys
import tempfile
import threading
from types import MappingProxyType

import pytest

from kata_runner.curriculum import Kata
from kata_runner.plugin import PYCACHE
from kata_runner.variants import Limits, Variant, judge
from kata_runner.verdict import Outcome, Result, Test, Verdict
from tests.runner.project import lay_out

SOLUTION = '''\
"""Doubling."""


def double(x: int) -> int:
    """Return twice x."""
    return x + x
'''
TESTS = """\
import pytest
from hypothesis import given, strategies as st

from katas.demo.double import double


@pytest.mark.rule(2)
@given(st.integers())
def test_any_number_is_doubled(x):
    assert double(x) == 2 * x


@pytest.mark.rule(1)
@pytest.mark.parametrize("x", [1, 2], ids=["one", "two"])
def test_a_small_number_is_doubled(x):
    assert double(x) == 2 * x
"""
NOTES = """\
level = 1
minutes = 20
rebuilds = "operator.mul"
original = "https://docs.python.org/3/library/operator.html"
[session]
goal = "Doubling."
questions = []
"""


def make_kata(root, solution=SOLUTION, tests=TESTS, notes=NOTES):
    """Lay out a project with the one kata demo/double below `root`."""
    files = {
        "katas/curriculum.toml": '[[topic]]\nname = "demo"\nkatas = ["double"]\n',
        "katas/demo/double.py": "def double(x: int) -> int:\n    raise NotImplementedError\n",
        "solutions/demo/double.py": solution,
        "solutions/demo/double.toml": notes,
        "tests/demo/test_double.py": tests,
    }
    lay_out(root, files)
    return Kata(root, "demo", "double")


@pytest.fixture
def kata(tmp_path):
    return make_kata(tmp_path / "project")


def judge_one(kata, source, **options):
    ((_, verdict),) = judge(kata, [Variant("the variant", source)], **options)
    return verdict


def sound(seconds, lines=MappingProxyType({})):
    """A verdict on the solution: what each test takes, and which lines it reaches."""
    results = [Result(Test(name, 1, False), Outcome.PASSED, cpu=s) for name, s in seconds.items()]
    return Verdict("demo/double", tuple(results), lines=lines)


def outcomes(verdict):
    return {result.test.name: result.outcome for result in verdict.results}


def all_ends_closed(read):
    """Whether every process that held the other end of the pipe is gone."""
    ready, _, _ = select.select([read], [], [], 20)
    return bool(ready) and os.read(read, 1) == b""


@pytest.fixture
def witness():
    """A pipe whose write end every process inherits that is forked from here."""
    read, write = os.pipe()
    yield read, write
    os.close(read)


def test_variants_are_judged_in_their_order(kata):
    sources = ["x + x", "x + 1", "x * 2", "None"]
    variants = [Variant(text, SOLUTION.replace("x + x", text)) for text in sources]

    judged = list(judge(kata, variants, jobs=3))

    assert [variant for variant, _ in judged] == variants
    assert [verdict.done for _, verdict in judged] == [True, False, True, False]


def test_a_verdict_has_every_test_with_its_rule_and_outcome(kata):
    verdict = judge_one(kata, SOLUTION.replace("x + x", "x + 1"))

    assert outcomes(verdict) == {
        "test_any_number_is_doubled": Outcome.FAILED,
        "test_a_small_number_is_doubled[one]": Outcome.PASSED,
        "test_a_small_number_is_doubled[two]": Outcome.FAILED,
    }
    assert [result.test.rule for result in verdict.results] == [2, 1, 1]
    assert [result.test.is_property for result in verdict.results] == [True, False, False]


def test_a_traceback_names_the_solution_s_file(kata):
    verdict = judge_one(kata, SOLUTION.replace("x + x", "x / 0"))

    frames = [frame for result in verdict.failing() for frame in result.failure.frames]
    assert {(frame.path, frame.source) for frame in frames} == {
        (str(kata.solution), "return x / 0")
    }


def test_stopping_early_tries_examples_first_and_ends_at_the_first_failure(kata):
    verdict = judge_one(kata, SOLUTION.replace("x + x", "x + 1"), stop_early=True)

    assert list(outcomes(verdict).items()) == [
        ("test_a_small_number_is_doubled[one]", Outcome.PASSED),
        ("test_a_small_number_is_doubled[two]", Outcome.FAILED),
        ("test_any_number_is_doubled", Outcome.NOT_RUN),
    ]


def test_stopping_early_tries_slow_examples_after_the_others(kata):
    one, two = (f"test_a_small_number_is_doubled[{name}]" for name in ("one", "two"))
    wrong = SOLUTION.replace("x + x", "x + 1")

    verdict = judge_one(kata, wrong, stop_early=True, sound=sound({one: 1.0, two: 0.0}))

    assert [name for name in outcomes(verdict) if "small" in name] == [two, one]


def test_stopping_early_tries_those_first_that_reach_the_line_of_the_variant(tmp_path):
    solution = """\
def double(x):
    return 2 * x


def triple(x):
    if x == 7:
        return 21
    return 3 * x
"""
    tests = """\
import pytest
from katas.demo.double import double, triple

@pytest.mark.parametrize("x", [1, 2])
def test_double(x):
    assert double(x) == x + x

def test_triple():
    assert triple(1) == 3

def test_seven():
    assert triple(7) == 21
"""
    kata = make_kata(tmp_path / "project", solution, tests)
    lines = judge_one(kata, solution, traced=True).lines
    assert {name: list(of_test) for name, of_test in lines.items()} == {
        "test_double[1]": [1, 2],
        "test_double[2]": [1, 2],
        "test_triple": [5, 6, 8],
        "test_seven": [5, 6, 7],
    }

    wrong = Variant("wrong", solution.replace("return 21", "return 22"), line=7)
    ((_, verdict),) = judge(kata, [wrong], stop_early=True, sound=sound({}, lines))

    assert outcomes(verdict) == {"test_seven": Outcome.FAILED}


def test_with_a_seed_property_tests_come_first(kata):
    verdict = judge_one(kata, SOLUTION.replace("x + x", "x + 1"), stop_early=True, seed=1)

    assert [result.test.is_property for result in verdict.results] == [True, False, False]
    assert outcomes(verdict)["test_a_small_number_is_doubled[two]"] is Outcome.NOT_RUN


def test_a_test_may_take_a_multiple_of_what_is_usual_and_no_more(kata):
    usual = sound({"test_a_small_number_is_doubled[one]": 0.2})
    source = SOLUTION.replace("return x + x", "while x == 1: pass\n    return x + x")

    verdict = judge_one(kata, source, stop_early=True, sound=usual)

    assert verdict.problem.endswith("after 1 s of CPU time in test_a_small_number_is_doubled[one]")


def test_without_a_seed_every_run_draws_the_same_and_with_another_seed_others(kata):
    source = SOLUTION.replace("x + x", "x + x if abs(x) < 1000 else None")

    def failure(seed):
        verdict = judge_one(kata, source, stop_early=True, seed=seed)
        return verdict.failing()[0].failure.summary

    assert failure(None) == failure(None)
    assert failure(1) == failure(1)
    assert len({failure(seed) for seed in range(4)}) > 1


def test_another_test_file_can_be_run(kata):
    other = kata.original_tests
    other.write_text("from katas.demo.double import double\n\ndef test_it():\n    double(1)\n")

    assert outcomes(judge_one(kata, SOLUTION, tests=other)) == {"test_it": Outcome.PASSED}


def test_processes_that_the_tests_start_see_the_variant(tmp_path):
    tests = """\
import subprocess, sys
from katas.demo.double import double

def test_a_started_process_sees_the_same():
    code = "from katas.demo.double import double; print(double(4))"
    assert int(subprocess.check_output([sys.executable, "-c", code])) == double(4)
"""
    kata = make_kata(tmp_path / "project", tests=tests)

    assert judge_one(kata, SOLUTION.replace("x + x", "x * 17")).done


@pytest.mark.parametrize("stop_early", [False, True])
def test_a_variant_that_computes_for_ever_hangs(kata, stop_early):
    source = SOLUTION.replace("return x + x", "while True: pass")

    verdict = judge_one(kata, source, limits=Limits(cpu=0.5), stop_early=stop_early)

    assert "0.5 s of CPU time in test_" in verdict.problem
    assert Outcome.HUNG in outcomes(verdict).values()
    assert Outcome.NOT_RUN in outcomes(verdict).values()


def test_a_variant_that_waits_for_ever_hangs(kata):
    source = "import signal\nsignal.pause()\n"

    verdict = judge_one(kata, source, limits=Limits(wall=1))

    assert verdict.problem == "stopped: no end after 1 s"


def test_a_variant_that_ends_the_process_has_not_passed(kata):
    verdict = judge_one(kata, SOLUTION.replace("return x + x", "import os; os._exit(0)"))

    assert not verdict.done
    assert "before all tests had run" in verdict.problem
    assert outcomes(verdict)["test_any_number_is_doubled"] is Outcome.CRASHED


def test_a_variant_that_dies_is_a_crash_with_the_signal_s_name(kata):
    source = SOLUTION.replace("return x + x", "import os; os.kill(os.getpid(), 11)")

    verdict = judge_one(kata, source)

    assert "Segmentation fault" in verdict.problem
    assert outcomes(verdict)["test_any_number_is_doubled"] is Outcome.CRASHED


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not limit the address space")
def test_a_variant_that_fills_the_memory_is_stopped(kata):
    source = SOLUTION.replace("return x + x", "return bytearray(1 << 40)")

    verdict = judge_one(kata, source, limits=Limits(memory=1 << 29))

    assert not verdict.done
    assert "MemoryError" in verdict.failing()[0].failure.summary


def test_a_variant_that_cannot_be_imported_has_a_problem_and_no_results(kata):
    verdict = judge_one(kata, "def")

    assert verdict.results == ()
    assert "SyntaxError" in verdict.problem


def test_a_leaked_thread_keeps_no_verdict_back(kata):
    leak = "import threading\nthreading.Thread(target=threading.Event().wait).start()\n"

    assert judge_one(kata, SOLUTION + leak).done


def test_a_fork_that_comes_back_does_not_speak_for_the_variant(kata):
    verdict = judge_one(kata, SOLUTION + "import os\nos.fork()\n")

    assert verdict.done
    assert len(verdict.results) == 3


def test_a_process_that_a_variant_started_ends_with_it(kata, witness):
    read, write = witness
    source = SOLUTION + "import os, signal\nif os.fork() == 0:\n    signal.pause()\n"

    assert judge_one(kata, source).done
    os.close(write)
    assert all_ends_closed(read)


def test_no_child_outlives_an_abandoned_iteration(kata, witness):
    read, write = witness
    waiting = Variant("waits", "import signal\nsignal.pause()\n")

    judged = judge(kata, [Variant("right", SOLUTION), waiting], jobs=2)
    next(judged)
    judged.close()

    os.close(write)
    assert all_ends_closed(read)


def test_nothing_but_the_compiled_tests_is_left_on_the_disk(kata, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = set(kata.root.rglob("*"))

    judge_one(kata, "import tempfile\ntempfile.mkstemp()\n" + SOLUTION)

    assert list(temporary.iterdir()) == []
    kept = {path for path in set(kata.root.rglob("*")) - before if path.is_file()}
    assert any(path.name.startswith(kata.tests.stem) for path in kept)
    assert all(path.is_relative_to(kata.root / PYCACHE) for path in kept)
    assert not any(temporary.name in path.parts for path in kept)


def test_hypothesis_keeps_its_files_elsewhere(kata):
    kata.tests.write_text("""\
import os
from pathlib import Path
from hypothesis.configuration import storage_directory
from katas.demo.double import double

def test_it():
    assert storage_directory("x").path.parents[1] == Path(os.environ["TMPDIR"]).parent
""")

    assert judge_one(kata, SOLUTION).done


def test_where_pytest_cannot_start_there_is_one_clear_error(kata):
    (kata.root / "pyproject.toml").write_text("[tool.pytest]\naddopts = ['--no-such-option']\n")

    with pytest.raises(RuntimeError, match="pytest cannot start"):
        judge_one(kata, SOLUTION)


def test_the_example_that_failed_last_goes_first(kata):
    wrong = SOLUTION.replace("x + x", "x if x == 2 else 2 * x")
    variants = [Variant("first", wrong), Variant("second", wrong)]

    (_, first), (_, second) = judge(kata, variants, jobs=1, stop_early=True)

    assert first.results[0].test.name.endswith("[one]")
    assert second.results[0].test.name.endswith("[two]")


def test_the_caller_s_own_katas_and_settings_are_not_seen(kata, monkeypatch):
    monkeypatch.setenv("KATAS_AGAINST", "/nowhere")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setitem(sys.modules, "katas", object())

    assert judge_one(kata, SOLUTION).done


def test_no_variants_are_no_verdicts(kata):
    assert list(judge(kata, [])) == []


def test_a_second_thread_in_the_caller_is_refused(kata):
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="threads"):
            judge_one(kata, SOLUTION)
    finally:
        end.set()
        thread.join()


def test_without_fork_there_is_one_clear_error(kata, monkeypatch):
    monkeypatch.delattr(os, "fork")

    with pytest.raises(RuntimeError, match=r"needs os\.fork"):
        judge_one(kata, SOLUTION)


def test_what_the_caller_has_left_lying_about_is_not_blamed_on_a_variant(kata, monkeypatch):
    class Litter:
        def __del__(self):
            raise RuntimeError("of an earlier test")

    # Not pytest's own, which would blame it on this test.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    gc.disable()
    try:
        litter = Litter()
        litter.itself = litter
        del litter
        assert judge_one(kata, SOLUTION).done
    finally:
        gc.enable()
        gc.collect()
