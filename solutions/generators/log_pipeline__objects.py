"""Stages that are objects: what a generator keeps in its frame stands in their fields.

Idea
    `collections.abc.Generator` makes a stage of `send` and `throw`: iteration is
    `send(None)`, `close` is `throw(GeneratorExit)`.  A class says how to make the
    next item (`_step`) and what to close (`_end`); the rest is the same for all.
    There is no "not started yet": arguments are checked and kept at once, and a
    stage can be closed at once.

    In a method, StopIteration is an ordinary exception (PEP 479 is about
    generators), so that of `running`, with its result, is that of the stage.

Why one would choose it
    A stage can have further methods (how many lines failed, how full is the
    window), be inspected, subclassed, or saved.  The price: what a generator
    does by itself is written out, the place where it goes on and being over after
    an error.  And an object that is dropped is not closed, where CPython closes
    a generator.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
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
    return _Follow(file, wait)


def parse(lines: Iterable[str], parser: Callable[[str], Any]) -> Generator[Record, None, None]:
    """Yield a Record for each of `lines`, with the result or the error of `parser`.

    >>> for record in parse(["1", "one"], int):
    ...     print(record.number, record.line, record.value, repr(record.error))
    1 1 1 None
    2 one None ValueError("invalid literal for int() with base 10: 'one'")
    """
    return _Parse(lines, parser)


def select(
    records: Iterable[Record], predicate: Callable[[Any], object]
) -> Generator[Record, None, None]:
    """Yield those of `records` whose value `predicate` accepts, and those with an error.

    >>> for record in select(parse(["3", "x", "4"], int), lambda value: value > 3):
    ...     print(record.number, record.value)
    2 None
    3 4
    """
    return _Select(records, predicate)


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
    return _Window(records, size)


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
    return _Aggregate(records, running)


class _Stage(Generator[_Y, None, Any]):
    """A stage that reads from `source`; after `_end` it yields nothing more."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._over = False

    def _step(self) -> _Y:
        """Return the next item, or raise StopIteration with the result."""
        raise StopIteration

    def _end(self) -> Any:
        """Close what has to be closed, and return the result."""
        over, self._over = self._over, True
        if not over and hasattr(self._source, "close"):
            self._source.close()

    def send(self, value: None) -> _Y:  # noqa: ARG002 - a stage takes nothing
        if self._over:
            raise StopIteration
        try:
            return self._step()
        except BaseException:
            self._end()
            raise

    def throw(self, typ: Any, val: Any = None, tb: Any = None) -> _Y:  # noqa: ARG002
        result = self._end()
        # The class, as `close` throws it; the form with three arguments is deprecated.
        raise StopIteration(result) if typ is GeneratorExit else typ


class _Follow(_Stage[str]):
    def __init__(self, file: TextIO, wait: Callable[[], object]) -> None:
        super().__init__(file)
        self._wait = wait
        self._begun: list[str] = []
        self._growing: object = True

    def _step(self) -> str:
        while True:
            text = self._source.readline()
            self._begun.append(text)
            if not text and self._growing:
                self._growing = self._wait()
            elif text.endswith("\n") or not text:
                line = "".join(self._begun)
                self._begun.clear()
                if line:
                    return line
                raise StopIteration


class _Parse(_Stage[Record]):
    def __init__(self, lines: Iterable[str], parser: Callable[[str], Any]) -> None:
        super().__init__(lines)
        self._lines = enumerate(lines, 1)
        self._parser = parser

    def _step(self) -> Record:
        number, line = next(self._lines)
        try:
            return Record(number, line, self._parser(line))
        except Exception as error:  # noqa: BLE001 - it goes on with the record
            return Record(number, line, error=error)


class _Select(_Stage[Record]):
    def __init__(self, records: Iterable[Record], predicate: Callable[[Any], object]) -> None:
        super().__init__(records)
        self._records = iter(records)
        self._predicate = predicate

    def _step(self) -> Record:
        for record in self._records:
            try:
                if record.error is not None or self._predicate(record.value):
                    return record
            except Exception as error:  # noqa: BLE001 - it goes on with the record
                return Record(record.number, record.line, error=error)
        raise StopIteration


class _Window(_Stage[Record]):
    def __init__(self, records: Iterable[Record], size: int) -> None:
        super().__init__(records)
        self._records = iter(records)
        self._latest: deque[Any] = deque()
        self._size = size

    def _step(self) -> Record:
        for record in self._records:
            if record.error is not None:
                return record
            self._latest.append(record.value)
            if len(self._latest) == self._size:
                values = tuple(self._latest)
                self._latest.popleft()
                return Record(record.number, record.line, values)
        raise StopIteration


class _Aggregate(_Stage[Record]):
    def __init__(self, records: Iterable[Record], running: Generator[Any, Any, Any]) -> None:
        super().__init__(records)
        self._records = iter(records)
        self._running = running

    def _step(self) -> Record:
        for record in self._records:
            if record.error is not None:
                return record
            try:
                return Record(record.number, record.line, self._running.send(record.value))
            except StopIteration:
                raise
            except Exception as error:
                error.add_note(f"while aggregating {record.line!r} (line {record.number})")
                raise
        raise StopIteration(close(self._running))

    def _end(self) -> Any:
        try:
            return close(self._running)
        finally:
            super()._end()
