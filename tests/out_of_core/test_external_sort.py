import errno
import gc
import heapq
import io
import itertools
import marshal
import operator
import os
import pickle
import sys
import tempfile
import tracemalloc
import weakref
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.out_of_core.external_sort import external_sort, merge

# Hundreds of directories are made and removed here, which takes milliseconds on a disk.
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class RawFile(io.FileIO):
    """A file that tells its disk what happens to it."""

    def __init__(self, disk, path, mode):
        super().__init__(path, mode)
        self.disk, self.path, self.use = disk, path, mode
        disk.in_use.append(self)

    def write(self, data):
        self.disk.before("write")
        self.disk.written += len(data)
        return super().write(data)

    def close(self):
        if not self.closed:
            # Windows removes no file that is open.
            self.disk.faults += [] if self.path.exists() else ["closed after it was removed"]
            self.disk.in_use.remove(self)
            super().close()
            self.disk.before("close")


class Disk:
    """A directory that is empty in the end, and the files that are opened in it."""

    def __init__(self):
        self.opened, self.most, self.most_files = Counter(), Counter(), 0
        self.in_use, self.faults, self.written = [], [], 0
        self.before = lambda event: None

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(dir=FAST)
        self.folder = Path(self.directory.name).resolve()
        return self

    def __exit__(self, error_type, *_):
        with self.directory:
            if error_type is None:
                self.must_be_clean()

    def must_be_clean(self):
        assert (self.in_use, self.faults) == ([], [])
        assert list(self.folder.iterdir()) == []

    def open(self, path, mode):
        self.before("open")
        path = Path(path)
        if any(file.path == path for file in self.in_use):
            self.faults.append("opened again before it was closed")
        if self.folder not in path.parents:
            self.faults.append(f"opened outside of the directory: {path}")
        file = RawFile(self, path, mode.removesuffix("b"))
        self.opened[mode] += 1
        in_this_mode = sum(each.use == file.use for each in self.in_use)
        self.most[mode] = max(self.most[mode], in_this_mode)
        if mode == "wb":
            self.most_files = max(self.most_files, len(list(path.parent.iterdir())))
        return io.BufferedReader(file) if mode == "rb" else io.BufferedWriter(file)

    def sort(self, items, memory=3, fan_in=2, getsizeof=lambda item: 1, **options):
        options = {"dir": self.folder, "open": self.open} | options
        return external_sort(items, memory=memory, getsizeof=getsizeof, fan_in=fan_in, **options)


class CountingCodec:
    """The codec `pickle`, and how often it was called."""

    def __init__(self):
        self.dumps = self.loads = 0

    def dump(self, obj, file):
        self.dumps += 1
        pickle.dump(obj, file)

    def load(self, file):
        self.loads += 1
        return pickle.load(file)


def shuffled(count):
    return [(number * 7919) % count for number in range(count)]


def counted(items, pulls):
    """The items; `pulls` counts how many were taken."""
    for item in items:
        pulls.append(item)
        yield item


# Rule 1: merging what is sorted

PILES = {
    "no iterable": [],
    "empty ones": [[], []],
    "one": [[1, 2, 2]],
    "two": [[1, 4], [2, 3, 5]],
    "of all lengths": [[], [4], [1, 1, 9], [0, 2, 4, 6, 8, 10], [10], []],
    "equal items": [[1, 1], [1], [1, 1, 1]],
}


@pytest.mark.rule(1)
@pytest.mark.parametrize("piles", PILES.values(), ids=PILES.keys())
@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "reverse"])
@pytest.mark.parametrize("key", [None, operator.neg], ids=["no key", "key"])
def test_sorted_iterables_become_one(piles, reverse, key):
    piles = [sorted(pile, key=key, reverse=reverse) for pile in piles]
    merged = list(merge(*map(iter, piles), key=key, reverse=reverse))
    assert merged == sorted(itertools.chain(*piles), key=key, reverse=reverse)


@pytest.mark.rule(1)
@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "reverse"])
def test_equal_items_come_in_the_order_of_the_iterables(reverse):
    piles = [["a0", "b1", "b2"], ["b3"], ["a4", "b5"], ["a6", "a7", "b8"]]
    piles = [sorted(pile, key=lambda item: item[0], reverse=reverse) for pile in piles]
    merged = list(merge(*piles, key=lambda item: item[0], reverse=reverse))
    assert merged == sorted(itertools.chain(*piles), key=lambda item: item[0], reverse=reverse)


@pytest.mark.rule(1)
def test_items_are_taken_one_by_one_when_they_are_asked_for():
    pulls = [[], [], []]
    piles = [[1, 4, 7], [2, 5, 8], [3, 6, 9]]
    merged = merge(*map(counted, piles, pulls))
    assert pulls == [[], [], []]
    for number in range(1, 9):
        assert next(merged) == number
        assert sum(map(len, pulls)) == min(3 + number - 1, 9)
    assert list(merged) == [9]


@pytest.mark.rule(1)
def test_iterables_may_be_endless():
    merged = merge(itertools.count(0, 3), itertools.count(1, 3), itertools.count(2, 3))
    assert list(itertools.islice(merged, 50)) == list(range(50))


@pytest.mark.rule(1)
@pytest.mark.parametrize("error", [LookupError, IndexError, ValueError])
def test_an_error_of_an_iterable_comes_out_of_merge(error):
    def failing():
        yield 1
        raise error

    merged = merge([0, 2], failing())
    assert [next(merged), next(merged)] == [0, 1]
    with pytest.raises(error):
        next(merged)


@pytest.mark.rule(1)
@given(st.lists(st.lists(st.integers(0, 5), max_size=5), max_size=4), st.booleans())
@settings(max_examples=30)
def test_any_lists_are_merged_as_by_heapq(piles, reverse):
    piles = [[(number, at) for at, number in enumerate(pile)] for pile in piles]
    for pile in piles:
        pile.sort(key=lambda item: item[0], reverse=reverse)
    ours, theirs = (
        list(module_merge(*piles, key=lambda item: item[0], reverse=reverse))
        for module_merge in (merge, heapq.merge)
    )
    assert ours == theirs


# Rule 2: the order of `sorted`

ROWS = {
    "nothing": [],
    "one item": [5],
    "numbers": shuffled(13),
    "sorted": list(range(9)),
    "backwards": list(range(9))[::-1],
    "equal": [1] * 9,
    "texts": ["quick", "brown", "fox", "jumps", "over", "lazy", "dog"],
    "tuples": [(2, "b"), (1, None), (2, "a"), (0, [])],
}


@pytest.mark.rule(2)
@pytest.mark.parametrize("items", ROWS.values(), ids=ROWS.keys())
@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "reverse"])
def test_items_come_in_the_order_of_sorted(items, reverse):
    for memory, fan_in in ((1, 2), (4, 3), (100, 2)):
        with Disk() as disk:
            ours = disk.sort(iter(items), memory, fan_in, reverse=reverse)
            assert list(ours) == sorted(items, reverse=reverse)


@pytest.mark.rule(2)
@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "reverse"])
@pytest.mark.parametrize("fan_in", [2, 3, 4, 16])
def test_equal_items_keep_their_order(fan_in, reverse):
    items = [("abcde"[number % 5], at) for at, number in enumerate(shuffled(32))]
    with Disk() as disk:
        ours = disk.sort(items, 2, fan_in, key=lambda item: item[0], reverse=reverse)
        assert list(ours) == sorted(items, key=lambda item: item[0], reverse=reverse)


class Weight:
    """Has an order and nothing else."""

    def __init__(self, grams, name):
        self.grams, self.name = grams, name

    def __lt__(self, other):
        return self.grams < other.grams

    def __eq__(self, other):
        raise AssertionError("`sorted` does not ask `==`")

    __le__ = __gt__ = __ge__ = __ne__ = __eq__
    __hash__ = None


@pytest.mark.rule(2)
@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "reverse"])
@pytest.mark.parametrize("by_key", [False, True], ids=["items", "keys"])
def test_only_less_than_is_asked(by_key, reverse):
    weights = [Weight(number % 3, name) for name, number in enumerate(shuffled(16))]
    items = [[weight] for weight in weights] if by_key else weights
    key = (lambda item: item[0]) if by_key else None
    with Disk() as disk:
        ours = list(disk.sort(items, key=key, reverse=reverse))
    found = [(weight.grams, weight.name) for weight in (map(key, ours) if by_key else ours)]
    assert found == [(weight.grams, weight.name) for weight in sorted(weights, reverse=reverse)]


@pytest.mark.rule(2)
def test_nothing_happens_before_the_first_item_is_asked_for():
    with Disk() as disk:
        pulls = []
        ours = disk.sort(counted([3, 1, 2, 0], pulls))
        assert iter(ours) is ours
        assert (pulls, disk.opened, list(disk.folder.iterdir())) == ([], {}, [])
        assert next(ours) == 0
        assert (len(pulls), list(ours)) == (4, [1, 2, 3])


@pytest.mark.rule(2)
def test_the_input_is_not_changed():
    items = shuffled(10)
    with Disk() as disk:
        assert list(disk.sort(items, memory=100)) == list(range(10))
        assert list(disk.sort(items)) == list(range(10))
    assert items == shuffled(10)


@pytest.mark.rule(2)
@given(
    st.lists(st.integers(0, 6), max_size=12),
    st.integers(1, 5),
    st.integers(2, 4),
    st.booleans(),
)
@settings(max_examples=25)
def test_any_items_come_in_the_order_of_sorted(numbers, memory, fan_in, reverse):
    items = [(number, at) for at, number in enumerate(numbers)]
    with Disk() as disk:
        ours = disk.sort(items, memory, fan_in, key=lambda item: item[0], reverse=reverse)
        assert list(ours) == sorted(items, key=lambda item: item[0], reverse=reverse)


# Rule 3: memory


@pytest.mark.rule(3)
def test_what_fits_needs_no_file():
    sizes = {"a": 1, "b": 2, "c": 3}.get
    with Disk() as disk:
        assert list(disk.sort("cab", memory=6, getsizeof=sizes)) == ["a", "b", "c"]
        assert disk.opened == {}
        assert list(disk.sort("cabb", memory=8, getsizeof=sizes)) == ["a", "b", "b", "c"]
        assert disk.opened == {}
        assert list(disk.sort("cabb", memory=7, getsizeof=sizes)) == ["a", "b", "b", "c"]
        assert disk.opened["wb"] > 0


@pytest.mark.rule(3)
@pytest.mark.parametrize(("items", "runs"), [(9, 3), (10, 4), (12, 4)])
def test_a_run_holds_what_fits_into_memory(items, runs):
    for numbers in (range(items), range(items)[::-1], shuffled(items)):
        with Disk() as disk:
            assert list(disk.sort(numbers, memory=3, fan_in=100)) == list(range(items))
            assert disk.opened["wb"] <= runs


@pytest.mark.rule(3)
def test_an_item_that_does_not_fit_is_a_run():
    with Disk() as disk:
        ours = disk.sort("dcba", memory=3, fan_in=100, getsizeof=lambda item: 4)
        assert list(ours) == ["a", "b", "c", "d"]
        assert disk.opened["wb"] <= 4


@pytest.mark.rule(3)
def test_by_default_an_item_counts_what_sys_getsizeof_says():
    items = [b"x" * 100, b"", b"a" * 50]
    memory = sum(map(sys.getsizeof, items))
    with Disk() as disk:
        options = {"dir": disk.folder, "open": disk.open}
        assert list(external_sort(items, memory=memory, **options)) == sorted(items)
        assert disk.opened == {}
        assert list(external_sort(items, memory=memory - 1, **options)) == sorted(items)
        assert disk.opened["wb"] > 0


class Parcel:
    """An item with a size; it is known which ones are in memory."""

    in_memory: ClassVar = weakref.WeakSet()

    def __init__(self, number, size):
        self.number, self.size = number, size
        self.in_memory.add(self)

    def __lt__(self, other):
        return self.number < other.number

    def __reduce__(self):
        return Parcel, (self.number, self.size)

    @classmethod
    def held(cls):
        return sum(parcel.size for parcel in cls.in_memory)


@pytest.mark.rule(3)
@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[1], [1, 1, 5, 1, 2], [8, 1, 1, 1], [30, 1, 1]], ids=str)
def test_no_more_is_held_than_fits_and_one_item_on_its_way(sizes):
    most = 0

    def parcels():
        nonlocal most
        for at, number in enumerate(shuffled(60)):
            yield Parcel(number, sizes[at % len(sizes)])
            most = max(most, Parcel.held())

    Parcel.in_memory.clear()
    with Disk() as disk:
        ours = disk.sort(parcels(), 10, 3, getsizeof=lambda parcel: parcel.size)
        assert [parcel.number for parcel in ours] == list(range(60))
    # What is on its way: the item that does not fit, and the one before it in a variable.
    assert most <= max(10, *sizes) + 2 * max(sizes)


@pytest.mark.rule(3)
@pytest.mark.slow
def test_the_memory_that_is_used_has_a_limit():
    with Disk() as disk:
        items = (b"%d" % number * 100 for number in shuffled(1_200))
        tracemalloc.start()
        try:
            ours = disk.sort(items, memory=40_000, fan_in=4, getsizeof=sys.getsizeof)
            assert sum(1 for _ in ours) == 1_200
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert disk.written > 500_000
    assert peak < 160_000


# Rule 4: the codec


class Lines:
    """One text to a line; keeps what it was asked for, for each file."""

    def __init__(self):
        self.dumped, self.loaded = {}, {}

    def dump(self, obj, file):
        self.dumped.setdefault(file.raw.path, []).append(obj)
        file.write(obj.encode() + b"\n")

    def load(self, file):
        line = file.readline()
        assert line, "asked for more than was dumped"
        self.loaded.setdefault(file.raw.path, []).append(line[:-1].decode())
        return line[:-1].decode()


@pytest.mark.rule(4)
def test_items_go_to_files_and_come_back_by_the_codec():
    words, codec = ["round", "and", "round", "in", "the", "circle", "game"], Lines()
    with Disk() as disk:
        assert list(disk.sort(words, codec=codec)) == sorted(words)
    assert codec.loaded == codec.dumped != {}


@pytest.mark.rule(4)
def test_modules_with_dump_and_load_are_codecs():
    items = [(number % 4, None, [str(number)], 1.5) for number in range(12)]
    for codec in (pickle, marshal):
        with Disk() as disk:
            ours = list(disk.sort(items, key=lambda item: item[0], codec=codec))
            assert ours == sorted(items, key=lambda item: item[0])
    with Disk() as disk:
        assert list(disk.sort(items, key=lambda item: item[0])) == ours


@pytest.mark.rule(4)
@pytest.mark.parametrize("error", [EOFError, pickle.UnpicklingError])
def test_an_error_of_load_is_not_the_end_of_a_run(error):
    class Broken(CountingCodec):
        def load(self, file):
            if self.loads == 5:
                raise error("half of an item")
            return super().load(file)

    with Disk() as disk, pytest.raises(error):
        list(disk.sort(shuffled(9), fan_in=3, codec=Broken()))


# Rule 5: files


@pytest.mark.rule(5)
def test_files_are_written_one_by_one_and_then_read():
    with Disk() as disk:
        assert list(disk.sort(shuffled(12), fan_in=16)) == list(range(12))
        assert set(disk.opened) == {"wb", "rb"}
        assert disk.most["wb"] == 1


@pytest.mark.rule(5)
def test_files_are_made_in_the_directory_for_temporary_files(monkeypatch):
    with Disk() as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
        ours = external_sort(shuffled(9), memory=3, getsizeof=lambda item: 1)
        assert next(ours) == 0
        assert list(disk.folder.iterdir()) != []
        assert list(ours) == list(range(1, 9))


# Rule 6: passes


@pytest.mark.rule(6)
@pytest.mark.parametrize("fan_in", [2, 3])
@pytest.mark.parametrize("runs", [2, 5, 10])
def test_few_files_are_open_at_a_time(runs, fan_in):
    with Disk() as disk:
        assert list(disk.sort(shuffled(3 * runs), 3, fan_in)) == list(range(3 * runs))
        assert disk.most["rb"] <= fan_in
        assert disk.most["wb"] == 1


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("runs", "fan_in", "times"),
    [(2, 2, 1), (3, 2, 2), (5, 2, 3), (9, 2, 4), (4, 4, 1), (5, 4, 2), (16, 4, 2), (17, 4, 3)],
)
def test_items_are_written_once_and_once_more_for_each_pass(runs, fan_in, times):
    codec, count = CountingCodec(), 2 * runs
    with Disk() as disk:
        # Backwards, so that no run can be longer than what fits.
        ours = disk.sort(range(count)[::-1], 2, fan_in, codec=codec)
        assert list(ours) == list(range(count))
    assert codec.dumps <= count * times
    assert codec.loads == codec.dumps


@pytest.mark.rule(6)
def test_by_default_sixteen_runs_are_merged_at_a_time():
    for runs in (16, 17):
        codec = CountingCodec()
        with Disk() as disk:
            options = {"getsizeof": lambda item: 1, "dir": disk.folder, "open": disk.open}
            ours = external_sort(range(runs)[::-1], memory=1, codec=codec, **options)
            assert list(ours) == list(range(runs))
        assert disk.most["rb"] == 16
        assert (codec.dumps > runs) == (runs > 16)


@pytest.mark.rule(6)
@pytest.mark.parametrize("fan_in", [2, 4])
def test_a_run_that_has_been_merged_is_removed(fan_in):
    with Disk() as disk:
        assert list(disk.sort(range(48)[::-1], 3, fan_in)) == list(range(48))
        assert disk.most_files <= 16 + 1


@pytest.mark.rule(6)
def test_the_last_merge_goes_no_further_than_it_is_asked():
    codec = CountingCodec()
    with Disk() as disk:
        ours = disk.sort(range(100)[::-1], 25, 4, codec=codec)
        for number in range(20):
            assert next(ours) == number
            assert codec.loads <= number + 2 * 4
        ours.close()


@pytest.mark.rule(6)
@pytest.mark.parametrize("fan_in", [2, 4])
def test_merging_holds_one_item_of_each_run(fan_in):
    most = 0

    class Watching(CountingCodec):
        def load(self, file):
            nonlocal most
            parcel = super().load(file)
            most = max(most, len(Parcel.in_memory))
            return parcel

    Parcel.in_memory.clear()
    with Disk() as disk:
        items = (Parcel(number, 1) for number in shuffled(120))
        ours = disk.sort(items, 10, fan_in, codec=Watching())
        assert [parcel.number for parcel in ours] == list(range(120))
    # Besides one of each run: the one that is handed out, and the last of the input.
    assert most <= fan_in + 3


# Rule 7: nothing is left


def at_its_end(ours):
    assert list(ours)[-1:] in ([14], [])


def closed(ours):
    ours.close()
    assert list(ours) == []


def left_by_break(ours):
    for _ in ours:
        break


@pytest.mark.rule(7)
@pytest.mark.parametrize("fan_in", [2, 16])
@pytest.mark.parametrize("taken", [0, 1, 15])
@pytest.mark.parametrize("end", [closed, left_by_break, at_its_end])
def test_nothing_is_left_wherever_the_consumer_stops(end, taken, fan_in):
    with Disk() as disk:
        ours = disk.sort(shuffled(15), 3, fan_in)
        assert list(itertools.islice(ours, taken)) == list(range(taken))
        end(ours)
        if end is left_by_break:
            del ours
            gc.collect(1)
        disk.must_be_clean()


# Rule 8: errors


class FaultError(Exception):
    """What goes wrong in these tests; a full disk is an OSError besides."""


class DiskFullError(FaultError, OSError):
    pass


class Trouble:
    """Raises an error before the event number `at` of its kind."""

    def __init__(self, kind, at):
        self.kind, self.at = kind, at
        is_of_disk = kind in ("open", "write", "close")
        self.error = (
            DiskFullError(errno.ENOSPC, "full") if is_of_disk else FaultError(f"{kind} {at}")
        )

    def before(self, kind):
        if kind == self.kind:
            self.at -= 1
            if self.at == 0:
                raise self.error

    def source(self, items):
        for item in items:
            self.before("source")
            yield Troubled(item, self)
        self.before("source")

    def key(self, item):
        self.before("key")
        return Troubled(item.number, self)

    def dump(self, obj, file):
        self.before("dump")
        pickle.dump(obj.number, file)

    def load(self, file):
        self.before("load")
        return Troubled(pickle.load(file), self)

    def getsizeof(self, item):
        self.before("getsizeof")
        return 1


class Troubled:
    def __init__(self, number, trouble):
        self.number, self.trouble = number, trouble

    def __lt__(self, other):
        self.trouble.before("less")
        return self.number < other.number


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    ["source", "getsizeof", "key", "less", "dump", "load", "open", "write", "close"],
)
def test_every_error_comes_out_and_nothing_is_left(kind):
    numbers = range(7)[::-1]
    with Disk() as disk:
        for at in itertools.count(1):
            trouble, caught = Trouble(kind, at), None
            disk.before = trouble.before
            ours = disk.sort(
                trouble.source(numbers),
                2,
                2,
                key=trouble.key,
                codec=trouble,
                getsizeof=trouble.getsizeof,
            )
            try:
                found = [item.number for item in ours]
            except FaultError as error:
                caught = error
            # While the error is kept, and with its traceback the frames.
            disk.must_be_clean()
            if trouble.at > 0:
                break
            assert caught is trouble.error, f"{kind} number {at} went wrong, and nobody was told"
    assert found == list(range(7))
    assert at > 2


@pytest.mark.rule(8)
def test_a_full_disk_is_not_the_end_of_the_input():
    with Disk() as disk:
        pulls = []
        source = counted(range(20)[::-1], pulls)
        disk.before = Trouble("write", 2).before
        with pytest.raises(OSError) as caught:
            list(disk.sort(source))
        assert caught.value.errno == errno.ENOSPC
        assert len(pulls) < 20
        assert [*pulls, *source] == list(range(20)[::-1])


@pytest.mark.rule(8)
@pytest.mark.parametrize(("memory", "fan_in"), [(0, 2), (-1, 2), (9, 1), (9, 0), (9, -2)])
def test_settings_that_cannot_work_are_refused_at_the_call(memory, fan_in):
    with pytest.raises(ValueError):
        external_sort([2, 1], memory=memory, fan_in=fan_in)
