"""What was shipped, stub and tests, and replacing the learner's file without losing a byte."""

import ast
import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

from kata_runner.curriculum import ContentError, Kata, read_text


class NoStubError(Exception):
    """The stub as it was shipped cannot be found; the message is one line."""


def is_stub(source: str) -> bool:
    """Return whether all functions of `source` do nothing but raise NotImplementedError."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return bool(functions) and all(_is_empty(function) for function in functions)


def shipped_stub(kata: Kata) -> bytes:
    """Return the newest version of the stub in git's history in which nothing was written yet.

    The learner may have committed attempts of their own; those are passed over.

    Raises:
        NoStubError: there is no git, no repository, or no such version.
    """
    path = kata.stub.relative_to(kata.root).as_posix()
    for commit in _git(kata.root, "log", "--format=%H", "--", path).decode().split():
        with contextlib.suppress(NoStubError):  # a commit that deleted it
            text = _git(kata.root, "show", f"{commit}:./{path}")
            if is_stub(text.decode("utf-8", "replace")):
                return text
    raise NoStubError(
        f"git's history has no unwritten version of {path}; take it from a fresh clone"
    )


def expected_tests(kata: Kata) -> set[str]:
    """Return the names of the test functions and classes of the kata, as they were shipped.

    Without git, those of the file as it is.
    """
    path = kata.tests.relative_to(kata.root).as_posix()
    try:
        source = _git(kata.root, "show", f"HEAD:./{path}").decode("utf-8", "replace")
    except NoStubError:
        source = read_text(kata.tests)
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):  # TestX = pytest.mark.rule(1)(Machine.TestCase)
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in names if name.startswith(("test_", "Test"))}


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in the place of the file `path`: all of it, or nothing is changed.

    Raises:
        ContentError: the folder cannot be written to, or the disk is full.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                Path(name).chmod(path.stat().st_mode & 0o777)
            else:
                Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ContentError(path, f"cannot be written: {error.strerror}") from None


def _is_empty(function: ast.FunctionDef) -> bool:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return [ast.unparse(statement) for statement in body] == ["raise NotImplementedError"]


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        raise NoStubError("git is not installed; take the stub from a fresh download") from None
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise NoStubError(f"git cannot tell what was shipped: {reason}")
    return done.stdout
