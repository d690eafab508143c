"""Tell whoever wants to know that something has happened, and keep nobody alive for it.

Rebuilds `Signal` of blinker, which Flask's signals are: the observer pattern
as Python has it.  The sender knows no receivers and the receivers need no
common class.  What connects the two must not become the leak of both.

Rules
    1. `connect(receiver)` returns the receiver, so that it can decorate one.
       `send(sender=None, /, **kwargs)` calls each connected receiver once, as
       `receiver(sender, **kwargs)`, and returns a list of pairs `(receiver,
       result)`.  The order is that in which receivers were connected;
       connecting again changes no place.  The first exception ends the
       sending and passes through.  `doc` becomes the signal's `__doc__`.
    2. `connect(receiver, sender)` is for what that sender sends; without a
       sender, or with `ANY`, for all.  Who is connected to both is called once.
       A `str` or an `int` as a sender is known by equality, a bound method by
       its object and function, all others by identity: equal is not enough, and
       no hash is needed.  `None` is a sender, too.  `@connect_via(sender)`
       connects a function, held strongly unless `weak` is true.
    3. `disconnect(receiver)` ends all its connections, `disconnect(receiver,
       sender)` that to this sender only; with another one left, the receiver
       keeps its place.  What is not connected may be disconnected.  A bound
       method is known by its object and function, every other receiver by
       identity.  `receivers` is true while any is connected.
    4. A receiver is held weakly: it is disconnected when it dies.  So is a bound
       method when its object or function dies, no sooner.  `weak=False` holds it
       until it is disconnected.  If it connects twice, the last `weak` counts
       for all its connections.  Where there are no weak references, `connect`
       raises `TypeError` and connects nothing.
    5. `with connected_to(receiver, sender):` connects for the time of the
       block, and holds the receiver strongly.  However the block ends, the
       receiver is then disconnected, from all senders as by rule 3.
    6. While a signal is sent, a receiver that is disconnected from everything,
       or dies, before its turn is not called; one that is newly connected, or
       again, is called from the next `send` on.  A receiver may send the same signal.
       `receivers_for(sender)` yields those receivers one by one in this way.
    7. `send_robust` lets nobody's failure stop the others: where a receiver
       raised an `Exception`, that exception is its result.  What is no
       `Exception`, such as `KeyboardInterrupt`, passes through.
    8. A sender is held weakly, and its connections end with it.  One that is
       known by equality, or has no weak references, such as a list, is kept
       while it is connected, so that no other object is taken for it.  What has
       no connection any more is not held, sender or receiver, at the latest from
       the next `send` on, and nothing is kept about it.  A death may come at any
       line of your code, as the garbage collector likes: it breaks nothing.

Left out
    Names and namespaces, muting, signals about connections, coroutines.
    `send_robust` is that of Django's signals.  Where blinker 1.9 differs: its
    order is open; it does not take 0 as a sender; it takes an int for the
    object with that `id`, and another object for a list that is gone; and a
    receiver counts as connected, and is held, until it dies or is disconnected
    from all.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

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
        raise NotImplementedError

    @property
    def receivers(self) -> Collection[Any]:
        """True if anything is connected; what it holds is not promised."""
        raise NotImplementedError

    def connect(self, receiver: F, sender: Any = ANY, weak: bool = True) -> F:
        """Call `receiver` for each `send` of `sender`, and return it.

        Raises:
            TypeError: `weak`, and there are no weak references to `receiver`.
        """
        raise NotImplementedError

    def connect_via(self, sender: Any, weak: bool = False) -> Callable[[F], F]:
        """Return a decorator that connects a function to `sender`."""
        raise NotImplementedError

    @contextmanager
    def connected_to(self, receiver: Callable[..., Any], sender: Any = ANY) -> Iterator[None]:
        """Connect `receiver`, held strongly, for the time of a `with` block."""
        raise NotImplementedError

    def disconnect(self, receiver: Callable[..., Any], sender: Any = ANY) -> None:
        """Undo `connect(receiver, sender)`; with `ANY`, all connections of `receiver`."""
        raise NotImplementedError

    def receivers_for(self, sender: Any) -> Iterator[Callable[..., Any]]:
        """Yield the receivers that `send(sender)` would call."""
        raise NotImplementedError

    def send(self, sender: Any = None, /, **kwargs: Any) -> list[tuple[Callable[..., Any], Any]]:
        """Call each receiver for `sender`; return pairs of the receiver and its result."""
        raise NotImplementedError

    def send_robust(
        self, sender: Any = None, /, **kwargs: Any
    ) -> list[tuple[Callable[..., Any], Any]]:
        """Like `send`, with an exception in the place of the result of who raised it."""
        raise NotImplementedError
