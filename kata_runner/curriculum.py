"""What the repository holds: topics and katas, read from the TOML files and the stubs' docstrings.

Everything here is a frozen value; nothing is imported or run to find it out.
"""

import ast
import re
import tokenize
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

KINDS = ("behaviour", "resource", "concurrency", "security", "error-handling", "typing")
LEVELS = range(1, 6)


class ContentError(Exception):
    """Something in the repository's files is not as it must be; the message is one line."""

    def __init__(self, path: Path, message: str, line: int | None = None) -> None:
        where = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{where}: {message}")
        self.path = path
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Rule:
    """One numbered rule of a kata's statement."""

    number: int
    text: str


@dataclass(frozen=True)
class Hint:
    """What to say, from gentle to concrete, to someone whose first unmet rule is `rule`."""

    rule: int
    say: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """A plausible slip: the reference with `old` replaced by `new` fails exactly `fails`."""

    name: str
    why: str
    kind: str
    old: str
    new: str
    fails: tuple[str, ...]


@dataclass(frozen=True)
class Equivalent:
    """A mutant that no test can kill, by its stable id, and why none can."""

    mutant: str
    why: str


@dataclass(frozen=True)
class Session:
    """Material for a group: what the session is for, and open questions."""

    goal: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Notes:
    """The teaching notes of one kata (`solutions/<topic>/<kata>.toml`)."""

    level: int
    minutes: int
    rebuilds: str
    original: str
    hints: tuple[Hint, ...]
    mistakes: tuple[Mistake, ...]
    equivalents: tuple[Equivalent, ...]
    session: Session


@dataclass(frozen=True)
class Kata:
    """One kata: its name and where each of its files is."""

    root: Path
    topic: str
    name: str

    @property
    def id(self) -> str:
        return f"{self.topic}/{self.name}"

    @property
    def module(self) -> str:
        return f"katas.{self.topic}.{self.name}"

    @property
    def stub(self) -> Path:
        return self.root / "katas" / self.topic / f"{self.name}.py"

    @property
    def essay(self) -> Path:
        """The essay of its topic."""
        return self.stub.with_name("README.md")

    @property
    def solution(self) -> Path:
        return self.root / "solutions" / self.topic / f"{self.name}.py"

    @property
    def notes_file(self) -> Path:
        return self.root / "solutions" / self.topic / f"{self.name}.toml"

    @property
    def tests(self) -> Path:
        return self.root / "tests" / self.topic / f"test_{self.name}.py"

    @property
    def original_tests(self) -> Path:
        return self.root / "tests" / self.topic / f"original_{self.name}.py"

    @property
    def benchmark(self) -> Path:
        """The workloads of `kata bench`."""
        return self.root / "benchmarks" / self.topic / f"{self.name}.py"

    @property
    def designs(self) -> tuple[Path, ...]:
        """The other sound designs, `<kata>__<design>.py` beside the reference."""
        return tuple(sorted(self.solution.parent.glob(f"{self.name}__*.py")))

    @cached_property
    def notes(self) -> Notes:
        return _read_notes(self.notes_file)

    def statement(self) -> str:
        """Return the module docstring of the stub."""
        return docstring(self.stub)

    def rules(self) -> tuple[Rule, ...]:
        """Return the numbered rules of the stub's statement, in their order."""
        return rules_in(self.statement())


@dataclass(frozen=True)
class Topic:
    """A topic and its katas, in the order in which a learner meets them."""

    root: Path
    name: str
    katas: tuple[Kata, ...]

    @property
    def essay(self) -> Path:
        return self.root / "katas" / self.name / "README.md"


@dataclass(frozen=True)
class Curriculum:
    """All topics, in order."""

    root: Path
    topics: tuple[Topic, ...]

    @classmethod
    def load(cls, root: Path) -> "Curriculum":
        """Read `katas/curriculum.toml` below `root`.

        Raises:
            ContentError: the file is missing, is not TOML, or lacks a field.
        """
        path = root / "katas" / "curriculum.toml"
        topics = []
        for table in _Table(path, read_toml(path)).tables("topic"):
            name = table.text("name")
            katas = tuple(Kata(root, name, kata) for kata in table.texts("katas"))
            topics.append(Topic(root, name, katas))
        return cls(root, tuple(topics))

    @property
    def katas(self) -> tuple[Kata, ...]:
        return tuple(kata for topic in self.topics for kata in topic.katas)

    def find(self, name: str) -> Kata:
        """Return the kata that `name` is, or is an unambiguous part of.

        Raises:
            LookupError: no kata or several katas match; the message lists candidates.
        """
        wanted = name.removeprefix("katas/").removesuffix(".py").replace(".", "/")
        exact = [kata for kata in self.katas if wanted in (kata.id, kata.name)]
        matches = exact or [kata for kata in self.katas if wanted in kata.id]
        if len(matches) == 1:
            return matches[0]
        if matches:
            listed = ", ".join(kata.id for kata in matches)
            raise LookupError(f"{name!r} could be {listed}; give more of the name")
        raise LookupError(f"no kata is called {name!r}; `kata list` shows them all")


def read_text(path: Path) -> str:
    """Return the text of `path`, in the encoding that a Python file declares (UTF-8 by default).

    Raises:
        ContentError: the file is missing, a directory, unreadable or wrongly encoded.
    """
    try:
        with tokenize.open(path) as file:
            return file.read()
    except FileNotFoundError:
        raise ContentError(path, "the file is missing") from None
    except IsADirectoryError:
        raise ContentError(path, "this is a directory; a file is expected") from None
    except (UnicodeDecodeError, SyntaxError):
        raise ContentError(path, "the file is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise ContentError(path, f"cannot be read: {error.strerror}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """Return the parsed TOML file.

    Raises:
        ContentError: the file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(path, f"this is not valid TOML: {error}") from None


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of the Python file `path`.

    Raises:
        ContentError: the file cannot be read, or is not Python; the line is given.
    """
    try:
        return ast.parse(read_text(path), filename=str(path))
    except SyntaxError as error:
        raise ContentError(path, f"syntax error: {error.msg}", error.lineno) from None
    except ValueError as error:  # a null byte, before 3.12
        raise ContentError(path, f"this is not Python source: {error}") from None


def docstring(path: Path) -> str:
    """Return the module docstring of `path`, cleaned of its indentation.

    Raises:
        ContentError: the file is not Python, or has no module docstring.
    """
    text = ast.get_docstring(parse(path))
    if text is None:
        raise ContentError(path, "the module docstring is missing", 1)
    return text


_RULE = re.compile(r"^( *)(\d+)\. (.*(?:\n\1 {2,}\S.*|\n(?=\n\1 {2,}\S))*)", re.MULTILINE)


def rules_in(statement: str) -> tuple[Rule, ...]:
    """Return the rules under the heading `Rules`: `1. text`, continued by deeper indentation."""
    section = re.search(r"^Rules\n(.*?)(?=^\S|\Z)", statement, re.MULTILINE | re.DOTALL)
    if section is None:
        return ()
    return tuple(
        Rule(int(number), re.sub(r"\n[ ]+", "\n", text).strip())
        for _, number, text in _RULE.findall(section[1])
    )


class _Table:
    """Typed access to one TOML table; each wrong field is a ContentError that names it."""

    def __init__(self, path: Path, values: dict[str, Any], where: str = "") -> None:
        self._path = path
        self._values = values
        self._where = where

    def _get(self, field: str, kind: type, expected: str) -> Any:
        name = f"{self._where}{field}"
        if field not in self._values:
            raise ContentError(self._path, f"`{name}` is missing; it must be {expected}")
        value = self._values[field]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ContentError(self._path, f"`{name}` must be {expected}")
        return value

    def text(self, field: str) -> str:
        value: str = self._get(field, str, "a string")
        return value

    def number(self, field: str) -> int:
        value: int = self._get(field, int, "a whole number")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        values = self._get(field, list, "a list of strings")
        if not all(isinstance(value, str) for value in values):
            raise ContentError(self._path, f"`{self._where}{field}` must be a list of strings")
        return tuple(values)

    def table(self, field: str) -> "_Table":
        return _Table(self._path, self._get(field, dict, "a table"), f"{self._where}{field}.")

    def tables(self, field: str) -> "list[_Table]":
        values = self._values.get(field, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise ContentError(self._path, f"`{self._where}{field}` must be a list of tables")
        return [
            _Table(self._path, value, f"{self._where}{field}[{index}].")
            for index, value in enumerate(values, 1)
        ]


def _read_notes(path: Path) -> Notes:
    table = _Table(path, read_toml(path))
    session = table.table("session")
    return Notes(
        level=table.number("level"),
        minutes=table.number("minutes"),
        rebuilds=table.text("rebuilds"),
        original=table.text("original"),
        hints=tuple(Hint(hint.number("rule"), hint.texts("say")) for hint in table.tables("hints")),
        mistakes=tuple(
            Mistake(
                name=mistake.text("name"),
                why=mistake.text("why"),
                kind=mistake.text("kind"),
                old=mistake.text("old"),
                new=mistake.text("new"),
                fails=mistake.texts("fails"),
            )
            for mistake in table.tables("mistakes")
        ),
        equivalents=tuple(
            Equivalent(item.text("mutant"), item.text("why")) for item in table.tables("equivalent")
        ),
        session=Session(session.text("goal"), session.texts("questions")),
    )
