"""Updates from a real git remote on disk."""

import subprocess

import pytest

from kata_runner.curriculum import Curriculum
from kata_runner.progress import Progress
from kata_runner.update import UpdateError, update
from tests.runner.project import STUB, commit_all, edit

MINE = STUB.replace("raise NotImplementedError", "return value")


def git(folder, *arguments):
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def clone(kata, monkeypatch):
    """A learner's clone of the project `kata.root`."""
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "Test")
        monkeypatch.setenv(f"{name}_EMAIL", "test@example.com")
    commit_all(kata.root)
    target = kata.root.parent / "clone"
    git(kata.root.parent, "clone", "-q", str(kata.root), str(target))
    return target


def correct_upstream(kata):
    """Upstream corrects the statement and a test, and adds a file."""
    edit(kata.stub, "Open intervals.", "Half-open intervals.")
    edit(kata.tests, "[2, 3, 5]", "[2, 3, 4, 5]")
    (kata.root / "solutions" / "demo" / "clamp__new.py").write_text('"""New."""\n')
    git(kata.root, "add", "-A")
    git(kata.root, "commit", "-qm", "Corrections")


def run(clone):
    return update(clone, Curriculum.load(clone), Progress(clone))


def test_an_update_of_an_untouched_clone_brings_everything(kata, clone):
    correct_upstream(kata)
    assert run(clone).commits == 1
    assert "Half-open" in (clone / "katas/demo/clamp.py").read_text()
    assert "[2, 3, 4, 5]" in (clone / "tests/demo/test_clamp.py").read_text()


def test_an_edited_stub_stays_to_the_byte_though_upstream_corrected_it(kata, clone):
    mine = MINE.replace("\n", "\r\n").encode()
    (clone / "katas/demo/clamp.py").write_bytes(mine)
    correct_upstream(kata)
    done = run(clone)
    assert [it.id for it in done.kept] == ["demo/clamp"]
    assert (clone / "katas/demo/clamp.py").read_bytes() == mine
    assert "[2, 3, 4, 5]" in (clone / "tests/demo/test_clamp.py").read_text()
    (attempt,) = Progress(clone).attempts()
    assert Progress(clone).text(attempt) == mine


def test_a_committed_attempt_stays_too(kata, clone):
    (clone / "katas/demo/clamp.py").write_text(MINE.replace("Open intervals", "Intervals"))
    git(clone, "commit", "-qam", "My attempt")
    correct_upstream(kata)
    run(clone)
    text = (clone / "katas/demo/clamp.py").read_text()
    assert "return value" in text
    assert "    Intervals." in text
    assert "[2, 3, 4, 5]" in (clone / "tests/demo/test_clamp.py").read_text()


def test_a_second_update_has_nothing_to_bring(kata, clone):
    correct_upstream(kata)
    run(clone)
    assert run(clone).commits == 0


def test_other_edited_files_are_named_and_nothing_is_changed(kata, clone):
    (clone / "katas/demo/clamp.py").write_text(MINE)
    edit(clone / "tests/demo/test_clamp.py", "[2, 3, 5]", "[2]")
    correct_upstream(kata)
    with pytest.raises(UpdateError, match=r"tests/demo/test_clamp\.py"):
        run(clone)
    assert (clone / "katas/demo/clamp.py").read_text() == MINE


def test_a_conflict_outside_the_stubs_changes_nothing(kata, clone):
    (clone / "katas/demo/clamp.py").write_text(MINE)
    git(clone, "rm", "-q", "tests/demo/test_clamp.py")
    git(clone, "commit", "-qm", "No tests", "--", "tests")
    correct_upstream(kata)
    with pytest.raises(UpdateError, match="git merge failed"):
        run(clone)
    assert (clone / "katas/demo/clamp.py").read_text() == MINE
    done = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert done.stdout == " M katas/demo/clamp.py\n"


def test_without_an_upstream_the_reason_is_one_line(kata):
    commit_all(kata.root)
    with pytest.raises(UpdateError) as caught:
        run(kata.root)
    assert "\n" not in str(caught.value)


def test_a_done_kata_whose_tests_changed_is_done_before_the_change(kata, clone, monkeypatch):
    from click.testing import CliRunner

    from kata_runner.cli import main

    (clone / "katas/demo/clamp.py").write_text(
        MINE.replace("return value", "return max(low, min(value, high))")
    )
    edit(
        clone / "katas/demo/clamp.py",
        "    return max",
        "    if low > high:\n        raise ValueError\n    return max",
    )
    monkeypatch.chdir(clone)
    assert CliRunner().invoke(main, ["run", "clamp"]).exit_code == 0
    correct_upstream(kata)
    result = CliRunner().invoke(main, ["update"])
    assert result.exit_code == 0, result.output
    assert "1 change" in result.output
    assert "done before the change" in CliRunner().invoke(main, ["list"]).output
