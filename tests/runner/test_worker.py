"""Whatever a learner's code does, the runner lives, says what happened and where, and cleans up."""

import os
import select
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from kata_runner.verdict import Outcome
from kata_runner.worker import Job, Limits, Standby, Worker, run
from tests.runner.project import SOLVED, edit

FIRST = "test_a_value_between_the_bounds_stays[2]"
# Small, so that the tests of limits are quick; the processes here do nothing else.
LIMITS = Limits(cpu=0.5, idle=1.0, start=3.0, memory=1 << 30)


def judge(kata, body, limits=LIMITS):
    """What a run finds if `clamp` begins with the lines `body`."""
    code = "".join(f"    {line}\n" for line in body.splitlines())
    kata.stub.write_text(SOLVED.replace("    if low > high", f"{code}    if low > high"))
    return run(Job(kata, kata.root / "katas", limits=limits))


def outcomes(found):
    return [result.outcome for result in found.results]


@pytest.fixture
def witness(kata):
    """Tells when every process that inherited the write end of a pipe is gone."""
    path = kata.root / "witness"
    os.mkfifo(path)
    read = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    def all_gone():
        """Whether someone had it open, and nobody has any more."""
        said = []
        for _ in range(2):
            ready, _, _ = select.select([read], [], [], 30)
            said.append(os.read(read, 100) if ready else None)
        return said == [b"opened", b""]

    yield path, all_gone
    os.close(read)


def test_a_solution_passes(kata):
    found = judge(kata, "pass")
    assert found.done
    assert (found.problem, found.left_running) == (None, ())
    assert set(outcomes(found)) == {Outcome.PASSED}


@pytest.mark.parametrize(
    "body",
    ["while True:\n    pass", "sum(range(10**13))"],
    ids=["a loop without end", "a loop in C that holds the GIL"],
)
def test_computing_for_ever_is_ended_with_test_and_line(kata, body):
    found = judge(kata, body)
    assert found.problem == f"stopped in {FIRST}: still computing after 0.5 s of processor time"
    assert outcomes(found) == [Outcome.HUNG, *[Outcome.NOT_RUN] * 7]
    assert f'{kata.stub}", line 2' in found.detail


@pytest.mark.parametrize(
    "body",
    [
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
        "import asyncio\nasyncio.run(asyncio.Event().wait())",
        "import threading as t\nx = t.Thread(target=t.Event().wait)\nx.start()\nx.join()",
    ],
    ids=["a lock taken twice", "a coroutine that never ends", "a thread that never ends"],
)
def test_waiting_for_ever_is_ended_with_test_and_line(kata, body):
    found = judge(kata, body)
    assert found.problem == f"stopped in {FIRST}: waiting for 1 s without doing anything"
    assert outcomes(found) == [Outcome.HUNG, *[Outcome.NOT_RUN] * 7]
    assert f'{kata.stub}", line 2' in found.detail


@pytest.mark.parametrize(
    "body", ["while True:\n    pass", "import threading as t\nt.Event().wait()"]
)
def test_where_nobody_can_ask_a_hang_is_shown_with_its_line_too(kata, body, tmp_path, monkeypatch):
    # As on Windows; every Python that starts imports this module, if there is one.
    (tmp_path / "sitecustomize.py").write_text(
        "import faulthandler, signal\ndel faulthandler.register, signal.SIGUSR1\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delattr(signal, "SIGUSR1")
    found = judge(kata, body)
    assert found.problem.startswith(f"stopped in {FIRST}: ")
    assert found.detail.startswith(("Thread ", "Current thread "))
    assert f'{kata.stub}", line 2' in found.detail


def test_a_hang_in_asyncio_shows_where_each_task_waits(kata):
    found = judge(
        kata,
        """import asyncio
async def wait_for_ever():
    await asyncio.get_running_loop().create_future()
async def main():
    await asyncio.gather(wait_for_ever(), asyncio.Event().wait())
asyncio.run(main())""",
    )
    assert "without doing anything" in found.problem
    lines = found.detail.splitlines()
    places = [line for line in lines if str(kata.stub) in line]
    assert any(line.endswith("in wait_for_ever") for line in places)
    assert any(line.endswith("in main") for line in places)
    assert sum(line.startswith("Task ") for line in lines) == 3


def test_a_hang_in_a_later_test_keeps_what_was_found_before(kata):
    found = judge(kata, "while value == 9:\n    pass")
    assert outcomes(found).count(Outcome.HUNG) == 1
    assert found.rule_outcome(1) is found.rule_outcome(2) is Outcome.PASSED
    assert found.rule_outcome(3) is Outcome.HUNG


def test_a_hang_at_import_is_ended(kata):
    kata.stub.write_text(SOLVED + "\nwhile True:\n    pass\n")
    found = run(Job(kata, kata.root / "katas", limits=LIMITS))
    assert "stopped before the first test: still computing" in found.problem
    assert not found.done


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os\nos._exit(0)", f"the process ended itself in {FIRST}, with status 0"),
        ("import ctypes\nctypes.string_at(0)", f"the process died in {FIRST}: Segmentation fault"),
        ("import os\nos.abort()", f"the process died in {FIRST}: Aborted"),
        (
            "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
            f"the process died in {FIRST}: Killed",
        ),
        ("raise KeyboardInterrupt", f"the run was interrupted in {FIRST}"),
    ],
    ids=["_exit", "segmentation fault", "abort", "killed", "interrupted"],
)
def test_the_end_of_the_process_is_a_crash_of_the_running_test(kata, body, said):
    found = judge(kata, body)
    assert found.problem == said
    assert outcomes(found) == [Outcome.CRASHED, *[Outcome.NOT_RUN] * 7]
    assert not found.done


@pytest.mark.parametrize("line", ["import os; os._exit(0)", "import sys; sys.exit(0)"])
def test_an_exit_at_import_is_not_done(kata, line):
    kata.stub.write_text(f"{line}\n{SOLVED}")
    found = run(Job(kata, kata.root / "katas", limits=LIMITS))
    assert not found.done
    assert found.problem


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("import sys\nsys.exit(0)", "SystemExit: 0"),
        ("return clamp(value, low, high)", "RecursionError"),
        ("input()", "EOFError"),
    ],
    ids=["sys.exit", "recursion", "standard input"],
)
def test_an_exception_is_an_error_of_each_test(kata, body, summary):
    found = judge(kata, body, Limits())
    assert set(outcomes(found)) == {Outcome.ERROR}
    assert all(summary in result.failure.summary for result in found.results)


@pytest.mark.parametrize(
    "body",
    [
        "bytearray(10**12)",
        "hoard = []\nwhile True:\n    hoard.append(bytearray(10**7))",
    ],
    ids=["at once", "in steps"],
)
def test_filling_the_memory_is_a_crash_and_ends_the_run(kata, body):
    found = judge(kata, body, Limits(memory=1 << 29))
    assert "memory in" in found.problem
    assert outcomes(found) == [Outcome.CRASHED, *[Outcome.NOT_RUN] * 7]


def test_a_flood_of_output_is_cut(kata):
    found = judge(kata, "print('x' * 10**6)\nassert value != 9", Limits())
    (failed,) = [r for r in found.results if r.test.function.endswith("upper_bound")]
    assert failed.outcome is Outcome.FAILED
    assert 1000 < len(failed.failure.output) < 100_000


def test_a_thread_that_goes_on_is_named_and_keeps_nothing_from_ending(kata):
    body = "import threading\nif value == 9:\n    threading.Thread(target=forever).start()"
    kata.stub.write_text(
        SOLVED.replace(
            "    if low > high",
            "".join(f"    {x}\n" for x in body.split("\n")) + "    if low > high",
        )
        + "\n\ndef forever():\n    import threading\n    threading.Event().wait()\n"
    )
    found = run(Job(kata, kata.root / "katas"))
    (what,) = found.left_running
    assert what.startswith("thread Thread-")
    assert " at clamp.py:" in what


# Not an exit with a process in a session of its own: nothing leads to that one any more.
@pytest.mark.parametrize(
    ("how", "apart"),
    [
        ("", False),
        ("", True),
        ("os._exit(0)", False),
        ("while True:\n    pass", False),
        ("while True:\n    pass", True),
    ],
    ids=["end", "end, own session", "exit", "hang", "hang, own session"],
)
def test_processes_that_go_on_are_ended_with_their_children(kata, witness, how, apart):
    path, all_gone = witness
    child = "import os, sys, time; os.fork(); time.sleep(1000)"
    body = (
        "import os, subprocess, sys\n"
        "if value == 9:\n"
        f"    pipe = os.open({str(path)!r}, os.O_WRONLY)\n"
        "    os.write(pipe, b'opened')\n"
        f"    global kept\n"
        f"    kept = subprocess.Popen([sys.executable, '-c', {child!r}], pass_fds=[pipe], "
        f"start_new_session={apart})\n"
        "    os.close(pipe)\n" + "".join(f"    {line}\n" for line in how.splitlines())
    )
    judge(kata, body)
    assert all_gone()


def test_a_learner_who_breaks_pytest_and_modules_breaks_only_the_own_run(kata):
    found = judge(
        kata,
        "import sys, builtins\n"
        "import pytest\n"
        "pytest.raises = None\n"
        "sys.modules['json'] = None\n"
        "builtins.open = None",
    )
    assert not found.done
    assert judge(kata, "pass").done


@pytest.mark.parametrize("method", ["__eq__", "__repr__", "__del__"])
def test_a_learners_object_that_raises_in_its_methods_is_a_plain_failure(kata, method):
    kata.stub.write_text(
        f"{SOLVED}\n\nclass Bad(int):\n    def {method}(self, *_):\n        raise KeyError\n"
    )
    edit(kata.stub, "    return max(low, min(value, high))", "    return Bad(7)")
    found = run(Job(kata, kata.root / "katas"))
    assert not found.done
    assert set(outcomes(found)) <= {Outcome.ERROR, Outcome.FAILED, Outcome.PASSED}
    assert len(found.results) == 8


def test_a_signal_handler_of_the_learner_does_no_harm(kata):
    found = judge(
        kata,
        "import signal\nfor number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):\n"
        "    signal.signal(number, signal.SIG_IGN)\nwhile value == 9:\n    pass",
    )
    assert "still computing" in found.problem
    assert found.rule_outcome(1) is Outcome.PASSED


def test_a_fix_of_the_same_length_within_the_same_second_is_seen(kata):
    wrong = SOLVED.replace("max(low", "min(low")
    for text, done in [(wrong, False), (SOLVED, True), (wrong, False), (SOLVED, True)]:
        kata.stub.write_text(text)
        os.utime(kata.stub, (1_000_000_000, 1_000_000_000))
        assert run(Job(kata, kata.root / "katas")).done is done


@pytest.mark.parametrize("what", ["deleted", "directory"])
def test_a_missing_file_is_a_plain_problem(kata, what):
    kata.stub.unlink()
    if what == "directory":
        kata.stub.mkdir()
    found = run(Job(kata, kata.root / "katas"))
    assert found.problem.startswith("the tests cannot be imported: ")


def test_a_slow_solution_on_a_busy_machine_is_right(kata):
    # The children compute all the time, so a test gets a share of the processor only; what it
    # uses itself stays below the limit.
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        found = judge(kata, "sum(range(10**5))", Limits(cpu=1.0, idle=5.0))
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert found.done


def test_the_lines_of_the_test_are_shown_with_those_of_its_helper(kata):
    kata.stub.write_text(SOLVED)
    kata.tests.write_text(
        "import pytest\nfrom hypothesis import given, strategies as st\n"
        "def helper(value):\n    assert value == 2, value\n"
        "@pytest.mark.rule(1)\ndef test_alone():\n    assert 1 == 2\n"
        "@pytest.mark.rule(2)\ndef test_example():\n    number = 1\n    helper(number)\n"
        "@given(st.just(1))\ndef test_property(x):\n    number = x\n    helper(number)\n"
    )
    found = run(Job(kata, kata.root / "katas"))
    alone, example, by_property = (result.failure.source for result in found.results)
    for source in (example, by_property):
        assert "    helper(number)" in source
        assert ">       assert value == 2, value" in source
        assert "hypothesis" not in source
    assert alone.count("def ") == 1


def test_the_smallest_failing_example_is_code_that_can_be_pasted(kata):
    code = """from tests.demo.test_clamp import *
test_any_value_ends_between_the_bounds.hypothesis.inner_test(
    value=101,
)"""
    found = judge(kata, "if value > 100:\n    return 0", Limits())
    (failing,) = found.failing()
    assert failing.failure.example == code
    command = [sys.executable, "-c", code]
    environment = os.environ | {"PYTHONPATH": str(kata.root)}
    done = subprocess.run(
        command, cwd=kata.root, env=environment, capture_output=True, text=True, check=False
    )
    assert "AssertionError" in done.stderr


def test_the_steps_of_a_state_machine_are_code_that_can_be_pasted(kata):
    kata.stub.write_text(SOLVED)
    kata.tests.write_text(
        "from hypothesis import strategies as st\n"
        "from hypothesis.stateful import RuleBasedStateMachine, rule\n"
        "from katas.demo.clamp import clamp\n"
        "class Machine(RuleBasedStateMachine):\n"
        "    @rule(x=st.integers())\n"
        "    def step(self, x):\n"
        "        assert clamp(x, 0, 9) < 9\n"
        "TestMachine = Machine.TestCase\n"
    )
    found = run(Job(kata, kata.root / "katas"))
    (failing,) = found.failing()
    assert failing.failure.example.splitlines() == [
        "from tests.demo.test_clamp import *",
        "state = Machine()",
        "state.step(x=9)",
        "state.teardown()",
    ]


# stages, standby, cancelling


def test_examples_come_before_slow_ones_and_these_before_property_tests(kata):
    kata.stub.write_text(SOLVED)
    text = kata.tests.read_text()
    slow = "@pytest.mark.slow\n@pytest.mark.rule(1)\ndef test_slow():\n    pass\n"
    kata.tests.write_text(text.replace("@pytest.mark.rule(1)", f"{slow}@pytest.mark.rule(1)", 1))
    seen = []

    def hear(event, known):
        if event["event"] == "stage":
            passed = [r.test.name for r in known.so_far().results if r.outcome is Outcome.PASSED]
            seen.append((event["stage"], len(passed)))

    stages = ("examples", "slow", "quick", "rest")
    with Worker(kata.root) as worker:
        found = worker.run(Job(kata, kata.root / "katas", stages=stages), hear)
    assert seen == [("examples", 7), ("slow", 8), ("quick", 9), ("rest", 9)]
    assert found.done


COUNTING = """
import pathlib
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

counts = {"function": 0, "method": 0, "machine": 0, "few": 0}

@pytest.mark.parametrize("twice", [1, 2])
@settings(max_examples=40)
@given(x=st.integers())
def test_function(twice, x):
    counts["function"] += 1

class TestClass:
    @settings(max_examples=80)
    @given(st.integers())
    def test_method(self, x):
        counts["method"] += 1

@settings(max_examples=20)
@given(st.integers())
def test_few(x):
    counts["few"] += 1

class Machine(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        counts["machine"] += 1
    @rule()
    def step(self):
        pass

TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=80)

def teardown_module():
    pathlib.Path("counts").write_text(repr(counts))
"""


@pytest.mark.parametrize(
    ("stages", "drawn"),
    [
        (("quick",), {"function": 2 * 25, "method": 25, "machine": 25, "few": 20}),
        (("quick", "rest"), {"function": 2 * 40, "method": 80, "machine": 80, "few": 20}),
        (("properties",), {"function": 2 * 40, "method": 80, "machine": 80, "few": 20}),
    ],
)
def test_the_rest_draws_what_the_quick_stage_has_left(kata, stages, drawn):
    kata.stub.write_text(SOLVED)
    kata.tests.write_text(COUNTING)
    assert run(Job(kata, kata.root / "katas", stages=stages)).done
    assert eval((kata.root / "counts").read_text()) == drawn


def test_a_property_that_has_failed_is_not_tried_with_more_examples(kata):
    kata.stub.write_text(SOLVED)
    kata.tests.write_text(
        "from hypothesis import given, settings, strategies as st\n"
        "counts = [0]\n"
        "@settings(max_examples=80, database=None)\n@given(st.integers())\n"
        "def test_fails_at_first(x):\n"
        "    counts[0] += 1\n    assert counts[0] > 1\n"
    )
    found = run(Job(kata, kata.root / "katas", stages=("quick", "rest")))
    assert [result.outcome for result in found.results] != [Outcome.PASSED]


def test_the_hash_of_a_string_is_the_same_in_every_worker(kata):
    said = {judge(kata, "raise ValueError(hash('x'))").results[0].failure.summary for _ in range(2)}
    assert len(said) == 1


def test_a_standby_worker_is_used_once_and_replaced(kata):
    kata.stub.write_text(SOLVED)
    with Standby(kata, count=1) as standby:
        pids = []
        for _ in range(3):
            with standby.take() as worker:
                assert worker.run(Job(kata, kata.root / "katas")).done
                pids.append(worker.pid)
        assert len(set(pids)) == 3


def test_there_is_a_worker_also_if_those_that_were_ready_are_taken(kata):
    kata.stub.write_text(SOLVED)
    with Standby(kata, count=1) as standby, standby.take() as first, standby.take() as second:
        assert first is not second
        assert second.run(Job(kata, kata.root / "katas")).done


def test_no_more_workers_wait_after_several_were_taken_at_once(kata):
    before = set(psutil.Process().children())
    with Standby(kata, count=1) as standby:
        with standby.take(), standby.take(), standby.take():
            pass
        assert len(set(psutil.Process().children()) - before) == 1


def test_a_run_that_is_cancelled_ends_at_once_and_finds_nothing(kata):
    kata.stub.write_text(
        SOLVED.replace("    if low > high", "    while True: pass\n    if low > high")
    )
    started = threading.Event()
    with Worker(kata.root) as worker:

        def hear(event, known):
            if event["event"] == "started":
                started.set()

        cancel = threading.Thread(target=lambda: (started.wait(60), worker.cancel()))
        cancel.start()
        assert worker.run(Job(kata, kata.root / "katas", limits=Limits(cpu=60)), hear) is None
        cancel.join()


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ("", "ended"),
        ("while True: pass", "started"),
        ("import threading; threading.Event().wait()", "started"),
    ],
    ids=["after the tests", "in a loop without end", "while it waits"],
)
def test_no_worker_outlives_a_runner_that_is_killed(kata, tmp_path, body, at):
    held = tmp_path / "held"
    os.mkfifo(held)
    read = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    # Closed when the worker ends, and not before.
    solved = SOLVED.replace("    if low > high", f"    {body}\n    if low > high")
    kata.stub.write_text(f"{solved}\n\nHELD = open({str(held)!r}, 'w')\n")
    script = (
        "import os\nfrom pathlib import Path\n"
        "from kata_runner.curriculum import Kata\n"
        "from kata_runner.worker import Job, Worker\n"
        f"kata = Kata(Path({str(kata.root)!r}), 'demo', 'clamp')\n"
        "def hear(event, _):\n"
        f"    if event['event'] == {at!r}:\n"
        "        os.kill(os.getpid(), 9)\n"
        "Worker(kata.root).run(Job(kata, kata.root / 'katas'), hear)\n"
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = os.environ | {"TMPDIR": str(scratch)}
    done = subprocess.run([sys.executable, "-c", script], check=False, env=environment)
    assert done.returncode == -9
    ready, _, _ = select.select([read], [], [], 60)
    assert ready, "the worker is still there"
    assert os.read(read, 1) == b""
    assert list(scratch.iterdir()) == []
    os.close(read)


def test_no_worker_outlives_the_runner(kata):
    script = (
        "import psutil\nfrom pathlib import Path\nfrom kata_runner.curriculum import Kata\n"
        "from kata_runner.worker import Standby\n"
        f"with Standby(Kata(Path({str(kata.root)!r}), 'demo', 'clamp')) as standby:\n"
        "    print(*[child.pid for child in psutil.Process().children()])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
