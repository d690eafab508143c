import subprocess
import sys
from contextlib import contextmanager

import pytest

from kata_runner.progress import Progress, ProgressError
from kata_runner.verdict import Outcome, Result, Test, Verdict


def verdict(*outcomes, problem=None):
    results = [
        Result(Test(f"test_{rule}", rule, is_property=False), outcome)
        for rule, outcome in enumerate(outcomes, 1)
    ]
    return Verdict("demo/clamp", tuple(results), problem)


@pytest.fixture
def progress(tmp_path):
    return Progress(tmp_path)


def test_an_empty_history_has_no_attempts_and_writes_nothing(progress, tmp_path):
    assert (progress.attempts(), progress.current()) == ([], None)
    assert list(tmp_path.iterdir()) == []


def test_an_attempt_is_kept_with_its_text_and_rules(progress):
    text = "caf\u00e9 \r\n".encode("latin-1")
    found = verdict(Outcome.PASSED, Outcome.FAILED)
    number = progress.keep("demo/clamp", text, b"tests", found)
    (attempt,) = progress.attempts("demo/clamp")
    assert (attempt.id, attempt.done) == (number, False)
    assert attempt.rules == {1: "passed", 2: "failed"}
    assert progress.text(attempt) == text


def test_a_kata_is_done_once_an_attempt_passed_everything(progress):
    progress.keep("demo/clamp", b"1", b"", verdict(Outcome.FAILED))
    assert not progress.is_done("demo/clamp")
    progress.keep("demo/clamp", b"2", b"", verdict(Outcome.PASSED))
    progress.keep("demo/clamp", b"3", b"", verdict(Outcome.FAILED))
    assert progress.is_done("demo/clamp")
    assert not progress.is_done("demo/other")


def test_a_run_with_a_problem_is_not_done(progress):
    progress.keep("demo/clamp", b"1", b"", verdict(Outcome.PASSED, problem="it crashed"))
    assert not progress.is_done("demo/clamp")


def test_a_text_that_was_put_aside_is_not_done(progress):
    progress.keep("demo/clamp", b"1", b"")
    assert not progress.is_done("demo/clamp")
    assert progress.attempts()[0].rules == {}


def test_the_current_kata_is_the_last_one(progress):
    progress.keep("demo/clamp", b"", b"")
    progress.keep("demo/other", b"", b"")
    assert progress.current() == "demo/other"
    assert [attempt.kata for attempt in progress.attempts("demo/clamp")] == ["demo/clamp"]


def test_hints_come_one_at_a_time_and_stop_at_the_last(progress):
    assert [progress.next_hint("demo/clamp", 1, 2) for _ in range(3)] == [1, 2, 2]
    assert progress.next_hint("demo/clamp", 2, 2) == 1


def damage_all(content):
    return b"this is no database, " * 100


def damage_the_middle(content):
    return content[: len(content) // 2] + b"\xff" * 2000 + content[len(content) // 2 + 2000 :]


@pytest.mark.parametrize("damage", [damage_all, damage_the_middle])
def test_a_damaged_history_is_put_aside_and_a_new_one_begun(tmp_path, damage):
    said = []
    progress = Progress(tmp_path, said.append)
    for number in range(50):
        progress.keep("demo/clamp", b"%d" % number * 500, b"", verdict(Outcome.PASSED))
    path = tmp_path / ".kata" / "history.sqlite"
    path.write_bytes(damaged := damage(path.read_bytes()))

    progress.keep("demo/other", b"new", b"")

    kept = tmp_path / ".kata" / "history-damaged-1.sqlite"
    assert kept.read_bytes() == damaged
    assert [attempt.kata for attempt in progress.attempts()] == ["demo/other"]
    (line,) = said
    assert str(kept) in line
    assert "\n" not in line


def test_a_second_damaged_history_does_not_replace_the_first(tmp_path):
    progress = Progress(tmp_path, [].append)
    folder = tmp_path / ".kata"
    folder.mkdir()
    for content in (b"first damage", b"second damage"):
        (folder / "history.sqlite").write_bytes(content * 100)
        progress.attempts()
    assert (folder / "history-damaged-1.sqlite").read_bytes() == b"first damage" * 100
    assert (folder / "history-damaged-2.sqlite").read_bytes() == b"second damage" * 100


KEEP = """
import sys
from pathlib import Path
from kata_runner.progress import Progress
progress = Progress(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    progress.keep("demo/clamp", sys.argv[2].encode() + b"%d" % number, b"")
    print(number, flush=True)
"""


@contextmanager
def runner(folder, name, count):
    """A process that keeps `count` texts once it is told to begin."""
    command = [sys.executable, "-c", KEEP, str(folder), name, str(count)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def begin(process):
    process.stdin.write("\n")
    process.stdin.flush()


def test_two_runners_at_once_lose_nothing(progress, tmp_path):
    with runner(tmp_path, "a", 20) as one, runner(tmp_path, "b", 20) as other:
        begin(one)
        begin(other)
        assert (one.wait(60), other.wait(60)) == (0, 0)
    texts = [progress.text(attempt) for attempt in progress.attempts()]
    assert sorted(texts) == sorted(name + b"%d" % n for name in (b"a", b"b") for n in range(20))


def test_what_was_kept_before_a_kill_is_there(progress, tmp_path):
    with runner(tmp_path, "a", 10**9) as one:
        begin(one)
        for number in range(5):
            assert one.stdout.readline() == f"{number}\n"
        one.kill()
        one.wait()
    texts = [progress.text(attempt) for attempt in progress.attempts()]
    assert texts[:5] == [b"a%d" % number for number in range(5)]
    progress.keep("demo/clamp", b"next", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit the size of a file")
def test_a_full_disk_is_one_line_and_loses_nothing(progress, tmp_path):
    progress.keep("demo/clamp", b"before", b"")
    size = (tmp_path / ".kata" / "history.sqlite").stat().st_size
    # What a disk without space does to a file, a limit on its size does, too.
    script = f"""
import resource, signal
from pathlib import Path
from kata_runner.progress import Progress, ProgressError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))
try:
    Progress(Path({str(tmp_path)!r})).keep("demo/clamp", b"x" * 100_000, b"")
except ProgressError as error:
    print(error)
"""
    command = [sys.executable, "-c", script]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.count("\n") == 1
    assert "history.sqlite" in said
    assert [progress.text(attempt) for attempt in progress.attempts()] == [b"before"]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / ".kata").write_text("a file")
    with pytest.raises(ProgressError) as caught:
        Progress(tmp_path).keep("demo/clamp", b"", b"")
    assert "\n" not in str(caught.value)
