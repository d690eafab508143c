"""Each stage runs inside one wrapper, which is at its first `yield` before anybody gets it.

Idea
    The wrapper takes hold of the input in a `with`, stops inside it at a bare
    `yield` that `consumer` takes, and then delegates to the body of the stage.
    It can end in one way only: through the exit of that `with`.

        made      log <- follow <- parse <- window     each waits at its `yield`
        next()    records flow down, one for one asked
        close()   window, parse, follow, log           GeneratorExit goes up

Why prime what only pulls
    `close` of a generator that has not started runs nothing of it: no `finally`,
    no `with`.  A pipeline given up before its first line would leave the file
    open.

Why errors are values
    A generator that has raised is finished, so one bad line would end the
    stream.  As a field of its record, the error keeps line and place.  `running`
    is a generator, too: after its own error it is over, so that one is raised.

Why aggregate catches GeneratorExit
    To return is as good an answer as to let it out.  And `yield from` would
    lose the result: closing the outer generator closes the inner one, whose
    return value is dropped.

Why not leave closing to `for`, or to the garbage collector
    `for` never closes its iterator.  In CPython the frame that goes drops the last
    reference, mostly; a variable, a traceback or a debugger may hold another.

In CPython
    `gen_close` in `Objects/genobject.c` (3.13) is rule 5 with shortcuts; the
    value of its StopIteration is returned since 3.13 (gh-104770) and was dropped
    before.  `tail --pid` reads "once more to avoid a race condition", too.

Sources
    D. Beazley, "Generator Tricks for Systems Programmers"; PEP 342 (send, close,
    a `consumer`), 380 (`yield from`), 479, 678; GNU coreutils, `src/tail.c`.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from functools import wraps
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

    @wraps(func)
    def primed(*args: _P.args, **kwargs: _P.kwargs) -> Generator[_Y, _S, _R]:
        generator = func(*args, **kwargs)
        next(generator)
        return generator

    return primed


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
    try:
        generator.throw(GeneratorExit)
    except StopIteration as stop:
        result: _R = stop.value
        return result
    except GeneratorExit:
        return None
    raise RuntimeError("generator ignored GeneratorExit")


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
    return _stage(file, _lines(file, wait))


def parse(lines: Iterable[str], parser: Callable[[str], Any]) -> Generator[Record, None, None]:
    """Yield a Record for each of `lines`, with the result or the error of `parser`.

    >>> for record in parse(["1", "one"], int):
    ...     print(record.number, record.line, record.value, repr(record.error))
    1 1 1 None
    2 one None ValueError("invalid literal for int() with base 10: 'one'")
    """
    numbered = enumerate(lines, 1)
    return _stage(lines, (Record(n, line, *_attempt(parser, line)) for n, line in numbered))


def select(
    records: Iterable[Record], predicate: Callable[[Any], object]
) -> Generator[Record, None, None]:
    """Yield those of `records` whose value `predicate` accepts, and those with an error.

    >>> for record in select(parse(["3", "x", "4"], int), lambda value: value > 3):
    ...     print(record.number, record.value)
    2 None
    3 4
    """
    return _stage(records, _selected(records, predicate))


def window(records: Iterable[Record], size: int) -> Generator[Record, None, None]:
    """Yield a record with the last `size` values, as a tuple, for each of `records` that fills it.

    >>> for record in window(parse("1234", int), 3):
    ...     print(record.number, record.value)
    3 (1, 2, 3)
    4 (2, 3, 4)

    Raises:
        ValueError: `size` is less than 1.
    """
    if size < 1:
        raise ValueError("a window holds at least one value")
    return _stage(records, _windows(records, size))


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
    return _aggregated(records, running)


@consumer
def _stage(source: Any, body: Generator[_Y, None, None]) -> Generator[Any, None, None]:
    """Yield what `body` makes of `source`, which is closed at the end, whatever that is."""
    with _closing(source):
        yield
        yield from body


def _lines(file: TextIO, wait: Callable[[], object]) -> Generator[str, None, None]:
    line = ""
    growing: object = True
    while True:
        text = file.readline()
        line += text
        if line.endswith("\n"):
            yield line
            line = ""
        elif not text:
            # After the last `wait`, too: the writer may have written before it went.
            if not growing:
                break
            growing = wait()
    if line:
        yield line


def _selected(
    records: Iterable[Record], predicate: Callable[[Any], object]
) -> Generator[Record, None, None]:
    for record in records:
        if record.error is not None:
            yield record
            continue
        accepted, error = _attempt(predicate, record.value)
        if error is not None:
            yield replace(record, value=None, error=error)
        elif accepted:
            yield record


def _windows(records: Iterable[Record], size: int) -> Generator[Record, None, None]:
    latest: deque[Any] = deque(maxlen=size)
    for record in records:
        if record.error is not None:
            yield record
            continue
        latest.append(record.value)
        if len(latest) == size:
            # A copy: the deque goes on changing, and the record is the caller's.
            yield replace(record, value=tuple(latest))


@consumer
def _aggregated(
    records: Iterable[Record], running: Generator[Any, Any, Any]
) -> Generator[Any, None, Any]:
    """Do as `_stage`, and see that `running` is closed, too, and its result not lost."""
    with _closing(records), _closing(running):
        try:
            yield
            return (yield from _answered(records, running))
        except GeneratorExit:
            return close(running)


def _answered(
    records: Iterable[Record], running: Generator[Any, Any, Any]
) -> Generator[Record, None, Any]:
    """Yield each record with the answer of `running`; return what `running` returns."""
    for record in records:
        if record.error is not None:
            yield record
            continue
        try:
            answer = running.send(record.value)
        except StopIteration as stop:
            # Let out, it would become a RuntimeError (PEP 479): it is not this generator's end.
            return stop.value
        except Exception as error:
            error.add_note(f"in line {record.number}: {record.line!r}")
            raise
        yield replace(record, value=answer)
    return close(running)


def _attempt(function: Callable[[Any], Any], argument: Any) -> tuple[Any, Exception | None]:
    """Return the result of `function` and None, or None and its error."""
    # Only the call stands inside `try`: a `yield` there would take what is thrown in for an error
    # of `function`.
    try:
        return function(argument), None
    except Exception as error:  # noqa: BLE001 - it goes on with the record
        return None, error


def _closing(source: Any) -> AbstractContextManager[Any]:
    """Return a context that closes `source` at its end, if it can be closed."""
    return closing(source) if hasattr(source, "close") else nullcontext()
