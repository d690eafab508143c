"""Sort more than fits into memory.

Rebuilds the `sort` of GNU coreutils, which sorts files of any size with a fixed amount of
memory, with the interface of Python's `sorted`.  Its options `-S`, `-T` and `--batch-size`
are `memory`, `dir` and `fan_in` here.  Exports and logs are sorted in that way, and a
database does it for what it has no index for.

Rules
    1. `merge(*iterables, key=None, reverse=False)` is `heapq.merge`: it yields the items of
       sorted iterables in sorted order, equal ones in the order of the iterables.  It
       takes the first item of each at the first `next`, and one more item at each further
       `next`: the successor of the one that it yielded last.  With `reverse` the
       iterables are sorted that way, too.
    2. `external_sort(iterable, *, memory, key=None, reverse=False)` returns an iterator over
       the items of `iterable`, in the order of `sorted`: stable, with `reverse`, too, and
       by `<` of the keys alone.  Nothing is read, opened or made before the first `next`.
    3. An item counts as much as `getsizeof(item)` says.  At any time it holds items for
       `memory` at most, and one more that is on its way.  What doesn't fit goes to files,
       as sorted runs.  If all items fit, no file is opened.  Of items of equal size, n
       make n / m runs at most, rounded up, where m is how many of them fit, or 1.
    4. Items are written by `codec.dump(item, file)` and come back by `codec.load(file)`,
       once for each `dump`, in its order; by default both are those of `pickle`.
       Whatever `load` raises is an error, be it EOFError.
    5. A file is opened by `open(path, mode)`, with a `str` or `Path` and the mode "wb" or
       "rb", in a temporary directory in `dir` (if None, where `tempfile` makes them).
       It is closed before it is opened again or removed, and no more than one is open
       for writing.
    6. At most `fan_in` files are open for reading, so more runs than that are merged in
       passes.  With r runs no item is written more often than there are factors of
       `fan_in` needed to reach r: once if r is at most `fan_in`, twice if it is at most
       the square, and so on.  Merging holds one item of each run, and the last merge is
       not written: each `next` takes the item from its file.  A run that has been merged
       is removed before the next group is merged.
    7. When the iterator has ended, was closed (`close()`) or dropped, or has raised, all
       files are closed, and `dir` is as it was.
    8. What `iterable`, `getsizeof`, `key`, `<`, `codec` or `open` raises comes out as it is,
       and so does what a file raises when it is written to or closed: a full disk is an
       error, and never an end.  No more of `iterable` is read then.  `memory` below 1 or
       `fan_in` below 2 is a `ValueError` at the call.

Left out
    How often `key` is called, which is once for each item in `sorted`.  Threads that read,
    sort and write at the same time; compressed runs (`open` can do it); what is left when
    the process is killed.  `merge` may ask `==`, as `heapq.merge` does before it asks `<`.
"""

import os
import pickle
import sys
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any, BinaryIO


def merge(
    *iterables: Iterable[Any], key: Callable[[Any], Any] | None = None, reverse: bool = False
) -> Generator[Any, None, None]:
    """Yield the items of `iterables`, each of which is sorted, in sorted order.

    Holds one item of each; an item costs O(log(number of iterables)) comparisons.

    >>> list(merge([1, 4, 5], [2, 7, 9], [3, 6, 8]))
    [1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    raise NotImplementedError


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
    raise NotImplementedError
