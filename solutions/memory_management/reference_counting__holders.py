"""Remember who holds each object, and let objects die depth first.

Idea
    No number is kept.  Each object has a list of those who hold it, the
    program itself being holder 0, and dies when nobody is left on the list:
    *reference listing*, as in distributed collectors, where "-1" can be lost
    or come twice and "I no longer hold it" cannot.  A death is a generator
    that yields each object that dies of it, and a driver keeps the stack:

        a holds b and d, b holds c     a      a b    a b c   a b   a   a d   a

Why one would choose it
    It knows who keeps an object alive, which is the question in every hunt for
    a leak; a counting heap has to search (`gc.get_referrers`).  Depth first is
    CPython's order, as long as a chain is shorter than its trash can's limit:
    all that hangs on one attribute is gone before the next is given back.  It
    costs more memory for each reference, and for a long chain a generator for
    each link at the same time.
"""

import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any

_PROGRAM = 0


class Heap:
    """Objects that live as long as somebody holds a reference to them.

    Every change costs O(1), and what it frees.  `unraisablehook` is called with
    each exception that a finalizer or a callback raises, and may raise none.

    >>> heap = Heap()
    >>> parent, child = heap.new(), heap.new()
    >>> heap.setattr(parent, "child", child)
    >>> heap.decref(child)
    >>> heap.refcount(child)
    1
    >>> heap.decref(parent)
    >>> len(heap)
    0
    """

    def __init__(
        self, unraisablehook: Callable[[BaseException], object] = traceback.print_exception
    ) -> None:
        self._report = unraisablehook
        self._made = 0
        self._holders: dict[int, Counter[int]] = {}
        self._held: dict[int, dict[str, int]] = {}
        self._finalizers: dict[int, Callable[[int], object]] = {}
        self._callbacks: dict[int, list[tuple[Any, Any]]] = {}
        self._orphans: deque[int] = deque()
        self._driving = False

    def new(self, finalizer: Callable[[int], object] | None = None) -> int:
        """Make an object, and return its address with a reference that the caller owns."""
        self._made += 1
        self._holders[self._made] = Counter([_PROGRAM])
        self._held[self._made] = {}
        if finalizer is not None:
            self._finalizers[self._made] = finalizer
        return self._made

    def __contains__(self, address: int) -> bool:
        return address in self._holders

    def __len__(self) -> int:
        return len(self._holders)

    def refcount(self, address: int) -> int:
        """Return how many references to the object are held.

        Raises:
            ReferenceError: there is no such object.
        """
        return self._holders_of(address).total()

    def incref(self, address: int) -> None:
        """Take one more reference.

        Raises:
            ReferenceError: there is no such object.
        """
        self._holders_of(address)[_PROGRAM] += 1

    def decref(self, address: int) -> None:
        """Give back a reference; the last one ends the object.

        Raises:
            ReferenceError: there is no such object.
        """
        self._holders_of(address)
        self._let_go(_PROGRAM, address)
        self._drive()

    def setattr(self, owner: int, name: str, target: int) -> None:
        """Let `owner` hold a reference to `target`, in place of what it held by that name.

        Raises:
            ReferenceError: there is no such object as `owner` or `target`.
        """
        self._holders_of(owner)
        self._holders_of(target)[owner] += 1
        held = self._held[owner]
        before, held[name] = held.get(name), target
        if before:
            self._let_go(owner, before)
            self._drive()

    def getattr(self, owner: int, name: str) -> int:
        """Return the address that `owner` holds by that name; the reference stays its own.

        Raises:
            AttributeError: it holds nothing by that name.
            ReferenceError: there is no such object as `owner`.
        """
        self._holders_of(owner)
        if name not in self._held[owner]:
            raise AttributeError(name)
        return self._held[owner][name]

    def delattr(self, owner: int, name: str) -> None:
        """Give back the reference that `owner` holds by that name.

        Raises:
            AttributeError: it holds nothing by that name.
            ReferenceError: there is no such object as `owner`.
        """
        before = self.getattr(owner, name)
        del self._held[owner][name]
        self._let_go(owner, before)
        self._drive()

    def ref(
        self,
        address: int,
        callback: Callable[[Callable[[], int | None]], object] | None = None,
    ) -> Callable[[], int | None]:
        """Return a weak reference: a function that returns the address, or None once it died.

        Raises:
            ReferenceError: there is no such object.
        """
        self._holders_of(address)

        def reference() -> int | None:
            return address if address in self else None

        if callback:
            self._callbacks.setdefault(address, []).insert(0, (callback, reference))
        return reference

    def _holders_of(self, address: int) -> Counter[int]:
        if address not in self._holders:
            raise ReferenceError(f"nothing lives at {address}")
        return self._holders[address]

    def _let_go(self, holder: int, address: int) -> None:
        holders = self._holders[address]
        holders[holder] -= 1
        if not holders[holder]:
            del holders[holder]
        if not holders:
            del self._holders[address]
            self._orphans.append(address)

    def _drive(self) -> None:
        if self._driving:
            return
        self._driving = True
        deaths: list[Iterator[None]] = []
        while self._orphans or deaths:
            # What a step has orphaned goes first, before the next step.
            if self._orphans:
                deaths.append(self._death(self._orphans.popleft()))
            elif next(deaths[-1], deaths) is deaths:
                deaths.pop()
        self._driving = False

    def _death(self, address: int) -> Iterator[None]:
        if finalizer := self._finalizers.pop(address, None):
            self._holders[address] = Counter([_PROGRAM])
            self._run(finalizer, address)
            # Whatever this orphans comes next: perhaps this very object, again.
            self._let_go(_PROGRAM, address)
            return
        for callback, reference in self._callbacks.pop(address, ()):
            self._run(callback, reference)
            yield
        for target in self._held.pop(address).values():
            self._let_go(address, target)
            yield

    def _run(self, function: Callable[..., object], *args: Any) -> None:
        try:
            function(*args)
        except BaseException as error:  # noqa: BLE001 - the hook is told instead
            self._report(error)
