"""Replacement selection makes longer runs, and a tree of two-way merges joins them.

Idea
    Memory is a heap.  When it is full its least item is written and makes room
    for the next one, which still joins the run unless it is less than what was
    written last; then it waits for the next run.  With room for three items:

        input   5 1 4 2 9 7 3 8 6
        runs    1 2 4 5 7 8 9       3 6

    Input in random order gives runs of twice the memory, input that is nearly
    sorted gives one.  `merge` splits its iterables in halves until two are left.

Why one would choose it
    Half as many runs: fewer passes, or larger reads in one.  When disks were
    slow and memory was small that was worth much.  In Python it rarely is:
    `list.sort` is in C and finds the runs that the input has, and a heap asks
    for each comparison by a method.  For input that is almost in order, such
    as log lines of several threads, it still wins.

Why passes merge no more than they must
    With one run too many, two runs are merged and not all of them.  Copying is
    what a pass costs.
"""

import os
import pickle
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from heapq import heappop, heappush
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

_Pair = tuple[Any, Any]  # an item's key, and the item
_Run = tuple[Path, int]  # a file, and how many items are in it


def merge(
    *iterables: Iterable[Any], key: Callable[[Any], Any] | None = None, reverse: bool = False
) -> Generator[Any, None, None]:
    """Yield the items of `iterables`, each of which is sorted, in sorted order.

    Holds one item of each; an item costs O(log(number of iterables)) comparisons.

    >>> list(merge([1, 4, 5], [2, 7, 9], [3, 6, 8]))
    [1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    sources = [_keyed(iterable, key) for iterable in iterables]
    for _, item in _tree(sources, reverse):
        yield item


def external_sort(
    iterable: Iterable[Any],
    /,
    *,
    memory: int,
    key: Callable[[Any], Any] | None = None,
    reverse: bool = False,
    getsizeof: Callable[[Any], int] = sys.getsizeof,
    fan_in: int = 16,
    codec: Any = pickle,
    dir: str | os.PathLike[str] | None = None,
    open: Callable[[Path, str], BinaryIO] = open,  # type: ignore[assignment]
) -> Generator[Any, None, None]:
    """Yield the items of `iterable` in the order of `sorted`, with most of them in files meanwhile.

    Costs O(n log n) comparisons, and writes n items once and once more for each pass.

    >>> list(external_sort("external", memory=200))
    ['a', 'e', 'e', 'l', 'n', 'r', 't', 'x']

    Raises:
        ValueError: `memory` is below 1, or `fan_in` below 2.
    """
    if memory <= 0:
        raise ValueError(f"cannot sort with memory={memory}")
    if fan_in <= 1:
        raise ValueError(f"cannot merge with fan_in={fan_in}")

    def write(path: Path, items: Iterable[Any]) -> _Run:
        length = 0
        with open(path, "wb") as file:
            for item in items:
                codec.dump(item, file)
                length += 1
        return path, length

    def read(path: Path, length: int) -> Generator[Any, None, None]:
        with open(path, "rb") as file:
            for _ in range(length):
                yield codec.load(file)
        path.unlink()

    def merged(runs: list[_Run]) -> Generator[Any, None, None]:
        with ExitStack() as stack:
            readers = [stack.enter_context(closing(read(*run))) for run in runs]
            yield from merge(*readers, key=key, reverse=reverse)

    def in_order() -> Generator[Any, None, None]:
        with ExitStack() as stack:
            runs: list[_Run] = []
            selection = _select(iterable, key, reverse, memory, getsizeof)
            for number, group in groupby(selection, key=itemgetter(0)):
                items = (item for _, item in group)
                if number is None:
                    yield from items
                    return
                if not runs:
                    folder = stack.enter_context(TemporaryDirectory(dir=dir))
                    paths = (Path(folder, f"run-{number}") for number in count())
                runs.append(write(next(paths), items))
            while len(runs) > fan_in:
                excess = len(runs) - fan_in
                waiting, runs = runs, []
                while excess and waiting:
                    group_size = min(fan_in, excess + 1)
                    with closing(merged(waiting[:group_size])) as merging:
                        runs.append(write(next(paths), merging))
                    excess -= len(waiting[:group_size]) - 1
                    del waiting[:group_size]
                runs += waiting
            if runs:
                yield from merged(runs)

    return in_order()


class _Entry:
    """An item in memory: first by run, then by key, then by its place in the input."""

    __slots__ = ("item", "key", "number", "reverse", "run", "size")

    def __init__(
        self, run: int, key: Any, number: int, item: Any, size: int, reverse: bool
    ) -> None:
        self.run, self.key, self.number = run, key, number
        self.item, self.size, self.reverse = item, size, reverse

    def __lt__(self, other: "_Entry") -> bool:
        if self.run != other.run:
            return self.run < other.run
        if self.number < other.number:
            return not _goes_before(other.key, self.key, self.reverse)
        return _goes_before(self.key, other.key, self.reverse)


def _goes_before(one: Any, other: Any, reverse: bool) -> bool:
    return bool(other < one if reverse else one < other)


def _select(
    iterable: Iterable[Any],
    key: Callable[[Any], Any] | None,
    reverse: bool,
    memory: int,
    getsizeof: Callable[[Any], int],
) -> Iterator[tuple[int | None, Any]]:
    """Yield the items with the number of their run, run by run; None, if all of them fit."""
    heap: list[_Entry] = []
    held = run = 0
    has_written, written = False, None
    for number, (item_key, item) in enumerate(_keyed(iterable, key)):
        size = getsizeof(item)
        while heap and held + size > memory:
            least = heappop(heap)
            held -= least.size
            has_written, run, written = True, least.run, least.key
            yield run, least.item
        is_late = has_written and _goes_before(item_key, written, reverse)
        heappush(heap, _Entry(run + is_late, item_key, number, item, size, reverse))
        held += size
    while heap:
        least = heappop(heap)
        yield least.run if has_written else None, least.item


def _keyed(
    iterable: Iterable[Any], key: Callable[[Any], Any] | None
) -> Generator[_Pair, None, None]:
    for item in iterable:
        yield (item if key is None else key(item)), item


def _tree(sources: list[Generator[_Pair, None, None]], reverse: bool) -> Iterator[_Pair]:
    """Merge `sources` by merging two halves, each of which is merged in the same way."""
    if len(sources) <= 1:
        for source in sources:
            yield from source
        return
    half = len(sources) // 2
    left, right = _tree(sources[:half], reverse), _tree(sources[half:], reverse)
    one, other = next(left, None), next(right, None)
    while one is not None and other is not None:
        # The right half is the later one: it goes first only if it must.
        if _goes_before(other[0], one[0], reverse):
            yield other
            other = next(right, None)
        else:
            yield one
            one = next(left, None)
    if one is not None:
        yield one
        yield from left
    if other is not None:
        yield other
        yield from right
