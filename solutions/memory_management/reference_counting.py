"""A table of living objects, and a trash can that one call empties.

Idea
    The table holds the objects whose count is above zero, so that "is it in
    the table?" answers three questions: does it live, is the address good,
    what does a weak reference say.  At zero an object leaves the table for
    the trash can.  With a -> b -> c, nothing else held:

        decref(a)     table b c   trash a    a's count is 0
        a is ended    table c     trash b    a gave back its b
        b is ended    table       trash c
        c is ended    table       trash

Why a trash can
    If ending an object gave back the next, and that ended it on the spot, the
    depth of the call stack would be the length of the longest chain: a linked
    list of 1,000 nodes is too long.  Only the outermost `decref` empties the
    can, also when finalizers and callbacks fill it.

Why the new reference is taken first, and the old one given back last
    `setattr(a, "x", getattr(a, "x"))` would free what it stores.  And giving
    back may run a finalizer, foreign code that looks at anything: it must
    never meet a name that leads to a dead object.  CPython has macros for
    this order, `Py_SETREF` and `Py_CLEAR`.

Why a finalizer gets a living object
    Its argument is one reference more while it runs.  If that is the last one
    again, nobody saved the object.  This is all there is to resurrection.

In CPython
    `subtype_dealloc` (`Objects/typeobject.c`) ends instances of classes
    written in Python: finalizer, weak references, attributes, memory.  The
    cyclic collector calls the callbacks first.  The "trashcan" takes what is
    nested deeper than 50 levels up to 3.12; in 3.13 it begins 50 levels before
    C's limit on recursion, and a chain through `__del__` meets Python's first.

Sources
    PEP 442; the documentation of `weakref`; `Include/cpython/object.h`
"""

import itertools
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class _Object:
    finalizer: Callable[[int], object] | None
    count: int = 1
    attributes: dict[str, int] = field(default_factory=dict)
    callbacks: list[Callable[[], object]] = field(default_factory=list)


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
        self._unraisablehook = unraisablehook
        self._addresses = itertools.count()
        self._living: dict[int, _Object] = {}
        self._trash: list[tuple[int, _Object]] = []
        self._emptying = False

    def new(self, finalizer: Callable[[int], object] | None = None) -> int:
        """Make an object, and return its address with a reference that the caller owns."""
        address = next(self._addresses)
        self._living[address] = _Object(finalizer)
        return address

    def __contains__(self, address: int) -> bool:
        return address in self._living

    def __len__(self) -> int:
        return len(self._living)

    def refcount(self, address: int) -> int:
        """Return how many references to the object are held.

        Raises:
            ReferenceError: there is no such object.
        """
        return self._object(address).count

    def incref(self, address: int) -> None:
        """Take one more reference.

        Raises:
            ReferenceError: there is no such object.
        """
        self._object(address).count += 1

    def decref(self, address: int) -> None:
        """Give back a reference; the last one ends the object.

        Raises:
            ReferenceError: there is no such object.
        """
        obj = self._object(address)
        obj.count -= 1
        if obj.count > 0:
            return
        # Out of the table at once: nobody may find what waits for its end.
        self._trash.append((address, self._living.pop(address)))
        if self._emptying:
            return
        # No `finally`: what foreign code raises goes to the hook.
        self._emptying = True
        while self._trash:
            self._end(*self._trash.pop())
        self._emptying = False

    def setattr(self, owner: int, name: str, target: int) -> None:
        """Let `owner` hold a reference to `target`, in place of what it held by that name.

        Raises:
            ReferenceError: there is no such object as `owner` or `target`.
        """
        attributes = self._object(owner).attributes
        self.incref(target)
        before = attributes.get(name)
        attributes[name] = target
        if before is not None:
            self.decref(before)

    def getattr(self, owner: int, name: str) -> int:
        """Return the address that `owner` holds by that name; the reference stays its own.

        Raises:
            AttributeError: it holds nothing by that name.
            ReferenceError: there is no such object as `owner`.
        """
        attributes = self._object(owner).attributes
        if name not in attributes:
            raise AttributeError(f"object {owner} has no attribute {name!r}")
        return attributes[name]

    def delattr(self, owner: int, name: str) -> None:
        """Give back the reference that `owner` holds by that name.

        Raises:
            AttributeError: it holds nothing by that name.
            ReferenceError: there is no such object as `owner`.
        """
        before = self.getattr(owner, name)
        del self._object(owner).attributes[name]
        self.decref(before)

    def ref(
        self,
        address: int,
        callback: Callable[[Callable[[], int | None]], object] | None = None,
    ) -> Callable[[], int | None]:
        """Return a weak reference: a function that returns the address, or None once it died.

        Raises:
            ReferenceError: there is no such object.
        """
        callbacks = self._object(address).callbacks

        def weak() -> int | None:
            return address if address in self._living else None

        if callback is not None:
            callbacks.append(lambda: callback(weak))
        return weak

    def _object(self, address: int) -> _Object:
        if address not in self._living:
            raise ReferenceError(f"there is no object {address}")
        return self._living[address]

    def _end(self, address: int, obj: _Object) -> None:
        if obj.finalizer is not None:
            # Forgotten before it is called: an object is finalized once.
            finalizer, obj.finalizer = obj.finalizer, None
            obj.count = 1
            self._living[address] = obj
            self._call(finalizer, address)
            obj.count -= 1
            if obj.count > 0:
                return
            del self._living[address]
        for callback in reversed(obj.callbacks):
            self._call(callback)
        for target in obj.attributes.values():
            self.decref(target)

    def _call(self, function: Callable[..., object], *args: Any) -> None:
        try:
            function(*args)
        except BaseException as error:  # noqa: BLE001 - there is no caller to tell
            self._unraisablehook(error)
