"""The content checks: what must hold of every kata, each with file, line and what to do.

A kata is good if its tests reject every wrong solution and accept every right one, and if stub,
tests, solution and notes say the same.  `CHECKS` lists what is checked, in the order in which an
author meets it: a kata that is not complete is not judged further.
"""

import ast
import hashlib
import json
import multiprocessing
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import requires, version
from pathlib import Path

from kata_runner import mistakes, mutants, variants, worker
from kata_runner.curriculum import (
    KINDS,
    LEVELS,
    ContentError,
    Curriculum,
    Kata,
    parse,
    read_text,
)
from kata_runner.stubs import replace_file
from kata_runner.verdict import Outcome, Verdict

_RULES = range(4, 9)  # how many rules a statement has
_ESSAY_LINES = 40
_HINT_WORDS = range(20, 121)
_MISTAKES = 4  # at least
_QUESTIONS = 3  # at least
# Two processes must not write to mypy's cache at once.
_mypy_turn: AbstractContextManager[object] = nullcontext()


@dataclass(frozen=True)
class Problem:
    """Something that is not as it must be: where, and what to do about it."""

    check: str
    path: Path
    line: int | None
    message: str

    def to_line(self, root: Path) -> str:
        """Return one line, with the path as seen from `root`."""
        path = self.path.relative_to(root) if self.path.is_relative_to(root) else self.path
        where = f"{path.as_posix()}:{self.line}" if self.line else path.as_posix()
        return f"{where}: [{self.check}] {self.message}"


@dataclass(frozen=True)
class _Fault:
    """A problem before it is known which check found it."""

    path: Path
    message: str
    line: int | None = None


# --- The checks of one kata ------------------------------------------------------------------


def _files(kata: Kata) -> Iterator[_Fault]:
    """All files are there, and the notes are complete."""
    needed = (kata.stub, kata.solution, kata.notes_file, kata.tests)
    for path in needed:
        if not path.is_file():
            yield _Fault(path, "the file is missing; `kata new` shows what belongs into it")
    if not all(path.is_file() for path in needed):
        return
    if not kata.designs:
        name = f"{kata.name}__<design>.py"
        yield _Fault(kata.solution.with_name(name), "another sound design is missing")
    for path in (kata.solution, *kata.designs):
        lines = len((ast.get_docstring(parse(path)) or "").splitlines())
        if lines == 0:
            yield _Fault(path, "the essay (module docstring) is missing", 1)
        elif lines > _ESSAY_LINES:
            yield _Fault(path, f"the essay has {lines} lines; cut it to {_ESSAY_LINES}", 1)
    yield from _notes(kata)


def _notes(kata: Kata) -> Iterator[_Fault]:
    path, notes = kata.notes_file, kata.notes
    numbers = [rule.number for rule in kata.rules()]
    if notes.level not in LEVELS:
        yield _Fault(path, f"`level` is {notes.level}; it goes from 1 (warm-up) to 5 (expert)")
    if notes.minutes <= 0:
        yield _Fault(path, "`minutes` must be how long the kata takes")
    hinted = [hint.rule for hint in notes.hints]
    for number in numbers:
        if hinted.count(number) != 1:
            yield _Fault(path, f"rule {number} has {hinted.count(number)} [[hints]]; write one")
    for hint in notes.hints:
        if hint.rule not in numbers:
            yield _Fault(path, f"a hint is for rule {hint.rule}, which the statement has not")
        for text in hint.say:
            if len(text.split()) not in _HINT_WORDS:
                start = " ".join(text.split()[:4])
                words = f"{_HINT_WORDS.start} to {_HINT_WORDS.stop - 1}"
                yield _Fault(
                    path, f"the hint {start!r}… of rule {hint.rule} must have {words} words"
                )
    if len(notes.mistakes) < _MISTAKES:
        yield _Fault(path, f"there are {len(notes.mistakes)} [[mistakes]]; {_MISTAKES} at least")
    for mistake in notes.mistakes:
        if mistake.kind not in KINDS:
            kinds = ", ".join(KINDS)
            yield _Fault(path, f"mistake {mistake.name!r}: `kind` must be one of {kinds}")
    if len(notes.session.questions) < _QUESTIONS:
        yield _Fault(path, f"`session.questions` needs {_QUESTIONS} questions at least")


def _api(kata: Kata) -> Iterator[_Fault]:
    """Stub, reference and other designs have the same public names, signatures and docstrings."""
    stub = dict(_public_api(parse(kata.stub).body))
    for path in (kata.solution, *kata.designs):
        other = dict(_public_api(parse(path).body))
        for name, (_, wanted) in stub.items():
            if name not in other:
                yield _Fault(path, f"`{name}` of the stub is missing")
            elif other[name][1] != wanted:
                message = f"`{name}` is not as in the stub (its signature or its docstring)"
                yield _Fault(path, message, other[name][0])
        for name, (line, _) in other.items():
            last = name.rpartition(".")[2]
            if name not in stub and not (last.startswith("__") and last.endswith("__")):
                message = f"`{name}` is public and not in the stub; begin its name with `_`"
                yield _Fault(path, message, line)


def _public_api(
    body: Iterable[ast.stmt], prefix: str = ""
) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield name, and line and text of the interface, for each public function and class."""
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_") and not node.name.endswith("__"):
            continue
        name = f"{prefix}{node.name}"
        text = ast.get_docstring(node) or ""
        if isinstance(node, ast.ClassDef):
            yield name, (node.lineno, text)
            yield from _public_api(node.body, f"{name}.")
        else:
            decorators = " ".join(map(ast.unparse, node.decorator_list))
            returns = ast.unparse(node.returns) if node.returns else ""
            kind = type(node).__name__
            signature = f"{kind} {decorators} ({ast.unparse(node.args)}) -> {returns}"
            yield name, (node.lineno, f"{signature}\n{text}")


def _stub(kata: Kata) -> Iterator[_Fault]:
    """Every test fails on the stub, as not started."""
    found = _on_stub(kata, _fingerprint(kata))
    if found.problem:
        yield _Fault(kata.stub, f"the tests cannot be judged on the stub: {found.problem}")
    for result in found.results:
        if result.outcome is not Outcome.NOT_STARTED:
            why = f" ({result.failure.summary})" if result.failure else ""
            message = f"{result.test.name}: {result.outcome} on the stub, not `not started`{why}"
            yield _Fault(kata.tests, message, _line_of(kata, result.test.function))


def _designs(kata: Kata) -> Iterator[_Fault]:
    """Every test passes on the reference and on every other design."""
    paths = (kata.solution, *kata.designs)
    for path, found in zip(paths, _judge(kata, paths), strict=True):
        if found.problem:
            yield _Fault(path, f"the tests cannot be judged: {found.problem}")
        for result in found.failing():
            why = f" ({result.failure.summary})" if result.failure else ""
            yield _Fault(path, f"{result.test.name}: {result.outcome}{why}")


def _rules(kata: Kata) -> Iterator[_Fault]:
    """The rules are numbered; every rule has a test, and every test a rule."""
    numbers = [rule.number for rule in kata.rules()]
    if numbers != list(range(1, len(numbers) + 1)):
        yield _Fault(kata.stub, f"rules must be numbered from 1 on; these are {numbers}", 1)
    if len(numbers) not in _RULES:
        bounds = f"{_RULES.start} to {_RULES.stop - 1}"
        yield _Fault(kata.stub, f"the statement has {len(numbers)} rules; it must have {bounds}", 1)
    tests = [result.test for result in _on_stub(kata, _fingerprint(kata)).results]
    for number in numbers:
        if not any(test.rule == number for test in tests):
            yield _Fault(
                kata.tests, f"rule {number} has no test; mark one `pytest.mark.rule({number})`"
            )
    for test in tests:
        if test.rule not in numbers:
            message = f"{test.name} is of rule {test.rule}, which the statement has not"
            yield _Fault(kata.tests, message, _line_of(kata, test.function))


def _mistakes(kata: Kata) -> Iterator[_Fault]:
    """Every mistake applies, and fails exactly the examples that it names."""
    reference = read_text(kata.solution)
    built = []
    for mistake in kata.notes.mistakes:
        line = _line_in(kata.notes_file, f'name = "{mistake.name}"')
        count = reference.count(mistake.old)
        if count != 1:
            message = f"mistake {mistake.name!r}: `old` is {count} times in the reference; once"
            yield _Fault(kata.notes_file, f"{message} is needed", line)
        else:
            variant = variants.Variant(mistake.name, mistakes.variant(kata, mistake))
            built.append((mistake, line, variant))
    judged = variants.judge(kata, [variant for *_, variant in built], examples_only=True)
    verdicts = [found for _, found in judged]
    seen: dict[mistakes.Signature, str] = {}
    for (mistake, line, _), found in zip(built, verdicts, strict=True):
        say = f"mistake {mistake.name!r}"
        if found.problem:
            message = f"{say} does not show as a failing test: {found.problem}"
            yield _Fault(kata.notes_file, message, line)
            continue
        # What a random search finds is not promised, so property tests are not listed.
        examples = [result for result in found.failing() if not result.test.is_property]
        failed, named = {result.test.function for result in examples}, set(mistake.fails)
        for name in sorted(named - failed):
            yield _Fault(kata.notes_file, f"{say} does not fail {name}", line)
        for name in sorted(failed - named):
            yield _Fault(kata.notes_file, f"{say} also fails {name}; name it in `fails`", line)
        twin = seen.setdefault(mistakes.signature(found, mistake.fails), mistake.name)
        if twin != mistake.name:
            message = f"{say} fails just as {twin!r} does; a test that tells them apart is missing"
            yield _Fault(kata.notes_file, message, line)
        if not named:
            yield _Fault(kata.notes_file, f"{say} names no test in `fails`", line)


def _mutants(kata: Kata) -> Iterator[_Fault]:
    """Every mutant of the reference is killed, or listed as equivalent with a reason."""
    report = mutants.judge_mutants(kata)
    for message in report.errors:
        yield _Fault(kata.notes_file, message)
    for mutant in report.survived:
        yield _Fault(kata.solution, f"no test notices the mutant `{mutant.id}`", mutant.line)
    for mutant in report.by_chance:
        message = f"only a lucky draw notices the mutant `{mutant.id}`; add an example"
        yield _Fault(kata.solution, message, mutant.line)


def _leftovers(kata: Kata) -> Iterator[_Fault]:
    """The tests leave nothing behind."""
    job = worker.Job(kata, kata.root / "solutions", stages=("examples", "slow", "quick"))
    found = worker.run(job, "-p", "kata_runner.leftovers", "--hypothesis-profile=check")
    if found.problem:
        yield _Fault(kata.tests, found.problem)
    for result in found.failing():
        why = result.failure.summary if result.failure else result.outcome
        message = f"{result.test.name}: {why}"
        yield _Fault(kata.tests, message, _line_of(kata, result.test.function))


def _style(kata: Kata) -> Iterator[_Fault]:
    """Docstring examples run; ruff and mypy find nothing."""
    typed = [kata.stub, kata.solution, *kata.designs]
    for path in typed[1:]:
        done = _tool(kata.root, "doctest", str(path))
        if done.returncode != 0:
            failed = re.search(r'^File "[^"]*", line (\d+)', done.stdout, re.MULTILINE)
            message = f"a docstring example does not hold: `python -m doctest {path.name}`"
            yield _Fault(path, message, int(failed[1]) if failed else None)
    linted = [*typed, kata.tests, *([kata.original_tests] if kata.original_tests.exists() else [])]
    names = [str(path) for path in linted]
    yield from _complaints(
        kata.root, _tool(kata.root, "ruff", "check", "--output-format=concise", *names)
    )
    formatted = _tool(kata.root, "ruff", "format", "--check", *names)
    for name, line in re.findall(r"^ +--> (.+):(\d+):\d+$", formatted.stdout, re.MULTILINE):
        yield _Fault(kata.root / name, "not formatted; run `ruff format`", int(line))
    with _mypy_turn:
        typing = _tool(kata.root, "mypy", *(str(path) for path in typed))
    yield from _complaints(kata.root, typing)


def _complaints(root: Path, done: "subprocess.CompletedProcess[str]") -> Iterator[_Fault]:
    """Read lines of the form `path:line: message` or `path:line:column: message`."""
    found = list(re.finditer(r"^(.+?\.py):(\d+):(?:\d+:)? (.*)$", done.stdout, re.MULTILINE))
    for match in found:
        path, line, message = match.groups()
        if not message.startswith("note:"):
            yield _Fault(root / path, message, int(line))
    if done.returncode != 0 and not found:
        said = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        yield _Fault(Path(done.args[-1]), f"{done.args[2]} could not run: {said}")


CHECKS: dict[str, Callable[[Kata], Iterator[_Fault]]] = {
    "files": _files,
    "api": _api,
    "stub": _stub,
    "designs": _designs,
    "rules": _rules,
    "mistakes": _mistakes,
    "leftovers": _leftovers,
    "style": _style,
    "mutants": _mutants,  # last, as it takes the longest
}


# --- Running them ----------------------------------------------------------------------------


def check_kata(
    kata: Kata, names: Sequence[str], cache_: "Cache"
) -> Iterator[tuple[str, list[Problem]]]:
    """Yield each check in `names` with the problems that it finds.

    After a check that makes the others meaningless (a missing file), the kata is not judged
    further.
    """
    for name in names:
        if cache_.has_passed(kata, name):
            yield name, []
            continue
        try:
            found = [
                Problem(name, fault.path, fault.line, fault.message) for fault in CHECKS[name](kata)
            ]
        except ContentError as error:
            found = [Problem(name, error.path, error.line, error.message)]
        if not found:
            cache_.set_passed(kata, name)
        yield name, found
        if found and name == "files":
            return


def check_katas(
    katas: Sequence[Kata], names: Sequence[str]
) -> Iterator[tuple[Kata, float, list[tuple[str, list[Problem]]]]]:
    """Yield each kata with the seconds and the findings of `check_kata`, as soon as it is done.

    Several are checked at once, since half of the checks use one processor only.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        mp_context=context, initializer=_take_turns, initargs=(context.Lock(),)
    ) as pool:
        # The longest ones first, or in the end all wait for one; a long test file takes long.
        longest_first = sorted(katas, key=_size_of_tests, reverse=True)
        for done in as_completed(pool.submit(_check_whole, kata, names) for kata in longest_first):
            yield done.result()


def _size_of_tests(kata: Kata) -> int:
    return kata.tests.stat().st_size if kata.tests.exists() else 0


def _check_whole(
    kata: Kata, names: Sequence[str]
) -> tuple[Kata, float, list[tuple[str, list[Problem]]]]:
    started = time.monotonic()
    found = list(check_kata(kata, names, Cache(kata.root)))
    return kata, time.monotonic() - started, found


def _take_turns(lock: AbstractContextManager[bool]) -> None:
    global _mypy_turn  # noqa: PLW0603 - how a process of a pool is told
    _mypy_turn = lock


def check_tree(curriculum: Curriculum) -> list[Problem]:
    """Return the problems of the whole: missing essays, files that belong to no kata."""
    root = curriculum.root
    found = []
    expected = {root / "katas" / "__init__.py", root / "katas" / "curriculum.toml"}
    for topic in curriculum.topics:
        expected.add(topic.essay)
        if not topic.essay.is_file():
            found.append(Problem("files", topic.essay, None, "the topic's essay is missing"))
        for kata in topic.katas:
            expected |= {kata.stub, kata.solution, kata.notes_file, kata.tests}
            expected |= {kata.original_tests, *kata.designs}
    listed = curriculum.root / "katas" / "curriculum.toml"
    for folder in ("katas", "solutions", *(f"tests/{topic.name}" for topic in curriculum.topics)):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path not in expected:
                message = f"belongs to no kata of {listed.name}; list it there, or remove it"
                found.append(Problem("files", path, None, message))
    return found


class Cache:
    """Which checks a kata has passed with exactly these files and tools.

    Only passes are kept: a problem is found anew each time, so that its message is current.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / ".cache" / "kata-check"

    def has_passed(self, kata: Kata, check: str) -> bool:
        return self._passed(kata).get(check) == _fingerprint(kata)

    def set_passed(self, kata: Kata, check: str) -> None:
        passed = self._passed(kata) | {check: _fingerprint(kata)}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_file(self._path(kata), json.dumps(passed, indent=0).encode())
        except (OSError, ContentError):  # a read-only clone is only slower
            return

    def _path(self, kata: Kata) -> Path:
        # One for each kata: several are checked at once.
        return self._folder / f"{kata.topic}.{kata.name}.json"

    def _passed(self, kata: Kata) -> dict[str, str]:
        try:
            passed: dict[str, str] = json.loads(self._path(kata).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return passed


def _fingerprint(kata: Kata) -> str:
    """Return a hash of everything that the result of a check depends on."""
    files = [kata.stub, kata.solution, *kata.designs, kata.notes_file, kata.tests]
    files += [kata.original_tests, kata.root / "pyproject.toml"]
    files += sorted((kata.root / "tests").glob("*.py"))
    digest = hashlib.sha256(_tools_fingerprint().encode())
    for path in files:
        content = path.read_bytes() if path.is_file() else b"missing"
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


@cache
def _tools_fingerprint() -> str:
    own = sorted(Path(__file__).parent.glob("*.py"))
    sources = hashlib.sha256(b"\0".join(path.read_bytes() for path in own)).hexdigest()
    needed = [re.split(r"[^\w-]", line)[0] for line in requires("advanced-python-katas") or ()]
    return " ".join([platform.python_version(), sources, *map(version, needed)])


# --- Helpers ---------------------------------------------------------------------------------


def _judge(kata: Kata, paths: Iterable[Path]) -> list[Verdict]:
    candidates = [variants.Variant(path.name, read_text(path)) for path in paths]
    return [found for _, found in variants.judge(kata, candidates)]


@lru_cache(maxsize=1)
def _on_stub(kata: Kata, fingerprint: str) -> Verdict:  # noqa: ARG001 - a part of the key
    """Return what the tests say of the stub, which two checks ask."""
    return _judge(kata, [kata.stub])[0]


def _tool(root: Path, module: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"NO_COLOR": "1", "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _line_of(kata: Kata, function: str) -> int | None:
    return _line_in(kata.tests, f"def {function.rpartition('::')[2]}(")


def _line_in(path: Path, text: str) -> int | None:
    lines = read_text(path).splitlines()
    return next((number for number, line in enumerate(lines, 1) if text in line), None)
