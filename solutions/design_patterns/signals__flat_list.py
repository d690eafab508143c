"""One list of receivers in the order of connecting; the dead are swept out at each use.

Idea
    A receiver has a list of its senders.  All are held by references that are
    asked when needed.  There are no keys and no callbacks: what a reference no
    longer finds is over, and the next call drops it.  Identity is asked with
    `is`, so no `id` can be mistaken for another.

Why one would choose it
    It is the shortest right design, and nothing of it runs at odd moments, as
    callbacks of weak references do.  For a signal with a handful of
    connections it is fast enough.  With thousands of senders, each `send`
    walks through the connections of all of them, where the reference looks at
    two buckets.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from types import MethodType
from typing import Any, TypeVar
from weakref import WeakMethod, ref

F = TypeVar("F", bound=Callable[..., Any])

# Stands for every sender.
ANY: Any = object()


class Signal:
    """One kind of event, to which receivers connect, and which senders send.

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
        self._receivers: list[_Receiver] = []

    @property
    def receivers(self) -> Collection[Any]:
        """True if anything is connected; what it holds is not promised."""
        self._sweep()
        return self._receivers

    def connect(self, receiver: F, sender: Any = ANY, weak: bool = True) -> F:
        """Call `receiver` for each `send` of `sender`, and return it.

        Raises:
            TypeError: `weak`, and there are no weak references to `receiver`.
        """
        find = _reference(receiver) if weak else lambda: receiver
        mine = self._known(receiver)
        if mine is None:
            mine = _Receiver(find)
            self._receivers.append(mine)
        mine.find = find
        if not any(known.is_that(sender) for known in mine.senders):
            mine.senders.append(_Sender(sender))
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
        if mine := self._known(receiver):
            # Kept until all is in order: the end of a sender may call the signal.
            _held = mine.senders
            mine.senders = (
                [] if sender is ANY else [s for s in mine.senders if not s.is_that(sender)]
            )
            self._sweep()

    def receivers_for(self, sender: Any) -> Iterator[Callable[..., Any]]:
        """Yield the receivers that `send(sender)` would call."""
        self._sweep()
        for each in [each for each in self._receivers if each.hears(sender)]:
            if each.is_connected() and (receiver := each.find()) is not None:
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

    def _known(self, receiver: Any) -> "_Receiver | None":
        self._sweep()
        return next((each for each in self._receivers if _same(each.find(), receiver)), None)

    def _sweep(self) -> None:
        for each in list(self._receivers):
            if not each.is_connected():
                self._receivers.remove(each)


class _Receiver:
    """A receiver and the senders that it is connected to."""

    def __init__(self, find: Callable[[], Any]) -> None:
        self.find = find
        self.senders: list[_Sender] = []

    def is_connected(self) -> bool:
        self.senders = [sender for sender in self.senders if sender.lives()]
        return bool(self.senders) and self.find() is not None

    def hears(self, sender: Any) -> bool:
        return any(mine.is_that(ANY) or mine.is_that(sender) for mine in self.senders)


class _Sender:
    """A sender, held weakly where that is possible and right."""

    def __init__(self, sender: Any) -> None:
        self._reference: Callable[[], Any] | None = None
        self._kept = sender
        # An equal `str` or `int` may come when this one is gone.
        if not isinstance(sender, str | int):
            with suppress(TypeError):
                self._reference, self._kept = _reference(sender), None

    def lives(self) -> bool:
        return self._reference is None or self._reference() is not None

    def is_that(self, sender: Any) -> bool:
        if self._reference is not None:
            return sender is not None and _same(self._reference(), sender)
        if isinstance(self._kept, str | int) and isinstance(sender, str | int):
            return self._kept == sender
        return self._kept is sender


def _reference(thing: Any) -> Callable[[], Any]:
    return WeakMethod(thing) if isinstance(thing, MethodType) else ref(thing)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, MethodType) and isinstance(other, MethodType):
        return one.__self__ is other.__self__ and one.__func__ is other.__func__
    return one is other
