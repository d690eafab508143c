"""Copy the counts, take off what comes from inside, and see what is left.

Idea
    What is looked at holds some references to itself; whatever its counts have
    beyond those comes from outside.  With a <-> b, c -> d, d -> c, d -> e and
    one variable that refers to a:

                        a   b   c   d   e
        refcount        2   1   1   1   1
        from inside     1   1   1   1   1
        left            1   0   0   0   0     a is held from outside
        reached             b                 b is saved by a

    c, d and e are left: unreachable.  Nothing left over does not mean garbage
    (b), and being garbage does not mean being in a cycle (e).

Why all move to the older generation first
    Who survives belongs there, and who doesn't leaves by `untrack` when it
    dies, which can happen in any line that calls foreign code.  So one place
    knows who lives, and "is it still tracked?" is asked before each call.

Why the search is done twice
    A finalizer may store any object that it can reach, and what it saved saves
    others.  The counts tell again, now about the unreachable ones alone.

Why finalize all, then clear all
    A finalizer must find its object and what that holds intact.  In a cycle no
    order does that object by object, so nothing is cleared until all have run.
    For the same reason weak references forget first: a callback that could
    still reach an object would meet half of it.

In CPython
    `Python/gc.c` (`Modules/gcmodule.c` up to 3.12) keeps each generation in a
    doubly linked list through the objects themselves, and the copied count in
    a pointer of it, so that a collection needs no memory.  It moves what seems
    unreachable out and back, rather than mark what is reachable.

Sources
    InternalDocs/garbage_collector.md, Objects/weakrefobject.c, PEP 442
"""

import operator
from collections.abc import Callable, Iterable
from typing import Literal, Protocol

_OLDEST = 2


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
        self.garbage: list[Container] = []
        # By identity: `id` of an object that a dictionary holds is not used again.
        self._generations: list[dict[int, Container]] = [{}, {}, {}]
        self._count = [0, 0, 0]
        self._threshold = [700, 10, 10]
        self._enabled = True
        self._collecting = False
        self._survivors = 0
        self._newcomers = 0

    def track(self, obj: Container) -> None:
        """Put an object that is not tracked into generation 0, after a collection if one is due."""
        self._count[0] += 1
        if (due := self._due()) is not None:
            self.collect(due)
        self._generations[0][id(obj)] = obj

    def untrack(self, obj: Container) -> None:
        """Take an object out of its generation, if it is in one."""
        for generation in self._generations:
            if generation.pop(id(obj), None) is not None:
                self._count[0] = max(self._count[0] - 1, 0)

    def is_tracked(self, obj: Container) -> bool:
        """Tell whether an object is tracked."""
        return any(id(obj) in generation for generation in self._generations)

    def get_objects(self, generation: int | None = None) -> list[Container]:
        """Return the objects that are tracked, or those of one generation.

        Raises:
            ValueError: there is no such generation.
        """
        if generation is None:
            return [obj for objects in self._generations for obj in objects.values()]
        self._check(generation)
        return list(self._generations[generation].values())

    def collect(self, generation: int = 2) -> int:
        """Collect a generation with all younger ones, and return how many were unreachable.

        Raises:
            ValueError: there is no such generation.
        """
        self._check(generation)
        if self._collecting:
            return 0
        # No `finally`: what is called from here does not raise.
        self._collecting = True
        found = self._collect(generation)
        self._collecting = False
        return found

    def enable(self) -> None:
        """Let collections start by themselves, as they do from the beginning."""
        self._enabled = True

    def disable(self) -> None:
        """Let no collection start by itself."""
        self._enabled = False

    def isenabled(self) -> bool:
        """Tell whether collections start by themselves."""
        return self._enabled

    def set_threshold(
        self, threshold0: int, threshold1: int | None = None, threshold2: int | None = None
    ) -> None:
        """Set the thresholds that are given; 0 as the first lets nothing start by itself."""
        for place, threshold in enumerate((threshold0, threshold1, threshold2)):
            if threshold is not None:
                self._threshold[place] = threshold

    def get_threshold(self) -> tuple[int, int, int]:
        """Return the three thresholds."""
        first, second, third = self._threshold
        return first, second, third

    def get_count(self) -> tuple[int, int, int]:
        """Return the three numbers that are compared with the thresholds."""
        first, second, third = self._count
        return first, second, third

    def _check(self, generation: int) -> None:
        if not 0 <= generation <= _OLDEST:
            raise ValueError(f"there is no generation {generation}")

    def _due(self) -> int | None:
        above = list(map(operator.gt, self._count, self._threshold))
        if not (self._enabled and self._threshold[0] and above[0]):
            return None
        # A full collection visits everything.  Waiting for a quarter more makes
        # its cost for each new object constant, however many old ones there are.
        if above[_OLDEST] and self._newcomers * 4 >= self._survivors:
            return _OLDEST
        return 1 if above[1] else 0

    def _collect(self, generation: int) -> int:
        self._count[: generation + 1] = [0] * (generation + 1)
        if generation < _OLDEST:
            self._count[generation + 1] += 1

        looked_at: dict[int, Container] = {}
        for younger in self._generations[: generation + 1]:
            looked_at |= younger
            younger.clear()
        self._generations[min(generation + 1, _OLDEST)] |= looked_at

        unreachable = self._unreachable(looked_at)
        survivors = len(looked_at) - len(unreachable)
        if generation == 1:
            self._newcomers += survivors
        elif generation == _OLDEST:
            self._newcomers, self._survivors = 0, survivors

        legacy = [obj for obj in unreachable.values() if obj.has_legacy_finalizer]
        left_alone = self._take_reachable(legacy, unreachable)
        self._call_back(self._forget(unreachable), unreachable)
        self._tell(unreachable, "finalize")
        unreachable = self._unreachable(
            {key: obj for key, obj in unreachable.items() if self.is_tracked(obj)}
        )
        self._forget(unreachable)
        self._tell(unreachable, "clear")

        left_alone = [obj for obj in left_alone if self.is_tracked(obj)]
        for obj in left_alone:
            if obj.has_legacy_finalizer:
                obj.incref()
                self.garbage.append(obj)
        return len(unreachable) + len(left_alone)

    def _unreachable(self, looked_at: dict[int, Container]) -> dict[int, Container]:
        outside = {key: obj.refcount for key, obj in looked_at.items()}
        for obj in looked_at.values():
            for target in obj.traverse():
                if id(target) in outside:
                    outside[id(target)] -= 1
        rest = dict(looked_at)
        self._take_reachable([obj for key, obj in looked_at.items() if outside[key]], rest)
        return rest

    def _take_reachable(
        self, roots: list[Container], rest: dict[int, Container]
    ) -> list[Container]:
        """Take the roots, and what can be reached from them, out of `rest`."""
        taken = [rest.pop(id(obj)) for obj in roots]
        for obj in taken:  # which grows on the way
            taken += [rest.pop(id(target)) for target in obj.traverse() if id(target) in rest]
        return taken

    def _forget(self, unreachable: dict[int, Container]) -> list[WeakReference]:
        references = [ref for obj in unreachable.values() for ref in obj.weakrefs]
        for ref in references:
            ref.forget()
        return references

    def _call_back(
        self, references: list[WeakReference], unreachable: dict[int, Container]
    ) -> None:
        to_call = [ref for ref in references if id(ref) not in unreachable]
        # All are held before one is called: a callback may drop the others.
        for ref in to_call:
            ref.incref()
        for ref in to_call:
            if ref.callback is not None:
                ref.callback(ref)
            ref.decref()

    def _tell(self, unreachable: dict[int, Container], what: Literal["finalize", "clear"]) -> None:
        for obj in unreachable.values():
            # What was told before may have freed this one.
            if self.is_tracked(obj):
                obj.incref()
                getattr(obj, what)()
                obj.decref()
