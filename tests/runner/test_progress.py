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


def test_a_damaged_history_is_one_line_and_is_not_overwritten(progress, tmp_path):
    path = tmp_path / ".kata" / "history.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"this is no database, " * 100)
    before = path.read_bytes()
    with pytest.raises(ProgressError, match=r"history.sqlite"):
        progress.keep("demo/clamp", b"", b"")
    with pytest.raises(ProgressError):
        progress.attempts()
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / ".kata").write_text("a file")
    with pytest.raises(ProgressError) as caught:
        Progress(tmp_path).keep("demo/clamp", b"", b"")
    assert "\n" not in str(caught.value)
