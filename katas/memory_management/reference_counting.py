"""Build a heap that frees each object when its last reference is given back.

Rebuilds CPython's reference counting: `Py_INCREF`, `Py_DECREF`, and what
follows when a count reaches zero.  It frees nearly everything in a Python
program, at a moment that one can name, and it leaks cycles.

Rules
    1. `new()` makes an object and returns its address, an `int` that no other
       object ever has.  Its `refcount` is 1: a reference that the caller
       owns.  `incref` takes one more, `decref` gives one back.  An object
       lives while its count is above zero: only then is it `in` the heap and
       counted by `len`.  To use the address of an object that does not live
       is a `ReferenceError`, and changes nothing.
    2. `setattr(owner, name, target)` lets `owner` hold one reference to
       `target`, under `name`.  What was there before is given back, *after*
       `target` is in its place.  `delattr` takes the name out, then gives the
       reference back.  `getattr` returns an address, and no reference of the
       caller's own.  A name that is not there is an `AttributeError`.
    3. An object that dies gives back what its attributes hold, and that may
       die, too.  Objects that hold each other in a cycle never do.  A scope is
       an object like others: its attributes are the names in it.
    4. A `finalizer` is called once, with the address, when the count has
       reached zero, before anything else happens: the object still has its
       attributes, and lives again with a count of 1, given back afterwards.  A
       finalizer that stores a reference saves the object: all stays as it is.
       The next time it dies without being asked.
    5. `ref(address, callback=None)` returns a weak reference, which counts
       nothing.  Called, it returns the address while the object lives, then
       `None`.  When the object has died, finalizer included, the callbacks
       of all its weak references are called, the newest first, each with
       its weak reference, before any attribute is given back.
    6. An exception from a finalizer or a callback, of whatever class, goes to
       `unraisablehook`, and everything goes on as without it.
    7. Finalizers and callbacks may use the heap in every way.  A reference
       given back inside one counts at once; what dies of it is done with by
       the end of the outermost call.  Nothing recurses, however many objects
       die of each other: through attributes, finalizers or callbacks.

Left out
    Memory itself, and threads.  Who gives back a reference that is not his
    own breaks the heap, as in C.  In which order the attributes of one object
    are given back is not promised.  CPython uses the addresses of dead objects
    again; a weak reference that nobody keeps calls nobody back there; and
    since 3.13 a chain through finalizers or callbacks does recurse.
"""

import traceback
from collections.abc import Callable


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
        raise NotImplementedError

    def new(self, finalizer: Callable[[int], object] | None = None) -> int:
        """Make an object, and return its address with a reference that the caller owns."""
        raise NotImplementedError

    def __contains__(self, address: int) -> bool:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def refcount(self, address: int) -> int:
        """Return how many references to the object are held.

        Raises:
            ReferenceError: there is no such object.
        """
        raise NotImplementedError

    def incref(self, address: int) -> None:
        """Take one more reference.

        Raises:
            ReferenceError: there is no such object.
        """
        raise NotImplementedError

    def decref(self, address: int) -> None:
        """Give back a reference; the last one ends the object.

        Raises:
            ReferenceError: there is no such object.
        """
        raise NotImplementedError

    def setattr(self, owner: int, name: str, target: int) -> None:
        """Let `owner` hold a reference to `target`, in place of what it held by that name.

        Raises:
            ReferenceError: there is no such object as `owner` or `target`.
        """
        raise NotImplementedError

    def getattr(self, owner: int, name: str) -> int:
        """Return the address that `owner` holds by that name; the reference stays its own.

        Raises:
            AttributeError: it holds nothing by that name.
            ReferenceError: there is no such object as `owner`.
        """
        raise NotImplementedError

    def delattr(self, owner: int, name: str) -> None:
        """Give back the reference that `owner` holds by that name.

        Raises:
            AttributeError: it holds nothing by that name.
            ReferenceError: there is no such object as `owner`.
        """
        raise NotImplementedError

    def ref(
        self,
        address: int,
        callback: Callable[[Callable[[], int | None]], object] | None = None,
    ) -> Callable[[], int | None]:
        """Return a weak reference: a function that returns the address, or None once it died.

        Raises:
            ReferenceError: there is no such object.
        """
        raise NotImplementedError
