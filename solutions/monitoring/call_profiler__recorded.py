"""Write down what happens, and work it out afterwards.

Idea
    The profile function does as little as it can: it appends the time and what
    has begun, or None for an end.  `create_stats` plays the record back:

        1 work   2 once   3 -   4 -        two calls, one inside the other

    A call is then an index into the record with a parent, and everything else
    (own time, recursion, callers) is arithmetic over a tree of calls.

When one would choose it
    If the tree itself is wanted: a flame graph or a time line needs each call and
    not their sums, and can be made of the same record.  An event costs less while
    the program runs.  The price is memory without a bound, some hundred bytes for
    each call, so that it is no tool for a server.

Sources
    The documentation of `sys.setprofile`; viztracer records in this way.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any, Self

# File, first line and name; of what is not written in Python: "~", 0 and its description.
Function = tuple[str, int, str]
_Numbers = tuple[int, int, float, float]


class Profile:
    """Counts and times all calls that one thread makes while it is enabled.

    `stats`, once `create_stats` was called, is what `pstats.Stats` reads.

    >>> with Profile() as profile:
    ...     numbers = sorted([3, 1, 2])
    >>> profile.create_stats()
    >>> calls, _, _, _, _ = profile.stats["~", 0, "<built-in method builtins.sorted>"]
    >>> calls
    1
    """

    stats: "dict[Function, tuple[int, int, float, float, dict[Function, _Numbers]]]"

    def __init__(self, timer: Callable[[], float] = time.perf_counter) -> None:
        self._timer = timer
        # A time, and what began, or None for an end.  Each time of being enabled is one record.
        self._records: list[list[tuple[float, Any]]] = []
        self._note: Any = None

    def enable(self) -> None:
        """Profile this thread from here on, in the place of any other profiler."""
        record: list[tuple[float, Any]] = []
        self._records.append(record)
        timer, append = self._timer, record.append

        def note(frame: FrameType, event: str, argument: Any) -> None:
            now = timer()
            if event == "call":
                append((now, frame.f_code))
            elif event == "c_call":
                # Not the method itself, which would keep its object alive.
                append((now, _description(argument)))
            else:
                append((now, None))

        sys.setprofile(note)
        self._note = note

    def disable(self) -> None:
        """Profile no more; calls that are not over count up to here."""
        if self._note is not None and sys.getprofile() is self._note:
            sys.setprofile(None)
        # Ends of what is still running: as many as there can be.
        if self._records and (record := self._records[-1]):
            now = self._timer()
            record.extend([(now, None)] * sum(began is not None for _, began in record))

    def runcall(self, func: Callable[..., Any], /, *args: Any, **kw: Any) -> Any:
        """Return `func(*args, **kw)`, profiled."""
        with self:
            return func(*args, **kw)

    def create_stats(self) -> None:
        """Stop, and set `stats` to what was found so far."""
        self.disable()
        calls = [call for record in self._records for call in _calls(record)]
        self.stats = {}
        for key, (nested, count, own, whole) in _sums(calls, lambda call: call.key).items():
            self.stats[key] = (count - nested, count, own, whole, {})
        pairs = _sums(calls, lambda call: call.parent and (call.parent.key, call.key))
        for (caller, key), (nested, count, own, whole) in pairs.items():
            self.stats[key][-1][caller] = (count, count - nested, own, whole)

    def __enter__(self) -> Self:
        self.enable()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.disable()


@dataclass
class _Call:
    """A call, in the tree of all calls."""

    key: Function
    parent: "_Call | None"
    begin: float
    end: float = 0.0
    inside: float = 0.0


def _calls(record: list[tuple[float, Any]]) -> Iterator[_Call]:
    """Yield the calls of a record, each after those that it has made."""
    running: _Call | None = None
    for now, began in record:
        if began is not None:
            running = _Call(_label(began), running, now)
        elif running is not None:
            running.end = now
            yield running
            if running.parent is not None:
                running.parent.inside += now - running.begin
            running = running.parent


def _sums(
    calls: list[_Call], group: Callable[[_Call], Any]
) -> dict[Any, tuple[int, int, float, float]]:
    """Return for each group: nested calls, all calls, own time, whole time."""
    sums: dict[Any, tuple[int, int, float, float]] = {}
    for call in calls:
        if (name := group(call)) is not None:
            nested, count, own, whole = sums.get(name, (0, 0, 0.0, 0.0))
            time_taken = call.end - call.begin
            own += time_taken - call.inside
            if any(group(above) == name for above in _above(call)):
                nested += 1
            else:
                whole += time_taken
            sums[name] = (nested, count + 1, own, whole)
    return sums


def _above(call: _Call) -> Iterator[_Call]:
    while (parent := call.parent) is not None:
        yield parent
        call = parent


def _description(function: Any) -> str:
    if function.__module__:
        return f"<built-in method {function.__module__}.{function.__name__}>"
    # What the type has, since the method that was called is another object each time.
    spaces = (vars(base) for base in type(function.__self__).__mro__)
    found = next((space[function.__name__] for space in spaces if function.__name__ in space), None)
    try:
        return f"<built-in method {function.__name__}>" if found is None else repr(found)
    except Exception:  # noqa: BLE001 - the profiler must not change what the program does
        return f"<built-in method {function.__name__}>"


def _label(began: Any) -> Function:
    if isinstance(began, CodeType):
        return began.co_filename, began.co_firstlineno, began.co_name
    return "~", 0, began
