"""`kata update`: bring in what is new upstream, and leave what the learner wrote as it is.

A plain `git pull` refuses as soon as upstream has corrected a stub that is being worked on.  So
the learner's texts are put into the history and set aside, git merges, and they are put back.  A
learner who commits attempts keeps them, too: where both sides changed a line, the learner's stays.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from kata_runner.curriculum import Curriculum, Kata
from kata_runner.progress import Progress
from kata_runner.stubs import replace_file


class UpdateError(Exception):
    """Nothing was changed; the message is one line that says why."""


@dataclass(frozen=True)
class Updated:
    """What an update brought: the number of commits, and the katas that the learner has edited."""

    commits: int
    kept: tuple[Kata, ...]


def update(root: Path, curriculum: Curriculum, progress: Progress) -> Updated:
    """Merge the upstream branch below the learner's edits.

    Raises:
        UpdateError: no git, no upstream, other changed files, or a conflict outside the stubs.
        ProgressError: the learner's texts cannot be kept, so nothing was begun.
    """
    _git(root, "fetch", "--quiet")
    commits = int(_git(root, "rev-list", "--count", "HEAD..@{upstream}"))
    changed = _git(root, "diff", "--name-only", "-z", "HEAD").split("\0")
    changed = [name for name in changed if name]
    stubs = {kata.stub.relative_to(root).as_posix(): kata for kata in curriculum.katas}
    if foreign := [name for name in changed if name not in stubs]:
        raise UpdateError(f"commit or undo your changes to {', '.join(foreign)} first")
    if commits == 0:
        return Updated(0, ())
    mine = {}
    for name in changed:
        kata = stubs[name]
        if kata.stub.exists():
            mine[kata] = kata.stub.read_bytes()
            # In the history first: from here on a crash loses nothing.
            tests = kata.tests.read_bytes() if kata.tests.is_file() else b""
            progress.keep(kata.id, mine[kata], tests)
    try:
        if changed:
            _git(root, "checkout", "--quiet", "HEAD", "--", *changed)
        try:
            _git(root, "merge", "--quiet", "--no-edit", "--strategy-option=ours", "@{upstream}")
        except UpdateError:
            subprocess.run(["git", "merge", "--abort"], cwd=root, capture_output=True, check=False)
            raise
    finally:
        for kata, text in mine.items():
            kata.stub.parent.mkdir(parents=True, exist_ok=True)
            replace_file(kata.stub, text)
    return Updated(commits, tuple(mine))


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise UpdateError("git is not installed; `kata update` needs it") from None
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().partition("\n")[0]
        raise UpdateError(f"git {arguments[0]} failed: {reason}")
    return done.stdout
