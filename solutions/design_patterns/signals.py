"""Keys for identity, weak references for life, and two maps that agree.

Idea
    A receiver has one entry, however many senders it is connected to.  Each
    sender has a bucket of entries; `ANY` is a sender like others here.

        connect(f)            by sender   ANY: {f}
        connect(g, s)                     ANY: {f}   s: {g}
        connect(f, s)                     ANY: {f}   s: {g, f}
        send(s)                           {f} | {g, f}, by number: f, g
        `s` dies                          ANY: {f}        g has no sender left

    Every connection ends in `_unlink`, which drops what has no partner left.
    `send` costs O(r log r) for r receivers called, whatever else is connected.

Why keys and not the objects themselves
    Dictionaries compare by equality, and two equal lists are two senders.
    An `id` is right only while its object lives, so each key stands beside a
    weak reference whose callback removes it, or beside the object.  It is in
    a tuple, as it would equal an int that is a sender and so its own key.

Why not `weakref.WeakSet`
    It compares by equality, too, and a weak reference to `obj.method`, a new
    object each time, is dead at once.  `WeakMethod` lives as long as both
    the object and the function do.

Why fill first
    Between any two lines the collector may run, and callbacks change the maps.
    So `connect` fills an entry or bucket, which may just have been dropped as
    empty, and then puts it in its place; and `_unlink` may come twice.

Why a generator
    A weak reference is made strong only at the receiver's turn, when it may
    be disconnected.  The list of entries is made before: nobody changes it.

In blinker
    `blinker/base.py` (1.9) has these maps, of ids in sets: its order is open.
    It leaves empty sets, which makes connecting again faster.
    `send_robust` is Django's; see its documentation, and that of `weakref`.
"""

from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from inspect import ismethod
from itertools import count
from operator import attrgetter
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
        self._entries: dict[Hashable, _Entry] = {}
        self._by_sender: dict[Hashable, set[_Entry]] = {}
        self._senders: dict[Hashable, Any] = {}  # a weak reference, or what has none
        self._numbers = count()

    @property
    def receivers(self) -> Collection[Any]:
        """True if anything is connected; what it holds is not promised."""
        return self._entries

    def connect(self, receiver: F, sender: Any = ANY, weak: bool = True) -> F:
        """Call `receiver` for each `send` of `sender`, and return it.

        Raises:
            TypeError: `weak`, and there are no weak references to `receiver`.
        """
        key, sender_key = _key(receiver), _sender_key(sender)
        # First, since it may raise.
        find = _weak(receiver, lambda _: self._receiver_died(key)) if weak else lambda: receiver
        entry = self._entries.get(key) or _Entry(key, next(self._numbers))
        # In the place of the old reference, which is dropped before it can call back.
        entry.find = find
        entry.senders.add(sender_key)
        self._entries[key] = entry
        bucket = self._by_sender.get(sender_key, set())
        bucket.add(entry)
        self._by_sender[sender_key] = bucket
        try:
            self._senders[sender_key] = _weak(sender, lambda _: self._sender_died(sender_key))
        except TypeError:
            self._senders[sender_key] = sender
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
        entry = self._entries.get(_key(receiver))
        if entry is None:
            return
        if sender is ANY:
            self._unlink_all(entry)
        elif (sender_key := _sender_key(sender)) in entry.senders:
            self._unlink(entry, sender_key)

    def receivers_for(self, sender: Any) -> Iterator[Callable[..., Any]]:
        """Yield the receivers that `send(sender)` would call."""
        for_all = self._by_sender.get(_sender_key(ANY), set())
        for_sender = self._by_sender.get(_sender_key(sender), set())
        for entry in sorted(for_all | for_sender, key=attrgetter("number")):
            if entry.senders and (receiver := entry.find()) is not None:
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

    def _receiver_died(self, key: Hashable) -> None:
        # No entry: it was disconnected, but a `receivers_for` still holds the reference.
        if (entry := self._entries.get(key)) is not None:
            self._unlink_all(entry)

    def _sender_died(self, sender_key: Hashable) -> None:
        for entry in tuple(self._by_sender.get(sender_key, ())):
            self._unlink(entry, sender_key)

    def _unlink_all(self, entry: "_Entry") -> None:
        for sender_key in tuple(entry.senders):
            self._unlink(entry, sender_key)

    def _unlink(self, entry: "_Entry", sender_key: Hashable) -> None:
        entry.senders.discard(sender_key)
        bucket = self._by_sender.get(sender_key, set())
        bucket.discard(entry)
        if not bucket:
            self._by_sender.pop(sender_key, None)
            # Let go of at the return, when all maps agree: its `__del__` may call the signal.
            _held = self._senders.pop(sender_key, None)
        if not entry.senders:
            self._entries.pop(entry.key, None)


class _Entry:
    """A receiver, as long as it is connected to a sender."""

    def __init__(self, key: Hashable, number: int) -> None:
        self.key = key
        self.number = number
        self.senders: set[Hashable] = set()
        self.find: Callable[[], Callable[..., Any] | None]


def _sender_key(sender: Any) -> Hashable:
    # A `str` or `int` is its own key, and thereby kept, with or without weak references.
    return sender if isinstance(sender, str | int) else _key(sender)


def _key(thing: Any) -> Hashable:
    if ismethod(thing):
        return id(thing.__func__), id(thing.__self__)
    return (id(thing),)


def _weak(thing: Any, died: Callable[[Any], None]) -> ref[Any]:
    return WeakMethod(thing, died) if ismethod(thing) else ref(thing, died)
