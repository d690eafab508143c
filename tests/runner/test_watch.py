"""A save is seen however the editor makes it, and `kata watch` answers on a terminal."""

import os
import queue
import select
import signal
import sys
import threading
from contextlib import contextmanager, suppress

import pytest

from kata_runner.verdict import Outcome
from kata_runner.watch import Found, Recognised, Saved, Watch
from kata_runner.worker import Job, Standby
from tests.runner.project import SOLVED, commit_all

WRONG = SOLVED.replace("max(low, min(value, high))", "max(low, value)")
PATIENCE = 30.0


@contextmanager
def watched(kata):
    """The events of a watch, through a queue that can be waited on with an end."""
    with Standby(kata) as standby, Watch(kata, standby) as view:
        events = queue.SimpleQueue()

        def forward():
            for event in view.events():
                events.put(event)

        forwarding = threading.Thread(target=forward, daemon=True)
        forwarding.start()
        yield view, events
    forwarding.join(PATIENCE)


def until(events, kind):
    """The next event of a kind."""
    while not isinstance(event := events.get(timeout=PATIENCE), kind):
        pass
    return event


def is_noticed(save, events):
    """Whether `save(number)` is seen; again and again, since the watcher may not be up yet."""
    for number in range(200):
        save(number)
        with suppress(queue.Empty):
            return isinstance(events.get(timeout=PATIENCE / 200), Saved)
    return False


def write(path):
    return lambda number: path.write_text(f"{SOLVED}# {number}\n")


def replace(path):
    """As vim and many other editors do."""

    def save(number):
        other = path.with_name("4913~")
        other.write_text(f"{SOLVED}# {number}\n")
        other.replace(path)

    return save


def write_twice(path):
    """Emptied and then filled, as a plain `open(path, "w")` may be seen."""

    def save(number):
        path.write_text("")
        path.write_text(f"{SOLVED}# {number}\n")

    return save


def delete_and_write(path):
    def save(number):
        path.unlink()
        path.write_text(f"{SOLVED}# {number}\n")

    return save


@pytest.mark.parametrize("how", [write, replace, write_twice, delete_and_write])
@pytest.mark.parametrize("polling", [False, True], ids=["notified", "polling"])
def test_a_save_is_noticed(kata, monkeypatch, how, polling):
    if polling:
        monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "true")
    with watched(kata) as (_, events):
        assert is_noticed(how(kata.stub), events)


def test_a_change_of_the_tests_is_noticed(kata):
    text = kata.tests.read_text()
    with watched(kata) as (_, events):
        assert is_noticed(lambda number: kata.tests.write_text(f"{text}# {number}\n"), events)


def test_examples_come_before_the_verdict(kata):
    kata.stub.write_text(SOLVED)
    with watched(kata) as (view, events):
        view.start(Job(kata, kata.root / "katas", stages=("examples", "properties")))
        first, second = until(events, Found), until(events, Found)
    assert (first.is_final, second.is_final) == (False, True)
    assert not first.verdict.done
    assert second.verdict.done


def test_a_part_without_tests_says_nothing(kata):
    kata.stub.write_text(SOLVED)
    with watched(kata) as (view, events):
        view.start(Job(kata, kata.root / "katas", stages=("examples", "slow", "properties")))
        first, second = until(events, Found), until(events, Found)
    assert (first.is_final, second.is_final) == (False, True)


def test_a_new_run_takes_the_place_of_the_one_under_way(kata):
    kata.stub.write_text("import threading\nthreading.Event().wait()\n")
    with watched(kata) as (view, events):
        view.start(Job(kata, kata.root / "katas"))
        kata.stub.write_text(SOLVED)
        view.start(Job(kata, kata.root / "katas", stages=("all",)))
        found = until(events, Found)
        assert found.verdict.done
        view.cancel()
        assert events.empty()


def test_a_known_mistake_is_named_after_the_verdict(kata):
    kata.stub.write_text(WRONG)
    with watched(kata) as (view, events):
        view.start(Job(kata, kata.root / "katas", stages=("all",)))
        assert Outcome.FAILED in [r.outcome for r in until(events, Found).verdict.results]
        assert until(events, Recognised).mistake.name == "the upper bound is forgotten"


# `kata watch` on a terminal


@pytest.fixture
def terminal(kata):
    """`kata watch clamp` on a terminal of its own: what to write to and what to read from."""
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(kata.root)
        os.environ |= {"COLUMNS": "100", "TERM": "xterm"}
        os.execv(sys.executable, [sys.executable, "-m", "kata_runner.cli", "watch", "clamp"])
    yield pid, master
    os.close(master)
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


def read_until(master, text):
    """What the terminal shows up to `text`, and nothing of what comes after it."""
    shown = b""
    while not shown.endswith(text.encode()):
        ready, _, _ = select.select([master], [], [], PATIENCE)
        assert ready, f"{text!r} did not come; shown was: {shown.decode(errors='replace')}"
        shown += os.read(master, 1)
    return shown.decode()


def exit_code(pid, master):
    """How the process ends; what it shows is taken until then, or it would wait to show it."""
    with suppress(OSError):  # how Linux says that the other side has gone
        while True:
            ready, _, _ = select.select([master], [], [], PATIENCE)
            assert ready, "the process does not end"
            if not os.read(master, 1 << 16):
                break
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def test_watch_shows_verdicts_and_obeys_keys(terminal, kata):
    pid, master = terminal
    assert "not started" in read_until(master, "q quit")
    for key, text in {
        "h": "Hint 1 of",
        "s": "Keep a number between two bounds",
        "l": "level",
    }.items():
        os.write(master, key.encode())
        read_until(master, text)
        read_until(master, "q quit")
    kata.stub.write_text(SOLVED)
    read_until(master, "is done")
    read_until(master, "q quit")
    os.write(master, b"d")
    read_until(master, "reference")
    read_until(master, "q quit")
    os.write(master, b"q")
    assert exit_code(pid, master) == 0


def test_watch_says_that_it_runs_before_the_tests_are_over(terminal, kata):
    _, master = terminal
    read_until(master, "q quit")
    kata.stub.write_text(SOLVED.replace("    if low", "    while True:\n        pass\n    if low"))
    read_until(master, "running the tests on katas/demo/clamp.py")


def test_the_statement_of_a_broken_file_does_not_end_the_watch(terminal, kata):
    pid, master = terminal
    read_until(master, "q quit")
    commit_all(kata.root)
    kata.stub.write_text("def broken(:\n")
    read_until(master, "syntax error")
    os.write(master, b"s")
    read_until(master, "Keep a number between two bounds")
    kata.stub.unlink()
    read_until(master, "kata reset clamp")
    os.write(master, b"q")
    assert exit_code(pid, master) == 0


def test_keys_that_come_at_once_are_all_obeyed(terminal):
    pid, master = terminal
    read_until(master, "q quit")
    os.write(master, b"sq")
    assert exit_code(pid, master) == 0


def test_watch_never_moves_on_by_itself(terminal, kata):
    _, master = terminal
    read_until(master, "q quit")
    kata.stub.write_text(SOLVED)
    read_until(master, "is done")
    kata.stub.write_text(WRONG)
    # Still the same kata.
    assert "demo/clamp" in read_until(master, "This looks like")
