"""Sort what fits, write it out as a run, and merge the runs.

Idea
    Memory is filled, sorted and written to a file, again and again.  Then the
    runs are merged: the next item is the least of their heads.  With room for
    three items, and two runs to be merged at a time:

        input      5 1 4   2 9 7   3 8 6
        runs       1 4 5   2 7 9   3 6 8
        one pass   1 2 4 5 7 9     3 6 8
        merged     1 2 3 4 5 6 7 8 9

    A pass copies every item once, those of a run that is left alone, too.

Why only neighbours are merged
    An earlier run holds earlier items, and of equal heads the merge takes that
    of the earlier run.  A queue, where what is merged goes to the end, would be
    shorter and not stable.

Why not `heapq.merge`
    It compares lists that begin with the key: in C, which is quicker, but lists
    ask `==` before `<` (`Lib/heapq.py`).  Of two keys that are not equal and
    neither less it takes either.  `_Head` asks a single `<`: must the item of the
    later run go first?  If not, that of the earlier run does.

Why the length of a run is remembered
    `pickle.load` raises EOFError at the end, also of a file that was cut off.

Why one generator, and `with` for all that it opens
    Its body doesn't run before the first `next`: one that was never started has
    nothing to clean up.  Closing it, which dropping does, too, leaves through
    the `with` blocks, the innermost first.

Why `closing` for the readers
    A closed `merge` is done with them, but the frame refers to them.  They would
    close after the directory is gone, and Windows removes no open file.

Sources
    Knuth, The Art of Computer Programming, volume 3, 5.4; `sort` of GNU
    coreutils (its `-S`, `--batch-size`, `-T`); PEP 342 on `close`.
"""

import os
import pickle
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from heapq import heapify, heappop, heapreplace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, NamedTuple


def merge(
    *iterables: Iterable[Any], key: Callable[[Any], Any] | None = None, reverse: bool = False
) -> Generator[Any, None, None]:
    """Yield the items of `iterables`, each of which is sorted, in sorted order.

    Holds one item of each; an item costs O(log(number of iterables)) comparisons.

    >>> list(merge([1, 4, 5], [2, 7, 9], [3, 6, 8]))
    [1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    heads = []
    for order, iterator in enumerate(map(iter, iterables)):
        head = _Head(iterator, order, key, reverse)
        if head.advance():
            heads.append(head)
    heapify(heads)
    while heads:
        head = heads[0]
        yield head.item
        if head.advance():
            heapreplace(heads, head)
        else:
            heappop(heads)


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
    if memory < 1 or fan_in <= 1:
        raise ValueError("sorting needs some memory, and two runs to merge")

    def in_order() -> Generator[Any, None, None]:
        with ExitStack() as stack:
            runs: list[_Run] = []
            items: list[Any] = []
            room = memory
            for item in iterable:
                size = getsizeof(item)
                if items and size > room:
                    if not runs:
                        folder = stack.enter_context(TemporaryDirectory(dir=dir))
                        files = _Files(folder, open, codec, key, reverse)
                    items.sort(key=key, reverse=reverse)
                    runs.append(files.write(items))
                    # Now, before more is read: a new list would stand beside the old one.
                    items.clear()
                    room = memory
                items.append(item)
                room -= size
            items.sort(key=key, reverse=reverse)
            if not runs:
                yield from items
                return
            runs.append(files.write(items))
            items.clear()
            while len(runs) > fan_in:
                groups = [runs[at : at + fan_in] for at in range(0, len(runs), fan_in)]
                runs = [files.merge(group) for group in groups]
            yield from files.merged(runs)

    return in_order()


class _Head:
    """The next item of an iterator, ordered as `merge` hands it out."""

    __slots__ = ("_iterator", "_key", "_place", "_reverse", "_sort_key", "item")

    def __init__(
        self,
        iterator: Iterator[Any],
        place: int,
        sort_key: Callable[[Any], Any] | None,
        reverse: bool,
    ) -> None:
        self._iterator = iterator
        self._place = place
        self._sort_key = sort_key
        self._reverse = reverse

    def advance(self) -> bool:
        """Go to the next item, if there is one, and tell whether there is."""
        try:
            self.item = next(self._iterator)
        except StopIteration:
            return False
        self._key = self.item if self._sort_key is None else self._sort_key(self.item)
        return True

    def __lt__(self, other: "_Head") -> bool:
        less, more = (other._key, self._key) if self._reverse else (self._key, other._key)
        # Of equal keys that of the earlier iterable comes first.
        return not more < less if self._place < other._place else bool(less < more)


class _Run(NamedTuple):
    path: Path
    length: int


class _Files:
    """Runs in the files of one directory."""

    def __init__(
        self,
        folder: str,
        open: Callable[[Path, str], BinaryIO],
        codec: Any,
        key: Callable[[Any], Any] | None,
        reverse: bool,
    ) -> None:
        self._paths = (Path(folder, str(number)) for number in count())
        self._open = open
        self._codec = codec
        self._key = key
        self._reverse = reverse

    def write(self, items: Iterable[Any]) -> _Run:
        length = 0
        path = next(self._paths)
        with self._open(path, "wb") as file:
            for item in items:
                self._codec.dump(item, file)
                length += 1
        return _Run(path, length)

    def merged(self, runs: list[_Run]) -> Generator[Any, None, None]:
        """Yield the items of `runs` in order; the files of runs that have ended are removed."""
        with ExitStack() as stack:
            readers = [stack.enter_context(closing(self._read(run))) for run in runs]
            yield from merge(*readers, key=self._key, reverse=self._reverse)

    def merge(self, runs: list[_Run]) -> _Run:
        with closing(self.merged(runs)) as items:
            return self.write(items)

    def _read(self, run: _Run) -> Generator[Any, None, None]:
        with self._open(run.path, "rb") as file:
            for _ in range(run.length):
                yield self._codec.load(file)
        run.path.unlink()
