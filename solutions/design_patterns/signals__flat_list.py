"""One list of connections in the order of connecting; the dead are swept out at each use.

Idea
    A connection is a receiver and a sender, each held by a reference that is
    asked when needed.  There are no keys and no callbacks: a reference that
    answers None is a connection that is over, and the next call drops it.
    Identity is asked with `is`, so no `id` can be mistaken for another.

Why one would choose it
    It is the shortest right design, and nothing of it runs at odd moments, as
    callbacks of weak references do.  For a signal with a handful of
    connections it is fast enough.  With thousands of senders, each `send`
    walks through the connections of all of them, where the reference looks at
    two buckets.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import MethodType
from typing import Any, TypeVar
from weakref import WeakMethod, ref

F = TypeVar("F", bound=Callable[..., Any])

# Stands for every sender.
ANY: Any = object()


class Signal:
    """One kind of event, to which receivers connect, and which senders send.

    `send` costs O(r log r) for the r receivers that are called, whatever else is connected.

    >>> saved = Signal("after a document is saved")
    >>> @saved.connect
    ... def log(sender, size):
    ...     return f"{sender}: {size}"
    >>> [answer for _, answer in saved.send("notes.txt", size=12)]
    ['notes.txt: 12']
    """

    def __init__(self, doc: str | None = None) -> None:
        if doc is not None:
            self.__doc__ = doc
        self._connections: list[_Connection] = []

    @property
    def receivers(self) -> Collection[Any]:
        """True if anything is connected; what it holds is not promised."""
        self._sweep()
        return self._connections

    def connect(self, receiver: F, sender: Any = ANY, weak: bool = True) -> F:
        """Call `receiver` for each `send` of `sender`, and return it.

        Raises:
            TypeError: `weak`, and there are no weak references to `receiver`.
        """
        find = _reference(receiver) if weak else lambda: receiver
        self._sweep()
        for connection in self._connections:
            if _same(connection.find(), receiver):
                connection.find = find
        if not any(connection.joins(receiver, sender) for connection in self._connections):
            self._connections.append(_Connection(find, sender))
        return receiver

    def connect_via(self, sender: Any, weak: bool = False) -> Callable[[F], F]:
        """Return a decorator that connects a function to `sender`."""
        return lambda receiver: self.connect(receiver, sender, weak)

    @contextmanager
    def connected_to(self, receiver: Callable[..., Any], sender: Any = ANY) -> Iterator[None]:
        """Connect `receiver`, held strongly, for the time of a `with` block."""
        self.connect(receiver, sender, weak=False)
        try:
            yield
        finally:
            self.disconnect(receiver)

    def disconnect(self, receiver: Callable[..., Any], sender: Any = ANY) -> None:
        """Undo `connect(receiver, sender)`; with `ANY`, all connections of `receiver`."""
        self._connections = [
            connection
            for connection in self._connections
            if not (
                _same(connection.find(), receiver)
                if sender is ANY
                else connection.joins(receiver, sender)
            )
        ]

    def receivers_for(self, sender: Any) -> Iterator[Callable[..., Any]]:
        """Yield the receivers that `send(sender)` would call."""
        self._sweep()
        for turn in self._turns(sender):
            receiver = turn.find()
            if receiver is not None and _among(self._connections, receiver):
                yield receiver

    def send(self, sender: Any = None, /, **kwargs: Any) -> list[tuple[Callable[..., Any], Any]]:
        """Call each receiver for `sender`; return pairs of the receiver and its result."""
        return [(receiver, receiver(sender, **kwargs)) for receiver in self.receivers_for(sender)]

    def send_robust(
        self, sender: Any = None, /, **kwargs: Any
    ) -> list[tuple[Callable[..., Any], Any]]:
        """Like `send`, with an exception in the place of the result of who raised it."""
        pairs: list[tuple[Callable[..., Any], Any]] = []
        for receiver in self.receivers_for(sender):
            try:
                pairs.append((receiver, receiver(sender, **kwargs)))
            except Exception as error:  # noqa: BLE001  # it is the caller's now
                pairs.append((receiver, error))
        return pairs

    def _turns(self, sender: Any) -> list["_Connection"]:
        wanted = [c for c in self._connections if c.is_for(sender)]
        turns: list[_Connection] = []
        # In the order of all connections: a receiver's first one is its place.
        for connection in self._connections:
            receiver = connection.find()
            if _among(wanted, receiver) and not _among(turns, receiver):
                turns.append(connection)
        return turns

    def _sweep(self) -> None:
        self._connections = [c for c in self._connections if c.lives()]


class _Connection:
    """A receiver and a sender, for as long as both are there."""

    def __init__(self, find: Callable[[], Any], sender: Any) -> None:
        self.find = find
        try:
            self._find_sender = _reference(sender)
        except TypeError:
            self._find_sender = lambda: sender
        self._to_none = sender is None

    def lives(self) -> bool:
        return self.find() is not None and (self._to_none or self._find_sender() is not None)

    def joins(self, receiver: Any, sender: Any) -> bool:
        return _same(self.find(), receiver) and _same(self._find_sender(), sender)

    def is_for(self, sender: Any) -> bool:
        mine = self._find_sender()
        return mine is ANY or _same(mine, sender)


def _reference(thing: Any) -> Callable[[], Any]:
    return WeakMethod(thing) if isinstance(thing, MethodType) else ref(thing)


def _among(connections: list[_Connection], receiver: Any) -> bool:
    return any(_same(connection.find(), receiver) for connection in connections)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, MethodType) and isinstance(other, MethodType):
        return one.__self__ is other.__self__ and one.__func__ is other.__func__
    if isinstance(one, str | int) and isinstance(other, str | int):
        return one == other
    return one is other
