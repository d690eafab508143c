"""Follow a growing log through stages that are generators, as through a Unix pipe.

Rebuilds `tail -f log | grep … | awk …` inside one program.  The stages and
`follow` are David Beazley's ("Generator Tricks for Systems Programmers"),
`consumer` is that of more_itertools, and `close` does on every version what
`generator.close()` does since 3.13.  A shell pipe also ends well: when one
program goes, the others notice.  Generators can do that, too, but not by
themselves.

Rules
    1. `follow(file, wait)` yields the lines of `file`, from where it stands, each
       with its newline.  It reads with `file.readline()`, which returns a line, the
       beginning of one, or "" where nothing more is written yet.  There it calls
       `wait()` and reads on; the beginning of a line is kept until its rest is
       there.  Once `wait()` returns something false, the writer is gone: what has
       been written meanwhile is handed out, at last a line without newline, too,
       and then `follow` ends.  It waits only where there is nothing to read.
    2. `parse(lines, parser)` yields a `Record` for each line: its number, from 1,
       the line as it came, and what `parser(line)` returns as its value.  An
       `Exception` of the parser does not end the stream: that object becomes the
       record's error, the value is None, and the next line is parsed.
    3. `select(records, predicate)` yields those records for whose value `predicate`
       returns something true.  If it raises an `Exception`, the record goes on with
       that error and the value None.  A record with an error is handed on as it is,
       in its place; this holds for all later stages, too, and no function sees it.
    4. `window(records, size)` yields a record for each from the `size`th on, with the
       last `size` values as a tuple, the newest at its end; number and line are
       those of the newest.  Records with an error do not count.  A `size` below 1 is
       a `ValueError` at the call.
    5. `consumer(func)` is a decorator for generator functions, which keep their
       arguments and looks (`functools.wraps`): their generators have run up to the
       first `yield`, and take a `send`.  `close(generator)` raises GeneratorExit at
       the `yield` where the generator waits, and returns what the generator
       returns then; or None if it lets GeneratorExit out, has not started or has
       ended before.  Another error comes out; if it yields, that is a `RuntimeError`.
    6. `aggregate(records, running)` sends each value to `running`, a primed
       generator, and yields the record with the answer as its value.  At the end of
       `records` it closes `running` and returns what that returns, for
       `yield from` or whoever looks into StopIteration.  If `running` returns before
       the end, so does the stage, with the same result.  An `Exception` of `running`
       comes out as the same object, with a note (`add_note`) that holds the
       record's number and line; what is no `Exception` comes out as it is.
    7. Stages are lazy.  Making one reads and calls nothing.  For each item that it
       yields it takes only the input that this one needs, one by one.  It keeps
       nothing else, so that the memory needed does not grow with the log.
    8. However a stage ends, it closes what it reads from (if that has a `close`) once,
       then and there, whoever else refers to it, and `aggregate` closes `running`, too.
       It may end with its input, by an error (which comes out as it is), or by
       `close`, which works before the first item, too.  So closing the last stage
       closes the whole pipeline down to the file, even if one of them fails at that.
       `close(stage)` of an `aggregate` returns what `running` returns.

Left out
    Log files that are rotated or cut short (`tail -F`), files of bytes, stages that
    run in parallel as the programs of a pipe do, and pipes that branch (`tee`).
    The priority of errors when several stages fail at their clean-up.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, ParamSpec, TextIO, TypeVar

_P = ParamSpec("_P")
_Y = TypeVar("_Y")
_S = TypeVar("_S")
_R = TypeVar("_R")


@dataclass(frozen=True)
class Record:
    """A line on its way through the pipeline: what became of it, or the error that it caused."""

    number: int
    line: str
    value: Any = None
    error: Exception | None = None


def consumer(func: Callable[_P, Generator[_Y, _S, _R]]) -> Callable[_P, Generator[_Y, _S, _R]]:
    """Return `func` so changed that its generators wait at their first `yield`, ready for `send`.

    >>> @consumer
    ... def doubler():
    ...     number = yield
    ...     while True:
    ...         number = yield 2 * number
    >>> doubler().send(21)
    42
    """
    raise NotImplementedError


def close(generator: Generator[Any, Any, _R]) -> _R | None:
    """Close `generator` and return what it returns, or None if it lets GeneratorExit out.

    >>> def collect():
    ...     seen = []
    ...     try:
    ...         while True:
    ...             seen.append((yield))
    ...     except GeneratorExit:
    ...         return seen
    >>> collector = collect()
    >>> next(collector)
    >>> collector.send("a")
    >>> close(collector), close(collector)
    (['a'], None)

    Raises:
        RuntimeError: `generator` yields instead of ending.
    """
    raise NotImplementedError


def follow(file: TextIO, wait: Callable[[], object]) -> Generator[str, None, None]:
    r"""Yield the lines of `file` while it grows; call `wait` at its end, until that says no.

    >>> class Log:
    ...     parts = iter(["GET /\n", "POST", "", " /form\n"])
    ...
    ...     def readline(self):
    ...         return next(self.parts, "")
    ...
    ...     def close(self):
    ...         print("closed")
    >>> for line in follow(Log(), iter([True, False]).__next__):
    ...     print(line, end="")
    GET /
    POST /form
    closed
    """
    raise NotImplementedError


def parse(lines: Iterable[str], parser: Callable[[str], Any]) -> Generator[Record, None, None]:
    """Yield a Record for each of `lines`, with the result or the error of `parser`.

    >>> for record in parse(["1", "one"], int):
    ...     print(record.number, record.line, record.value, repr(record.error))
    1 1 1 None
    2 one None ValueError("invalid literal for int() with base 10: 'one'")
    """
    raise NotImplementedError


def select(
    records: Iterable[Record], predicate: Callable[[Any], object]
) -> Generator[Record, None, None]:
    """Yield those of `records` whose value `predicate` accepts, and those with an error.

    >>> for record in select(parse(["3", "x", "4"], int), lambda value: value > 3):
    ...     print(record.number, record.value)
    2 None
    3 4
    """
    raise NotImplementedError


def window(records: Iterable[Record], size: int) -> Generator[Record, None, None]:
    """Yield a record with the last `size` values, as a tuple, for each of `records` that fills it.

    >>> for record in window(parse("1234", int), 3):
    ...     print(record.number, record.value)
    3 (1, 2, 3)
    4 (2, 3, 4)

    Raises:
        ValueError: `size` is less than 1.
    """
    raise NotImplementedError


def aggregate(
    records: Iterable[Record], running: Generator[Any, Any, Any]
) -> Generator[Record, None, Any]:
    """Yield `records` with what `running` answers when it is sent their value; return its result.

    >>> @consumer
    ... def total():
    ...     amount = 0
    ...     try:
    ...         while True:
    ...             amount += yield amount
    ...     except GeneratorExit:
    ...         return f"{amount} in all"
    >>> totals = aggregate(parse("1234", int), total())
    >>> next(totals).value, next(totals).value
    (1, 3)
    >>> close(totals)
    '3 in all'
    """
    raise NotImplementedError
