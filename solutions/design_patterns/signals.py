"""Keys for identity, weak references for life, and two maps that agree.

Idea
    A receiver has one entry, however many senders it is connected to.  Each
    sender has a bucket of entries; `ANY` is a sender like others here.

        connect(f)            by sender   ANY: {f}
        connect(g, s)                     ANY: {f}   s: {g}
        connect(f, s)                     ANY: {f}   s: {g, f}
        send(s)                           {f} | {g, f}, by number: f, g
        `s` dies                          ANY: {f}        g has no sender left

    Every way to end a connection, whether asked for or by a death, goes
    through `_unlink`, which keeps both maps in agreement and drops what is
    left without a partner.

Why keys and not the objects themselves
    Dictionaries compare by equality, and two equal lists are two senders; a
    list has no hash, besides.  An `id` is right only while its object lives,
    so each key stands beside a weak reference whose callback removes it, or
    beside the object.  A `str` or `int` is its own key, as equal ones may be
    one object or two.  The `id` is in a tuple: as a plain int it would be
    the same key as a sender that is that int.

Why not `weakref.WeakSet`
    It compares by equality, too, and `obj.method` is a new object at each
    access: a weak reference to it is dead at once.  `WeakMethod` refers to
    the object and the function, and lives as long as the object does.

Why a generator
    A weak reference is turned into a strong one only when it is the
    receiver's turn, so that who was disconnected meanwhile is seen as such.
    The list of entries is made before, so that nobody changes it.

In blinker
    `blinker/base.py` (1.9) has these maps, of ids in sets: its order is open.
    It leaves empty sets, so that connecting again is 2 to 3 times as fast.

Sources
    The documentation of `weakref`, and Django's of `send_robust`.
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
        key, sender_key = _key(receiver), _key(sender)
        # First, since it may raise.
        find = _weak(receiver, lambda _: self._receiver_died(key)) if weak else lambda: receiver
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry(key, next(self._numbers))
        # In the place of the old reference, which is dropped before it can call back.
        entry.find = find
        try:
            self._senders[sender_key] = _weak(sender, lambda _: self._sender_died(sender_key))
        except TypeError:
            self._senders[sender_key] = sender
        self._by_sender.setdefault(sender_key, set()).add(entry)
        entry.senders.add(sender_key)
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
        elif _key(sender) in entry.senders:
            self._unlink(entry, _key(sender))

    def receivers_for(self, sender: Any) -> Iterator[Callable[..., Any]]:
        """Yield the receivers that `send(sender)` would call."""
        for_all = self._by_sender.get(_key(ANY), set())
        for_sender = self._by_sender.get(_key(sender), set())
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
        while bucket := self._by_sender.get(sender_key):
            self._unlink(bucket.pop(), sender_key)

    # Loops ask anew each time: what a step lets go of may disconnect others in its `__del__`.
    def _unlink_all(self, entry: "_Entry") -> None:
        while entry.senders:
            self._unlink(entry, entry.senders.pop())

    def _unlink(self, entry: "_Entry", sender_key: Hashable) -> None:
        entry.senders.discard(sender_key)
        bucket = self._by_sender[sender_key]
        bucket.discard(entry)
        if not bucket:
            del self._by_sender[sender_key]
            # Let go of at the return, when all maps agree.
            _held = self._senders.pop(sender_key)
        if not entry.senders:
            del self._entries[entry.key]


class _Entry:
    """A receiver, as long as it is connected to a sender."""

    def __init__(self, key: Hashable, number: int) -> None:
        self.key = key
        self.number = number
        self.senders: set[Hashable] = set()
        self.find: Callable[[], Callable[..., Any] | None]


def _key(thing: Any) -> Hashable:
    if isinstance(thing, str | int):
        return thing
    if ismethod(thing):
        return id(thing.__func__), id(thing.__self__)
    return (id(thing),)


def _weak(thing: Any, died: Callable[[Any], None]) -> ref[Any]:
    return WeakMethod(thing, died) if ismethod(thing) else ref(thing, died)
