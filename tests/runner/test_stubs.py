import os
import subprocess

import pytest

from kata_runner.curriculum import ContentError
from kata_runner.stubs import NoStubError, is_stub, replace_file, shipped_stub
from tests.runner.project import STUB, commit_all


def test_the_stub_is_found_behind_commits_of_the_learner(kata):
    commit_all(kata.root)
    for text in ("half = 'written'\n", "def clamp(value, low, high):\n    return value\n"):
        kata.stub.write_text(text)
        commit_all(kata.root)
    assert shipped_stub(kata).decode() == STUB


def test_the_newest_stub_counts_after_an_update(kata):
    commit_all(kata.root)
    kata.stub.write_text("def clamp(value, low, high):\n    return value\n")
    commit_all(kata.root)
    corrected = STUB.replace("Open intervals", "Half-open intervals")
    kata.stub.write_text(corrected)
    commit_all(kata.root)
    kata.stub.write_text("my = 'work'\n")
    assert shipped_stub(kata).decode() == corrected


def test_a_stub_is_found_after_its_file_was_deleted(kata):
    commit_all(kata.root)
    kata.stub.unlink()
    commit_all(kata.root)
    assert shipped_stub(kata).decode() == STUB


def test_without_a_repository_the_reason_is_one_line(kata, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(kata.root.parent))
    with pytest.raises(NoStubError) as caught:
        shipped_stub(kata)
    assert "\n" not in str(caught.value)


def test_without_git_the_reason_says_so(kata, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoStubError, match="git is not installed"):
        shipped_stub(kata)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (STUB, True),
        (STUB.replace("raise NotImplementedError", "return value"), False),
        ("x = 1\n", False),
        ("def broken(:\n", False),
    ],
    ids=["a stub", "a solution", "no function", "a syntax error"],
)
def test_a_stub_is_known_by_its_empty_bodies(source, expected):
    assert is_stub(source) is expected


def test_replacing_a_file_keeps_its_mode(tmp_path):
    path = tmp_path / "file.py"
    path.write_bytes(b"old")
    path.chmod(0o600)
    replace_file(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_replacement_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "file.py"
    path.write_bytes(b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ContentError, match="No space left"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_git_answers_in_a_worktree_too(kata):
    commit_all(kata.root)
    other = kata.root.parent / "worktree"
    subprocess.run(["git", "worktree", "add", "-q", other], cwd=kata.root, check=True)
    assert shipped_stub(type(kata)(other, kata.topic, kata.name)).decode() == STUB
