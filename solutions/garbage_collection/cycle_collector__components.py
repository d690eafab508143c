"""Find the knots first, then ask of each whether anything holds it.

Idea
    Objects that reach each other live and die together: they are the strongly
    connected components of the graph, which Tarjan's algorithm finds in one
    pass, each after all those that it can reach.  Walked backwards, each comes
    after all that can reach it, so one look decides: is there a reference to
    one of its objects from outside of what is looked at, or from a component
    that lives?

        {a b} -> {c}     {d e} -> {f} -> {c}     a variable holds a
        lives, so c      nothing holds d or e: garbage, then f; c lives

Why one would choose it
    It asks each object for its references once, where arithmetic on the counts
    asks twice.  And it knows the knots one by one, which is what a tool wants
    that explains a leak: "these four objects hold each other, and the other
    9,000 only hang on them".  The price is memory: the whole graph in lists,
    while the arithmetic needs one number for each object.
"""

from collections.abc import Callable, Iterable, Iterator
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
        self.garbage: list[Container] = []
        self._table: dict[int, Container] = {}
        self._age: dict[int, int] = {}
        self._enabled = True
        self._busy = False
        self._limits = (700, 10, 10)
        self._counts = (0, 0, 0)
        self._old = self._grown = 0

    def track(self, obj: Container) -> None:
        """Put an object that is not tracked into generation 0, after a collection if one is due."""
        young, middle, old = self._counts
        self._counts = (young + 1, middle, old)
        if self._enabled and not self._busy and 0 < self._limits[0] < young + 1:
            full = old > self._limits[2] and self._grown >= self._old / 4
            self.collect(2 if full else int(middle > self._limits[1]))
        self._table[id(obj)], self._age[id(obj)] = obj, 0

    def untrack(self, obj: Container) -> None:
        """Take an object out of its generation, if it is in one."""
        if self._table.pop(id(obj), None) is not None:
            del self._age[id(obj)]
            young, middle, old = self._counts
            self._counts = (max(young - 1, 0), middle, old)

    def is_tracked(self, obj: Container) -> bool:
        """Tell whether an object is tracked."""
        return id(obj) in self._table

    def get_objects(self, generation: int | None = None) -> list[Container]:
        """Return the objects that are tracked, or those of one generation.

        Raises:
            ValueError: there is no such generation.
        """
        if generation not in (None, 0, 1, 2):
            raise ValueError(f"generation {generation} is none of 0, 1 and 2")
        return [obj for key, obj in self._table.items() if generation in (None, self._age[key])]

    def collect(self, generation: int = 2) -> int:
        """Collect a generation with all younger ones, and return how many were unreachable.

        Raises:
            ValueError: there is no such generation.
        """
        if generation not in (0, 1, 2):
            raise ValueError(f"generation {generation} is none of 0, 1 and 2")
        if self._busy:
            return 0
        self._busy = True
        _, middle, old = self._counts
        self._counts = [(0, middle + 1, old), (0, 0, old + 1), (0, 0, 0)][generation]
        objects = {key: obj for key, obj in self._table.items() if self._age[key] <= generation}
        for key in objects:
            self._age[key] = min(generation + 1, 2)
        garbage = self._unreachable(objects)
        if generation == 1:
            self._grown += len(objects) - len(garbage)
        elif generation != 0:
            self._grown, self._old = 0, len(objects) - len(garbage)
        found = self._dispose(garbage)
        self._busy = False
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
        _, second, third = self._limits
        self._limits = (
            threshold0,
            second if threshold1 is None else threshold1,
            third if threshold2 is None else threshold2,
        )

    def get_threshold(self) -> tuple[int, int, int]:
        """Return the three thresholds."""
        return self._limits

    def get_count(self) -> tuple[int, int, int]:
        """Return the three numbers that are compared with the thresholds."""
        return self._counts

    def _unreachable(self, objects: dict[int, Container]) -> dict[int, Container]:
        graph = {
            key: [id(target) for target in obj.traverse() if id(target) in objects]
            for key, obj in objects.items()
        }
        components = list(_components(graph))
        home = {key: number for number, keys in enumerate(components) for key in keys}
        holders = [sum(objects[key].refcount for key in keys) for keys in components]
        for targets in graph.values():
            for target in targets:
                holders[home[target]] -= 1
        for number in reversed(range(len(components))):
            if holders[number]:
                for key in components[number]:
                    for target in graph[key]:
                        holders[home[target]] += 1
        return {key: obj for key, obj in objects.items() if not holders[home[key]]}

    def _dispose(self, garbage: dict[int, Container]) -> int:
        alone = self._legacy(garbage)
        trash = {key: obj for key, obj in garbage.items() if key not in alone}
        calls = []
        for obj in trash.values():
            for ref in tuple(obj.weakrefs):
                ref.forget()
                if ref.callback is not None and id(ref) not in trash:
                    ref.incref()
                    calls.append((ref.callback, ref))
        for callback, ref in calls:
            callback(ref)
            ref.decref()
        self._tell(trash, lambda obj: obj.finalize())
        trash = self._unreachable({k: obj for k, obj in trash.items() if k in self._table})
        for obj in trash.values():
            for ref in tuple(obj.weakrefs):
                ref.forget()
        self._tell(trash, lambda obj: obj.clear())
        alone = {key: obj for key, obj in alone.items() if key in self._table}
        for obj in alone.values():
            if obj.has_legacy_finalizer:
                obj.incref()
                self.garbage.append(obj)
        return len(trash) + len(alone)

    def _legacy(self, garbage: dict[int, Container]) -> dict[int, Container]:
        found: dict[int, Container] = {}
        ahead = [obj for obj in garbage.values() if obj.has_legacy_finalizer]
        while ahead:
            obj = ahead.pop()
            if id(obj) in garbage and id(obj) not in found:
                found[id(obj)] = obj
                ahead.extend(obj.traverse())
        return found

    def _tell(self, objects: dict[int, Container], what: Callable[[Container], None]) -> None:
        for key, obj in objects.items():
            if key in self._table:
                obj.incref()
                what(obj)
                obj.decref()


def _components(graph: dict[int, list[int]]) -> Iterator[list[int]]:
    """Yield the strongly connected components, each after those that it can reach."""
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    waiting: list[int] = []
    done: set[int] = set()
    for start, links in graph.items():
        path = [] if start in order else [(start, iter(links))]
        while path:
            key, targets = path[-1]
            if key not in order:
                order[key] = lowest[key] = len(order)
                waiting.append(key)
            for target in targets:
                if target not in order:
                    path.append((target, iter(graph[target])))
                    break
                if target not in done:
                    lowest[key] = min(lowest[key], order[target])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[key])
                if lowest[key] == order[key]:
                    component = [waiting.pop()]
                    while component[-1] != key:
                        component.append(waiting.pop())
                    done.update(component)
                    yield component
