import gc
import inspect
import math
import sys
import time
import tracemalloc
import weakref
from datetime import datetime, timedelta
from unittest.mock import ANY

import cachetools
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from katas.caching.ttl_cache import TTLCache


class Clock:
    """Says `now`, counts its readings, and goes on by `tick` after each of them."""

    def __init__(self, now=0, tick=0):
        self.now, self.tick, self.readings = now, tick, 0

    def __call__(self):
        now = self.now
        self.now += self.tick
        self.readings += 1
        return now


def filled(keys, maxsize=10, ttl=10, getsizeof=None, cls=TTLCache):
    """A cache with these keys, stored one by one at 0, 1, 2 and so on, and its clock."""
    clock = Clock()
    cache = cls(maxsize, ttl, clock, getsizeof)
    for key in keys:
        cache[key] = key.upper()
        clock.now += 1
    return cache, clock


def by_use(cache):
    """The keys, least recently used first; empties the cache."""
    return "".join(cache.popitem()[0] for _ in range(len(cache)))


OPERATIONS = {
    "brackets": lambda cache, key, value: cache[key],
    "storing": lambda cache, key, value: cache.__setitem__(key, value),
    "deleting": lambda cache, key, value: cache.__delitem__(key),
    "in": lambda cache, key, value: key in cache,
    "get": lambda cache, key, value: cache.get(key),
    "pop": lambda cache, key, value: cache.pop(key),
    "setdefault": lambda cache, key, value: cache.setdefault(key, value),
    "len": lambda cache, key, value: len(cache),
    "currsize": lambda cache, key, value: cache.currsize,
    "popitem": lambda cache, key, value: cache.popitem(),
    "expire": lambda cache, key, value: list(cache.expire()),
    "clear": lambda cache, key, value: cache.clear(),
}
READS = ["brackets", "get", "setdefault"]


def do(operation, cache, key, value="value"):
    """What the operation returns, or the type of the error that it may raise."""
    try:
        return OPERATIONS[operation](cache, key, value)
    except (KeyError, ValueError) as error:
        return type(error)


# Rule 1: a mapping whose entries have an end


@pytest.mark.rule(1)
@pytest.mark.parametrize("value", ["A", 0, None], ids=repr)
def test_a_stored_value_can_be_read(value):
    cache = TTLCache(2, 10, Clock())
    cache["a"] = value
    assert cache["a"] is cache.get("a", "default") is value


@pytest.mark.rule(1)
@pytest.mark.parametrize(("now", "living"), [(9, "abc"), (9.9, "abc"), (10, "bc"), (12, "")])
def test_each_entry_lives_until_its_own_time_is_up(now, living):
    cache, clock = filled("abc")
    clock.now = now
    assert "".join(key for key in "abc" if key in cache) == living
    assert [cache.get(key) for key in living] == list(living.upper())


@pytest.mark.rule(1)
@pytest.mark.parametrize("missing", ["z", "x", "a"], ids=["never stored", "deleted", "expired"])
def test_what_is_not_there_is_a_key_error(missing):
    cache, clock = filled("axb")
    del cache["x"]
    clock.now = 10
    with pytest.raises(KeyError):
        cache[missing]
    with pytest.raises(KeyError):
        del cache[missing]
    with pytest.raises(KeyError):
        cache.pop(missing)
    assert (missing in cache, cache.get(missing, "default")) == (False, "default")
    assert cache["b"] == "B"


@pytest.mark.rule(1)
@pytest.mark.parametrize("ttl", [0, -1])
def test_without_time_to_live_nothing_is_ever_there(ttl):
    cache, _ = filled("ab", ttl=ttl)
    assert ("b" in cache, cache.get("b")) == (False, None)


@pytest.mark.rule(1)
def test_times_need_not_be_numbers():
    clock = Clock(datetime(2024, 2, 28, 12), tick=timedelta(0))  # noqa: DTZ001 - any will do
    cache = TTLCache(2, timedelta(days=2), clock)
    cache["a"] = "A"
    clock.now += timedelta(days=1, hours=23)
    assert cache["a"] == "A"
    clock.now += timedelta(hours=1)
    assert "a" not in cache


@pytest.mark.rule(1)
def test_a_cache_knows_its_settings():
    cache = TTLCache(maxsize=3, ttl=7, timer=Clock(42), getsizeof=None)
    assert (cache.maxsize, cache.ttl, cache.timer()) == (3, 7, 42)
    before = time.monotonic()
    now = TTLCache(2, 10).timer()
    assert before <= now <= time.monotonic()


@pytest.mark.rule(1)
def test_a_negative_size_is_refused():
    with pytest.raises(ValueError):
        TTLCache(-1, 10)


# Rule 2: nothing shows what has expired


SHOWN = {
    "len": (len, 2, 0),
    "bool": (bool, True, False),
    "iteration": (sorted, ["b", "c"], []),
    "values": (lambda cache: sorted(cache.values()), ["B", "C"], []),
    "items": (lambda cache: dict(cache.items()), {"b": "B", "c": "C"}, {}),
    "equality": (lambda cache: cache == {"b": "B", "c": "C"}, True, False),
}


@pytest.mark.rule(2)
@pytest.mark.parametrize(("show", "living", "dead"), SHOWN.values(), ids=SHOWN)
def test_what_has_expired_is_not_shown_though_nobody_asked_for_it(show, living, dead):
    cache, clock = filled("abc")
    clock.now = 10
    assert show(cache) == living
    clock.now = 12
    assert show(cache) == dead


@pytest.mark.rule(2)
def test_a_loop_shows_nothing_that_expires_before_its_turn():
    cache, clock = filled("abcd")
    shown = []
    for key in cache:
        shown.append(key)
        clock.now = 50
    assert len(shown) == 1


@pytest.mark.rule(2)
def test_in_a_loop_entries_may_be_read_and_counted():
    cache, clock = filled("abcd")
    clock.now = 10
    seen = [(key, cache[key], cache.get(key), len(cache), key in cache) for key in cache]
    assert sorted(seen) == [(key, key.upper(), key.upper(), 3, True) for key in "bcd"]


# Rule 3: a new life, and who has to go


@pytest.mark.rule(3)
def test_storing_again_gives_a_new_value_and_a_new_life():
    cache, clock = filled("ab")
    clock.now = 9
    cache["a"] = "new"
    clock.now = 18
    assert (dict(cache), len(cache)) == ({"a": "new"}, 1)
    clock.now = 19
    assert (dict(cache), len(cache)) == ({}, 0)


@pytest.mark.rule(3)
@pytest.mark.parametrize("read", READS)
def test_reading_does_not_prolong_a_life(read):
    cache, clock = filled("ab")
    clock.now = 9
    assert do(read, cache, "a") == "A"
    clock.now = 10
    assert ("a" in cache, len(cache)) == (False, 1)


@pytest.mark.rule(3)
@pytest.mark.parametrize("read", READS)
def test_a_full_cache_gives_up_what_was_used_longest_ago(read):
    cache, _ = filled("abc", maxsize=3)
    do(read, cache, "a")
    cache["d"] = "D"
    assert (len(cache), by_use(cache)) == (3, "cad")


@pytest.mark.rule(3)
def test_looking_is_not_using():
    cache, _ = filled("abc")
    assert cache["a"] == "A"
    assert (cache.get("z"), len(cache), sorted(cache)) == (None, 3, ["a", "b", "c"])
    assert next(iter(cache)) in cache
    assert "b" in cache
    assert by_use(cache) == "bca"


@pytest.mark.rule(3)
def test_storing_again_is_using_and_gives_up_nothing():
    cache, _ = filled("abc", maxsize=3)
    cache["a"] = "new"
    assert (len(cache), by_use(cache)) == (3, "bca")


@pytest.mark.rule(3)
def test_what_has_expired_makes_room_before_anything_that_lives():
    cache, clock = filled("abc", maxsize=3)
    assert (cache["b"], cache["a"]) == ("B", "A")  # so `c` was used longest ago
    clock.now = 11
    cache["d"], cache["e"] = "D", "E"
    assert sorted(cache) == ["c", "d", "e"]
    cache["f"] = "F"
    assert sorted(cache) == ["d", "e", "f"]


@pytest.mark.rule(3)
def test_popitem_takes_the_least_recently_used_that_lives():
    cache, clock = filled("abcd")
    assert cache["b"] == "B"
    clock.now = 10
    assert (cache.popitem(), sorted(cache)) == (("c", "C"), ["b", "d"])


@pytest.mark.rule(3)
@pytest.mark.parametrize("keys", ["", "ab"], ids=["empty", "all expired"])
def test_popitem_with_nothing_that_lives_is_a_key_error(keys):
    cache, clock = filled(keys)
    clock.now = 20
    with pytest.raises(KeyError):
        cache.popitem()


@pytest.mark.rule(3)
def test_pop_removes_and_setdefault_stores():
    cache, clock = filled("abc")
    assert cache.pop("b", "default") == "B"
    clock.now = 10
    assert cache.pop("b", "default") == "default"
    assert cache.pop("a", default=ANY) is ANY
    assert (cache.setdefault("a", "new"), cache.setdefault("b")) == ("new", None)
    assert dict(cache) == {"a": "new", "b": None, "c": "C"}
    assert TTLCache(2, 0, clock).setdefault("a", "gone at once") == "gone at once"


@pytest.mark.rule(3)
def test_a_cleared_cache_starts_anew():
    cache, clock = filled("ab", maxsize=3)
    cache.clear()
    assert (len(cache), list(cache), "a" in cache) == (0, [], False)
    cache["b"], cache["c"], cache["d"] = "new", "C", "D"
    clock.now = 11
    assert dict(cache) == {"b": "new", "c": "C", "d": "D"}


# Rule 4: expire


@pytest.mark.rule(4)
def test_expire_removes_and_returns_what_has_expired():
    cache, clock = filled("abcd")
    assert cache["a"] == "A"  # the order is that of expiring, not of use
    clock.now = 9
    assert list(cache.expire()) == []
    clock.now = 11
    assert list(cache.expire()) == [("a", "A"), ("b", "B")]
    assert list(cache.expire()) == []
    assert sorted(cache) == ["c", "d"]


@pytest.mark.rule(4)
@pytest.mark.parametrize(("at", "gone"), [(0, ""), (9, ""), (10, "a"), (11, "ab"), (99, "abc")])
def test_expire_takes_another_time_than_now(at, gone):
    cache, clock = filled("abc")
    clock.now, clock.readings = 5, 0
    assert list(cache.expire(at)) == [(key, key.upper()) for key in gone]
    assert clock.readings == 0
    assert {*cache, *gone} == set("abc")
    assert len(cache) == 3 - len(gone)


@pytest.mark.rule(4)
def test_expire_knows_a_former_life_no_more():
    cache, clock = filled("abc")
    cache["a"] = "again"
    del cache["b"]
    clock.now = 4
    cache["b"] = "once more"
    clock.now = 12
    assert list(cache.expire()) == [("c", "C")]
    clock.now = 14
    assert list(cache.expire()) == [("a", "again"), ("b", "once more")]


class Thing:
    """A value whose end can be watched."""


ENDS = {
    "it expires and another is stored": (10, lambda cache: cache.update(new="value")),
    "it expires and is stored again": (10, lambda cache: cache.update(a="value")),
    "it expires and `expire` is called": (10, lambda cache: cache.expire() and None),
    "it is stored again": (0, lambda cache: cache.update(a="value")),
    "it is deleted": (0, lambda cache: cache.__delitem__("a")),
    "it is popped": (0, lambda cache: cache.pop("a") and None),
    "it is the least recently used": (0, lambda cache: cache.popitem() and None),
    "others need its place": (0, lambda cache: cache.update(b="B", c="C")),
    "the cache is cleared": (0, lambda cache: cache.clear()),
}


@pytest.mark.rule(4)
@pytest.mark.parametrize(("now", "end"), ENDS.values(), ids=ENDS)
def test_what_is_removed_is_not_kept_alive(now, end):
    cache, clock = filled("", maxsize=2)
    cache["a"] = thing = Thing()
    alive = weakref.ref(thing)
    del thing
    clock.now = now
    end(cache)
    if alive():
        gc.collect()
    assert alive() is None


# Rule 5: sizes


@pytest.mark.rule(5)
def test_currsize_is_the_sum_for_what_lives():
    cache, clock = filled("abc")
    clock.now = 10
    assert cache.currsize == 2
    cache.clear()
    assert cache.currsize == 0
    cache["d"] = "D"
    clock.now = 22
    assert cache.currsize == 0


SIZES = {
    "there is room": ("d", 3, "abcd"),
    "one has to go": ("d", 4, "bcd"),
    "two have to go": ("d", 7, "cd"),
    "all have to go": ("d", 10, "d"),
    "no size at all": ("d", 0, "abcd"),
    "larger, there is room": ("a", 4, "abc"),
    "larger, another has to go": ("a", 6, "ac"),
    "larger, all others have to go": ("a", 10, "a"),
    "larger, the newest": ("c", 7, "bc"),
    "smaller": ("c", 0, "abc"),
}


@pytest.mark.rule(5)
@pytest.mark.parametrize(("key", "size", "left"), SIZES.values(), ids=SIZES)
def test_as_many_are_given_up_as_the_size_needs(key, size, left):
    cache = TTLCache(10, 10, Clock(), getsizeof=len)
    cache["a"], cache["b"], cache["c"] = "A", "BBB", "CCC"
    cache[key] = "x" * size
    assert "".join(sorted(cache)) == left
    assert cache.currsize == sum(map(len, cache.values()))
    assert by_use(cache)[-1] == key


@pytest.mark.rule(5)
@pytest.mark.parametrize("key", ["a", "new"])
@pytest.mark.parametrize("size", [11, -1, "not a size"])
def test_a_size_that_cannot_be_is_an_error_and_nothing_changes(key, size):
    cache, _ = filled("abc", getsizeof=lambda value: {"A": 3, "B": 3, "C": 4}.get(value, size))
    with pytest.raises(TypeError if size == "not a size" else ValueError):
        cache[key] = "value"
    assert (cache.currsize, dict(cache)) == (10, {"a": "A", "b": "B", "c": "C"})


@pytest.mark.rule(5)
def test_nothing_fits_into_size_zero_but_what_has_no_size():
    cache = TTLCache(0, 10, Clock())
    with pytest.raises(ValueError):
        cache["a"] = "A"
    assert ("a" in cache, cache.currsize) == (False, 0)
    cache = TTLCache(0, 10, Clock(), len)
    cache["a"] = ""
    assert dict(cache) == {"a": ""}


@pytest.mark.rule(5)
def test_the_size_is_asked_once_when_the_value_is_stored():
    asked = []
    cache, clock = filled("", getsizeof=lambda value: asked.append(value) or len(value))
    for key in "abcd":
        cache[key] = [key]
        cache[key].append("more")
    del cache["a"]
    assert cache.currsize == 3
    cache["b"] = []
    assert cache.currsize == 2
    cache.popitem()
    assert cache.currsize == 1
    clock.now = 10
    assert (cache.currsize, len(asked)) == (0, 5)


class LikeCachetools(RuleBasedStateMachine):
    """Both caches get the same calls and the same time; what they do must agree."""

    keys = st.sampled_from("abcdef")
    values = st.integers(-1, 6)

    @initialize(maxsize=st.integers(1, 5), ttl=st.integers(0, 6), sized=st.booleans())
    def begin(self, maxsize, ttl, sized):
        self.clock = Clock()
        arguments = (maxsize, ttl, self.clock, abs if sized else None)
        self.ours, self.theirs = TTLCache(*arguments), cachetools.TTLCache(*arguments)

    def both(self, call):
        assert call(self.ours) == call(self.theirs)
        assert set(self.ours) == set(self.theirs)

    @rule(operation=st.sampled_from(list(OPERATIONS)), key=keys, value=values)
    def operate(self, operation, key, value):
        if operation == "expire":
            # Whether it still has an expired entry that somebody tried to delete is left open.
            self.both(len)
        self.both(lambda cache: do(operation, cache, key, value))

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds):
        self.clock.now += seconds

    @rule(seconds=st.integers(0, 3))
    def expire_early(self, seconds):
        self.both(len)
        self.both(lambda cache: sorted(cache.expire(self.clock.now + seconds)))


LikeCachetools.TestCase.settings = settings(max_examples=50, stateful_step_count=20)
TestLikeCachetools = pytest.mark.rule(5)(LikeCachetools.TestCase)


# Rule 6: one time for each operation


RESULTS = {"len": 1, "currsize": 1, "in": True, "popitem": ("b", "B")} | dict.fromkeys(
    ["brackets", "get", "pop", "setdefault"], "B"
)


@pytest.mark.rule(6)
@pytest.mark.parametrize("key", ["a", "d", "z"], ids=["expired", "alive", "missing"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_reads_the_clock_at_most_once(operation, key):
    cache, clock = filled("abcd", maxsize=4, ttl=4)
    clock.readings = 0
    do(operation, cache, key)
    assert clock.readings <= 1


@pytest.mark.rule(6)
@pytest.mark.parametrize(("operation", "result"), RESULTS.items(), ids=RESULTS)
def test_an_entry_does_not_expire_in_the_middle_of_an_operation(operation, result):
    cache, clock = filled("ab")
    clock.now, clock.tick = 10, 50
    assert do(operation, cache, "b") == result


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    "take",
    [lambda cache: {key: cache[key] for key in cache}, lambda cache: dict(cache.items())],
    ids=["a loop", "items"],
)
def test_time_stands_still_in_the_body_of_a_loop(take):
    cache, clock = filled("a")
    # Read at 9, when the entry lives, the next time at 59.
    clock.now, clock.readings, clock.tick = 9, 0, 50
    assert take(cache) == {"a": "A"}
    assert clock.readings <= 2


@pytest.mark.rule(6)
def test_time_goes_on_after_a_loop():
    cache, clock = filled("abc")
    for _ in cache:
        clock.now = 5
        break
    assert cache.timer() == 5
    times = []
    for _ in zip(cache, cache, strict=True):
        clock.now += 1
        times.append(cache.timer())
    assert times == sorted(times)
    assert cache.timer() == clock.now == 8


@pytest.mark.rule(6)
def test_time_stands_still_for_the_cache_while_its_timer_is_held():
    cache, clock = filled("ab")
    with cache.timer as now:
        clock.now = 50
        with cache.timer as inner:
            assert (now, inner, cache.timer(), cache["a"]) == (2, 2, 2, "A")
        cache["c"] = "C"
        assert (cache.timer(), len(cache), dict(cache)) == (2, 3, {"a": "A", "b": "B", "c": "C"})
    assert (cache.timer(), len(cache)) == (50, 0)


@pytest.mark.rule(6)
def test_time_goes_on_after_an_error():
    cache, clock = filled("ab")
    with pytest.raises(ZeroDivisionError), cache.timer:
        raise ZeroDivisionError
    with pytest.raises(TypeError):
        cache[["unhashable"]] = "value"
    with pytest.raises(KeyError):
        cache.pop("z")
    clock.now, clock.tick = 9, None
    with pytest.raises(TypeError):  # of the clock
        cache.get("a")
    clock.now, clock.tick = 10, 0
    assert (cache.timer(), dict(cache)) == (10, {"b": "B"})


# Rule 7: the cost


class Key(str):
    """Hashed and compared by instructions of Python, which can be counted."""

    __slots__ = ()

    def __hash__(self):
        return super().__hash__()

    def __eq__(self, other):
        return super().__eq__(other)


class Moment(float):
    """A time that is compared by instructions of Python, which can be counted."""

    def __add__(self, other):
        return Moment(float(self) + other)

    def __lt__(self, other):
        return super().__lt__(other)

    def __gt__(self, other):
        return super().__gt__(other)


def work(operation, situation, entries, limit=math.inf):
    """How many instructions an operation takes, on average, in a full cache of so many entries."""
    count, most = 0, limit * entries

    def trace(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        if count > most:
            pytest.fail(f"more than {limit} instructions for each of {entries} entries")
        return trace

    cache, clock = filled("", maxsize=entries)
    for number in range(entries):
        clock.now = Moment(number / 1000)
        cache[Key(number)] = number
    if situation == "one after another expires":
        clock.now, clock.tick = Moment(10), 1 / 1000
    keys = [Key(number + 1000 * (situation == "new keys")) for number in range(entries)]
    before = sys.gettrace()
    # 3.12 sends no instructions unless a frame has asked for them when tracing begins.
    inspect.currentframe().f_trace_opcodes = True
    sys.settrace(trace)
    try:
        for key in keys:
            do(operation, cache, key)
    finally:
        sys.settrace(before)
    return count / entries


@pytest.mark.rule(7)
@pytest.mark.slow
@pytest.mark.parametrize("situation", ["known keys", "new keys", "one after another expires"])
@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name != "clear"])
def test_the_work_of_an_operation_does_not_grow_with_the_entries(operation, situation):
    few = work(operation, situation, 10)
    # The logarithm of a heap may be in it; a search through all entries may not.
    work(operation, situation, 100, limit=3 * few)


@pytest.mark.rule(7)
def test_looking_and_reading_copy_no_entries():
    cache, _ = filled("", maxsize=2000)
    cache.update((number, number) for number in range(2000))
    tracemalloc.start()
    try:
        assert (1999 in cache, cache[1999], len(cache), cache.currsize) == (True, 1999, 2000, 2000)
        assert (list(cache.expire()), cache.popitem()) == ([], (0, 0))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5000  # bytes; a list of the keys alone takes eight for each


@pytest.mark.rule(7)
def test_memory_does_not_grow_with_the_operations():
    cache, _ = filled("abc")
    tracemalloc.start()
    try:
        for _ in range(500):
            cache["a"] = cache.pop("a")
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 10_000  # bytes; a tuple for each of the former lives takes twice as much


# Rule 8: subclasses


class Default(TTLCache):
    def __missing__(self, key):
        if key == "refused":
            raise LookupError(key)
        self[key] = key * 2
        return "fresh"


class Watched(TTLCache):
    def __init__(self, *args):
        super().__init__(*args)
        self.evicted, self.expired, self.times = [], [], []

    def popitem(self):
        self.times.append(self.timer())
        item = super().popitem()
        self.evicted.append(item)
        return item

    def expire(self, time=None):
        items = list(super().expire(time))
        self.expired += items
        return items


@pytest.mark.rule(8)
def test_brackets_give_what_missing_returns_or_raises():
    cache, clock = filled("a", cls=Default)
    assert (cache["a"], cache["b"], cache["b"]) == ("A", "fresh", "bb")
    clock.now = 10
    assert (cache["a"], cache["a"]) == ("fresh", "aa")
    with pytest.raises(LookupError) as caught:
        cache["refused"]
    assert caught.type is LookupError


@pytest.mark.rule(8)
@pytest.mark.parametrize("key", ["a", "z"], ids=["expired", "never stored"])
def test_nothing_but_brackets_calls_missing(key):
    cache, clock = filled("a", cls=Default)
    clock.now = 10
    assert (cache.get(key), cache.pop(key, None), key in cache) == (None, None, False)
    with pytest.raises(KeyError):
        cache.pop(key)
    with pytest.raises(KeyError):
        del cache[key]
    assert (list(cache), cache.setdefault(key, "new"), cache[key]) == ([], "new", "new")


@pytest.mark.rule(8)
def test_popitem_is_called_for_what_is_given_up_and_nothing_else():
    cache, clock = filled("abcd", maxsize=3, cls=Watched)
    assert (cache.evicted, cache.expired) == ([("a", "A")], [])
    del cache["d"]
    clock.now = 11
    cache["e"], cache["f"] = "E", "F"
    assert (cache.evicted, cache.expired) == ([("a", "A")], [("b", "B")])


@pytest.mark.rule(8)
@pytest.mark.parametrize("operation", [*READS, "storing", "in", "pop", "len", "popitem"])
def test_whatever_expires_is_handed_out_by_expire_once(operation):
    cache, clock = filled("ab", cls=Watched)
    clock.now = 10
    do(operation, cache, "a")
    cache.expire()
    assert cache.expired == [("a", "A")]


@pytest.mark.rule(8)
def test_what_a_subclass_does_in_an_operation_happens_at_the_same_time():
    cache, clock = filled("abc", maxsize=3, cls=Watched)
    clock.readings, clock.tick = 0, 1
    cache["d"] = "D"
    assert (cache.times, clock.readings) == ([3], 1)
