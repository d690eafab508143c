"""Build a collector for the cycles that reference counting leaves behind.

Rebuilds CPython's cyclic garbage collector, the module `gc`.  It is handed no
list of variables to start from, and finds what nobody can reach any more by
arithmetic on the counts alone.

Rules
    1. `track(obj)` puts an object under the collector's eye, in generation 0;
       `untrack(obj)` takes it out, and changes nothing if it is not there.
       `is_tracked` tells, and `get_objects(generation=None)` lists all tracked
       objects or those of one generation.  What counts is which object it is:
       objects may be equal, and need not be hashable.  No reference is taken.
    2. `collect()` looks at tracked objects.  One is held from outside if it is
       referred to from anywhere but those that are looked at.  It lives, and
       so does all that can be reached from it.  Each other one is unreachable,
       and is told to `clear()`; `collect` returns how many there were.  Counts
       are read, not changed.  Nothing recurses, and the work grows with the
       objects and references that are looked at, no faster.
    3. `collect(generation)` looks at that generation and all younger ones,
       and visits nothing else; the default, 2, is the oldest.  What survives
       goes to the next older one (from 2, to 2).  Not 0, 1 or 2: `ValueError`.
    4. `get_count()` returns three numbers: how many objects were tracked, less
       those untracked, since anything was last collected, never below 0; how
       often generation 0 was collected since 1 last was; and 1 since 2.  A
       collection counts for its own generation only, and starts all numbers up
       to that generation at 0, before anything else happens.
    5. When the first number gets above the first threshold in `track`, that
       starts a collection, and `obj` is tracked after it.  It is the oldest
       generation whose number is above its threshold; 2 waits, though, until
       collections of 1 have brought it at least a quarter as many objects as
       its own last collection left.  Thresholds are 700, 10 and 10 at first;
       `set_threshold` sets those that it is given.  Nothing is started after
       `disable()`, nor while the first threshold is 0.
    6. Before anything is cleared, all unreachable objects are told to
       `finalize()`.  Finalizers may do what they want: make and free objects,
       and save some.  What is held from outside by then lives, as does all
       that can be reached from it; it does not count as unreachable.  While
       the collector is at work, `collect` does nothing and returns 0, and
       nothing starts by itself.
    7. Before any finalizer, all weak references to unreachable objects are
       told to `forget()`.  Then the callbacks are called, each with its weak
       reference, save those of weak references that are unreachable, too.
       Before clearing, those that finalizers have made are told to forget.
    8. An unreachable object that `has_legacy_finalizer`, and all that can be
       reached from it, is left alone by rules 2, 6 and 7, and survives.  Those
       that still live in the end count as unreachable all the same, and those
       with such a finalizer are appended to the list `garbage`, which holds a
       reference to each.

Left out
    Debugging flags, `callbacks`, statistics, `freeze`, and threads.  Since
    3.12 CPython starts collections a moment later, between two bytecodes.  The
    last sentence of rule 7 is a late correction there (issue 91636); and in
    3.15 weak references without a callback forget after the finalizers.
"""

from collections.abc import Callable, Iterable
from typing import Protocol


class Container(Protocol):
    """What an object lets the collector do with it.

    Nothing here raises.  An object whose count reaches zero is freed on the spot, and
    calls `untrack`; nobody may do anything with it from then on.  So who calls `finalize`,
    `clear` or a callback holds a reference to the object meanwhile.
    """

    has_legacy_finalizer: bool
    weakrefs: Iterable["WeakReference"]
    """The weak references to it that have not been told to forget."""

    @property
    def refcount(self) -> int:
        """How many references to it are held."""

    def incref(self) -> None:
        """Take one more reference to it."""

    def decref(self) -> None:
        """Give back a reference to it."""

    def traverse(self) -> Iterable["Container"]:
        """Return what it refers to, once for each reference that it holds."""

    def finalize(self) -> None:
        """Call its finalizer, if it has one that was never called."""

    def clear(self) -> None:
        """Give back all references that it holds."""


class WeakReference(Container, Protocol):
    """An object that refers to another and takes no reference to it."""

    callback: Callable[["WeakReference"], object] | None

    def forget(self) -> None:
        """Stop referring, for ever; its callback will not be called by anybody else."""


class Collector:
    """Finds tracked objects that nobody can reach, and has them let go of each other.

    >>> collector = Collector()
    >>> collector.get_threshold()
    (700, 10, 10)
    >>> collector.collect()
    0
    """

    garbage: list[Container]

    def __init__(self) -> None:
        raise NotImplementedError

    def track(self, obj: Container) -> None:
        """Put an object that is not tracked into generation 0, after a collection if one is due."""
        raise NotImplementedError

    def untrack(self, obj: Container) -> None:
        """Take an object out of its generation, if it is in one."""
        raise NotImplementedError

    def is_tracked(self, obj: Container) -> bool:
        """Tell whether an object is tracked."""
        raise NotImplementedError

    def get_objects(self, generation: int | None = None) -> list[Container]:
        """Return the objects that are tracked, or those of one generation.

        Raises:
            ValueError: there is no such generation.
        """
        raise NotImplementedError

    def collect(self, generation: int = 2) -> int:
        """Collect a generation with all younger ones, and return how many were unreachable.

        Raises:
            ValueError: there is no such generation.
        """
        raise NotImplementedError

    def enable(self) -> None:
        """Let collections start by themselves, as they do from the beginning."""
        raise NotImplementedError

    def disable(self) -> None:
        """Let no collection start by itself."""
        raise NotImplementedError

    def isenabled(self) -> bool:
        """Tell whether collections start by themselves."""
        raise NotImplementedError

    def set_threshold(
        self, threshold0: int, threshold1: int | None = None, threshold2: int | None = None
    ) -> None:
        """Set the thresholds that are given; 0 as the first lets nothing start by itself."""
        raise NotImplementedError

    def get_threshold(self) -> tuple[int, int, int]:
        """Return the three thresholds."""
        raise NotImplementedError

    def get_count(self) -> tuple[int, int, int]:
        """Return the three numbers that are compared with the thresholds."""
        raise NotImplementedError
