"""The learner's history: every run and every text that a command put aside, in one SQLite file.

SQLite writes whole transactions or nothing, waits for another runner that is writing, and is in
the standard library.  The file is `.kata/history.sqlite` in the repository's folder and goes
nowhere else; deleting the folder forgets everything.
"""

import hashlib
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kata_runner.verdict import Verdict

_SCHEMA = """
create table if not exists text (hash text primary key, content blob not null);
create table if not exists attempt (
    id integer primary key,
    time text not null,
    kata text not null,
    text text not null references text (hash),
    tests text not null,
    done integer not null,
    rules text
);
create index if not exists attempt_by_kata on attempt (kata, id);
create table if not exists hint (kata text, rule integer, shown integer, primary key (kata, rule));
"""


class ProgressError(Exception):
    """The history cannot be read or written; the message is one line."""


@dataclass(frozen=True)
class Attempt:
    """One text of a kata: when it was run or put aside, and what the run found.

    `rules` maps the number of a rule to its outcome; it is empty for a text that was put aside
    without a run.
    """

    id: int
    time: datetime
    kata: str
    text_hash: str
    tests_hash: str
    done: bool
    rules: dict[int, str]


class Progress:
    """The history below `root`; each method is one transaction.

    A damaged file is put aside, and a new history begun; `say` is told so.
    """

    def __init__(self, root: Path, say: Callable[[str], object] = print) -> None:
        self._path = root / ".kata" / "history.sqlite"
        self._say = say

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(exist_ok=True)
            with closing(self._connect()) as database, database:
                yield database
        except (sqlite3.Error, OSError) as error:
            raise ProgressError(f"{self._path}: the history cannot be used: {error}") from None

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.OperationalError:  # locked, no space, not readable: the file itself is sound
            raise
        except sqlite3.DatabaseError as error:
            kept = self._put_aside()
            why = " ".join(str(error).split())
            self._say(f"the history was damaged ({why}); a new one begins, the old is {kept}")
            return self._open()

    def _open(self) -> sqlite3.Connection:
        # 10 s: how long one runner waits while another one writes.
        database = sqlite3.connect(self._path, timeout=10.0)
        with ExitStack() as on_error:
            on_error.callback(database.close)
            (found,) = database.execute("pragma quick_check(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(found)
            database.executescript(_SCHEMA)
            on_error.pop_all()
        return database

    def _put_aside(self) -> Path:
        for number in itertools.count(1):
            kept = self._path.with_name(f"history-damaged-{number}.sqlite")
            if not kept.exists():
                self._path.rename(kept)
                # It belongs to that file; SQLite would roll the new one back by it.
                journal = self._path.with_name("history.sqlite-journal")
                if journal.exists():
                    journal.rename(kept.with_name(f"{kept.name}-journal"))
                return kept
        raise AssertionError("count has no end")

    def keep(self, kata: str, text: bytes, tests: bytes, verdict: Verdict | None = None) -> int:
        """Record `text`, with what `verdict` says of it; return the number of the attempt."""
        rules = None
        if verdict is not None:
            numbers = {result.test.rule for result in verdict.results}
            found = {n: verdict.rule_outcome(n) for n in numbers if n is not None}
            rules = json.dumps(found, sort_keys=True)
        with self._database() as database:
            database.execute("insert or ignore into text values (?, ?)", (_hash(text), text))
            row = (
                datetime.now(UTC).isoformat(timespec="seconds"),
                kata,
                _hash(text),
                _hash(tests),
                verdict is not None and verdict.done,
                rules,
            )
            cursor = database.execute(
                "insert into attempt (time, kata, text, tests, done, rules)"
                " values (?, ?, ?, ?, ?, ?)",
                row,
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def attempts(self, kata: str | None = None) -> list[Attempt]:
        """Return all attempts, or those of one kata, oldest first."""
        if not self._path.exists():
            return []
        with self._database() as database:
            rows = database.execute(
                "select id, time, kata, text, tests, done, rules from attempt"
                " where :kata is null or kata = :kata order by id",
                {"kata": kata},
            ).fetchall()
        return [
            Attempt(
                number,
                datetime.fromisoformat(time),
                name,
                text,
                tests,
                bool(done),
                {int(rule): outcome for rule, outcome in json.loads(rules or "{}").items()},
            )
            for number, time, name, text, tests, done, rules in rows
        ]

    def text(self, attempt: Attempt) -> bytes:
        """Return the text of `attempt`, byte for byte."""
        with self._database() as database:
            row = database.execute(
                "select content from text where hash = ?", (attempt.text_hash,)
            ).fetchone()
        content: bytes = row[0]
        return content

    def is_done(self, kata: str) -> bool:
        return any(attempt.done for attempt in self.attempts(kata))

    def current(self) -> str | None:
        """Return the kata that was run last."""
        attempts = self.attempts()
        return attempts[-1].kata if attempts else None

    def next_hint(self, kata: str, rule: int, available: int) -> int:
        """Return how many hints for `rule` to show now: one more than last time, if there is."""
        with self._database() as database:
            row = database.execute(
                "select shown from hint where kata = ? and rule = ?", (kata, rule)
            ).fetchone()
            shown = min((row[0] if row else 0) + 1, available)
            database.execute("insert or replace into hint values (?, ?, ?)", (kata, rule, shown))
        return shown


def hash_of(path: Path) -> str:
    """Return the hash under which the content of `path` is recorded; empty if it is missing."""
    return _hash(path.read_bytes()) if path.is_file() else ""


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
