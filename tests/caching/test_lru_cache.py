import functools
import gc
import inspect
import itertools
import threading
import tracemalloc
import weakref
from functools import partial

import cachetools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

import katas.caching.lru_cache as kata
from katas.caching.lru_cache import LRUCache, lru_cache
from tests.interleave import PATIENCE, observed_locks, run_at


def filled(maxsize, entries):
    cache = LRUCache(maxsize)
    for key in entries:
        cache[key] = key.upper()
    return cache


def by_recency(cache):
    """The keys, least recently used first; empties the cache."""
    return "".join(cache.popitem()[0] for _ in range(len(cache)))


class Recorder:
    """A function of any arguments that remembers its calls and returns a new object for each."""

    def __init__(self):
        self.calls = []

    def __call__(self, *args, **kwds):
        self.calls.append((args, kwds))
        return object()


# Rule 1: a mapping with an upper bound


@pytest.mark.rule(1)
def test_a_stored_entry_can_be_read():
    cache = LRUCache(2)
    cache["a"] = 1
    assert cache["a"] == 1


@pytest.mark.rule(1)
def test_a_new_cache_is_empty_and_knows_its_size():
    cache = LRUCache(3)
    assert (len(cache), list(cache), cache.maxsize) == (0, [], 3)


@pytest.mark.rule(1)
def test_a_cache_holds_as_many_entries_as_its_size():
    assert sorted(filled(3, "abc")) == ["a", "b", "c"]


@pytest.mark.rule(1)
def test_storing_one_more_discards_the_oldest():
    cache = filled(3, "abcd")
    assert (len(cache), sorted(cache)) == (3, ["b", "c", "d"])
    cache["e"] = "E"
    assert sorted(cache.items()) == [("c", "C"), ("d", "D"), ("e", "E")]


@pytest.mark.rule(1)
def test_a_cache_of_size_one_keeps_the_last_entry():
    assert dict(filled(1, "abc")) == {"c": "C"}


@pytest.mark.rule(1)
def test_a_deleted_entry_is_gone_and_makes_room():
    cache = filled(3, "abc")
    del cache["b"]
    assert ("b" in cache, len(cache)) == (False, 2)
    cache["d"] = "D"
    assert sorted(cache) == ["a", "c", "d"]


@pytest.mark.rule(1)
@pytest.mark.parametrize("missing", ["never stored", "a"], ids=["never stored", "discarded"])
def test_a_missing_key_is_a_key_error_for_reading_and_deleting(missing):
    cache = filled(2, "abc")
    with pytest.raises(KeyError):
        cache[missing]
    with pytest.raises(KeyError):
        del cache[missing]
    assert cache.get(missing, "default") == "default"
    assert sorted(cache) == ["b", "c"]


@pytest.mark.rule(1)
def test_none_and_false_are_values_like_others():
    cache = LRUCache(2)
    cache["a"], cache["b"] = None, False
    assert ("a" in cache, cache["a"], cache["b"]) == (True, None, False)


@pytest.mark.rule(1)
def test_two_caches_share_nothing():
    one, other = filled(2, "ab"), filled(2, "cd")
    assert (sorted(one), sorted(other)) == (["a", "b"], ["c", "d"])


@pytest.mark.rule(1)
def test_a_negative_size_is_refused():
    with pytest.raises(ValueError):
        LRUCache(-1)


@pytest.mark.rule(1)
def test_nothing_can_be_stored_in_a_cache_of_size_zero():
    cache = LRUCache(0)
    with pytest.raises(ValueError):
        cache["a"] = 1
    assert (len(cache), "a" in cache) == (0, False)


# Rule 2: what counts as use


@pytest.mark.rule(2)
def test_popitem_takes_out_the_least_recent_entry():
    cache = filled(3, "abc")
    assert cache.popitem() == ("a", "A")
    assert sorted(cache) == ["b", "c"]


@pytest.mark.rule(2)
def test_popitem_of_an_empty_cache_is_a_key_error():
    with pytest.raises(KeyError):
        LRUCache(2).popitem()


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    "read", [LRUCache.__getitem__, LRUCache.get], ids=["with brackets", "with get"]
)
def test_reading_an_entry_makes_it_the_most_recent(read):
    cache = filled(3, "abc")
    read(cache, "a")
    assert by_recency(cache) == "bca"
    cache = filled(3, "abc")
    read(cache, "b")
    assert by_recency(cache) == "acb"


@pytest.mark.rule(2)
def test_storing_an_entry_again_makes_it_the_most_recent():
    cache = filled(3, "abc")
    cache["a"] = "new"
    assert [cache.popitem() for _ in range(3)] == [("b", "B"), ("c", "C"), ("a", "new")]


@pytest.mark.rule(2)
@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_storing_any_entry_again_keeps_the_others(key):
    cache = filled(3, "abc")
    cache[key] = "new"
    assert dict(cache) == {"a": "A", "b": "B", "c": "C"} | {key: "new"}


@pytest.mark.rule(2)
def test_looking_at_keys_changes_no_order():
    cache = filled(3, "abc")
    assert "a" in cache
    assert "z" not in cache
    assert len(cache) == 3
    assert sorted(cache) == sorted(cache.keys()) == ["a", "b", "c"]
    assert by_recency(cache) == "abc"


@pytest.mark.rule(2)
def test_a_failed_reading_changes_no_order():
    cache = filled(3, "abc")
    cache.get("z")
    assert by_recency(cache) == "abc"


@pytest.mark.rule(2)
def test_entries_may_be_read_while_iterating():
    cache = filled(3, "abc")
    assert dict(cache) == {"a": "A", "b": "B", "c": "C"}
    assert sorted(cache[key] for key in cache) == ["A", "B", "C"]


@pytest.mark.rule(2)
def test_reading_and_popitem_copy_no_entries():
    cache = LRUCache(5000)
    cache.update((number, number) for number in range(5000))
    tracemalloc.start()
    try:
        assert cache[4999] == 4999
        assert cache.popitem() == (0, 0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5000  # bytes; a list of the keys alone takes eight for each


class LikeCachetools(RuleBasedStateMachine):
    """Both caches get the same calls; what they return, raise and hold must agree."""

    keys = st.sampled_from("abcdef")

    def __init__(self):
        super().__init__()
        self.ours, self.theirs = LRUCache(3), cachetools.LRUCache(3)

    def both(self, call):
        outcomes = []
        for cache in (self.ours, self.theirs):
            try:
                outcomes.append(call(cache))
            except KeyError:
                outcomes.append(KeyError)
        assert outcomes[0] == outcomes[1]
        assert set(self.ours) == set(self.theirs)

    @rule(key=keys, value=st.integers())
    def store(self, key, value):
        self.both(lambda cache: cache.__setitem__(key, value))

    @rule(key=keys)
    def read(self, key):
        self.both(lambda cache: cache[key])

    @rule(key=keys)
    def look(self, key):
        self.both(lambda cache: key in cache)

    @rule(key=keys)
    def delete(self, key):
        self.both(lambda cache: cache.__delitem__(key))

    @rule(key=keys)
    def pop(self, key):
        self.both(lambda cache: cache.pop(key, "default"))

    @rule(key=keys, value=st.integers())
    def set_default(self, key, value):
        self.both(lambda cache: cache.setdefault(key, value))

    @precondition(lambda self: len(self.theirs))
    @rule()
    def pop_the_oldest(self):
        self.both(lambda cache: cache.popitem())


LikeCachetools.TestCase.settings = settings(max_examples=50, stateful_step_count=20)
TestLikeCachetools = pytest.mark.rule(2)(LikeCachetools.TestCase)


# Rule 3: the decorator


@pytest.mark.rule(3)
def test_a_repeated_call_is_answered_from_memory():
    function = Recorder()
    cached = lru_cache()(function)
    first = cached("a")
    assert cached("a") is first
    assert cached("b") is not first
    assert function.calls == [(("a",), {}), (("b",), {})]


@pytest.mark.rule(3)
def test_none_is_a_result_like_others():
    calls = []
    cached = lru_cache()(calls.append)
    assert (cached(1), cached(1)) == (None, None)
    assert calls == [1]


@pytest.mark.rule(3)
def test_without_parentheses_the_defaults_hold():
    bare, called = lru_cache(Recorder()), lru_cache()(Recorder())
    assert bare.cache_parameters() == called.cache_parameters() == {"maxsize": 128, "typed": False}
    assert bare("a") is bare("a")


@pytest.mark.rule(3)
def test_the_result_used_longest_ago_is_computed_again():
    function = Recorder()
    cached = lru_cache(maxsize=2)(function)
    for argument in "abacab":
        cached(argument)
    # `a` was used again before `c` came, so `b` had to go.
    assert [args for args, _ in function.calls] == [("a",), ("b",), ("c",), ("b",)]


@pytest.mark.rule(3)
def test_two_decorated_functions_share_nothing():
    decorate = lru_cache(maxsize=1)
    one, other = decorate(lambda x: ("one", x)), decorate(lambda x: ("other", x))
    assert [one(1), other(1), one(1)] == [("one", 1), ("other", 1), ("one", 1)]
    assert one.cache_info() == (1, 1, 1, 1)


@pytest.mark.rule(3)
def test_without_a_size_every_result_is_kept():
    function = Recorder()
    cached = lru_cache(maxsize=None)(function)
    for _ in range(2):
        for argument in range(500):
            cached(argument)
    assert len(function.calls) == 500
    assert cached.cache_info() == (500, 500, None, 500)


@pytest.mark.rule(3)
@pytest.mark.parametrize("maxsize", [0, -1, -10])
def test_size_zero_or_less_keeps_nothing(maxsize):
    function = Recorder()
    cached = lru_cache(maxsize)(function)
    cached("a")
    cached("a", key="word")
    cached("a")
    assert function.calls == [(("a",), {}), (("a",), {"key": "word"}), (("a",), {})]
    assert cached.cache_info() == (0, 3, 0, 0)
    assert cached.cache_parameters()["maxsize"] == 0


@pytest.mark.rule(3)
def test_size_zero_hashes_no_argument():
    assert lru_cache(0)(len)(["not", "hashable"]) == 2


@pytest.mark.rule(3)
@pytest.mark.parametrize("maxsize", ["128", 1.5, [1]], ids=["a string", "a float", "a list"])
def test_a_size_of_another_type_is_refused_at_once(maxsize):
    with pytest.raises(TypeError):
        lru_cache(maxsize)


# Rule 4: which calls are the same


CALLS_THAT_DIFFER = {
    "position and name": [((1,), {}), ((), {"x": 1})],
    "a name and the string that spells it": [((1,), {"b": 2}), ((1, "b", 2), {})],
    "names and a pair": [((1,), {"b": 2}), ((1, ("b", 2)), {})],
    "names and a tuple of names": [((), {"b": 2}), ((("b",), 2), {})],
    "one tuple and its items": [((1, 2), {}), (((1, 2),), {})],
    "no argument and an empty tuple": [((), {}), (((),), {})],
    "no argument and None": [((), {}), ((None,), {})],
    "the order of keywords": [((), {"a": 1, "b": 2}), ((), {"b": 2, "a": 1})],
    "values of keywords": [((), {"a": 1, "b": 2}), ((), {"a": 2, "b": 1})],
    "names of keywords": [((), {"a": 1}), ((), {"b": 1})],
}


@pytest.mark.rule(4)
@pytest.mark.parametrize("calls", CALLS_THAT_DIFFER.values(), ids=CALLS_THAT_DIFFER.keys())
@pytest.mark.parametrize("typed", [False, True], ids=["untyped", "typed"])
def test_calls_that_differ_are_kept_apart(calls, typed):
    function = Recorder()
    cached = lru_cache(typed=typed)(function)
    for args, kwds in calls * 2:
        cached(*args, **kwds)
    assert function.calls == calls


@pytest.mark.rule(4)
@pytest.mark.parametrize("typed", [False, True], ids=["untyped", "typed"])
def test_the_same_call_spelled_in_two_ways_is_one(typed):
    function = Recorder()
    cached = lru_cache(typed=typed)(function)
    positions, names, nothing = [1], {"b": 2}, {}
    cached(1, b=2)
    cached(*positions, **names)
    cached(1, b=2, **nothing)
    assert len(function.calls) == 1


@pytest.mark.rule(4)
def test_equal_arguments_are_the_same_without_typed():
    function = Recorder()
    cached = lru_cache()(function)
    assert cached(2, key=3) is cached(2.0, key=3.0)


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    "calls",
    [
        [((1,), {}), ((1.0,), {}), ((True,), {})],
        [((0, 1), {}), ((0, 1.0), {}), ((0, True), {})],
        [((), {"x": 1}), ((), {"x": 1.0}), ((), {"x": True})],
    ],
    ids=["alone", "behind another", "as keywords"],
)
def test_with_typed_equal_arguments_of_different_types_differ(calls):
    function = Recorder()
    cached = lru_cache(typed=True)(function)
    for args, kwds in calls * 2:
        cached(*args, **kwds)
    assert len(function.calls) == 3


@pytest.mark.rule(4)
def test_typed_does_not_look_inside_arguments():
    cached = lru_cache(typed=True)(Recorder())
    assert cached((1,)) is cached((1.0,))


class Hashed:
    """Counts how often it is hashed; equal to others with the same number."""

    def __init__(self, number):
        self.number = number
        self.count = 0

    def __hash__(self):
        self.count += 1
        return hash(self.number)

    def __eq__(self, other):
        return self.number == other.number


@pytest.mark.rule(4)
@pytest.mark.parametrize("maxsize", [1, None], ids=["bounded", "unbounded"])
def test_each_argument_is_hashed_once_in_a_call(maxsize):
    cached = lru_cache(maxsize)(Recorder())
    argument = Hashed(1)
    cached(argument)
    assert argument.count == 1
    cached(argument)
    assert argument.count == 2


@pytest.mark.rule(4)
def test_discarding_hashes_no_argument():
    cached = lru_cache(1)(Recorder())
    argument = Hashed(1)
    cached(argument)
    cached("another")
    assert argument.count == 1
    assert cached.cache_info().currsize == 1


@pytest.mark.rule(4)
def test_arguments_with_the_same_hash_are_kept_apart():
    function = Recorder()
    cached = lru_cache()(function)
    assert hash(-1) == hash(-2)
    assert cached(-1, 0) is not cached(-2, 0)


@pytest.mark.rule(4)
@pytest.mark.parametrize("maxsize", [2, None], ids=["bounded", "unbounded"])
@pytest.mark.parametrize(
    ("args", "kwds"), [((1, []), {}), ((1,), {"x": []})], ids=["position", "keyword"]
)
def test_an_unhashable_argument_is_refused_before_the_function_runs(maxsize, args, kwds):
    function = Recorder()
    cached = lru_cache(maxsize)(function)
    with pytest.raises(TypeError):
        cached(*args, **kwds)
    assert function.calls == []
    assert cached.cache_info() == (0, 0, maxsize, 0)


# A table: to draw from one is quicker than to draw the parts of each call.
ARGUMENTS = [
    (args, dict(kwds))
    for count in range(3)
    for args in itertools.product([0, 1, "a", ("a", 1)], repeat=count)
    for names in ("", "a", "b", "ab", "ba")
    for kwds in itertools.product(*([(name, value) for value in (0, 1, "a")] for name in names))
]


@pytest.mark.rule(4)
@given(
    maxsize=st.sampled_from([None, -1, 0, 1, 2, 3]),
    typed=st.booleans(),
    calls=st.lists(st.sampled_from(ARGUMENTS), max_size=20),
)
def test_any_calls_do_what_they_do_with_functools(maxsize, typed, calls):
    ours = lru_cache(maxsize, typed)(lambda *args, **kwds: (args, kwds))
    theirs = functools.lru_cache(maxsize, typed)(lambda *args, **kwds: (args, kwds))
    for args, kwds in calls:
        assert ours(*args, **kwds) == theirs(*args, **kwds)
        assert ours.cache_info() == theirs.cache_info()


# Rule 5: what the result looks like


@pytest.mark.rule(5)
def test_the_result_looks_like_the_function():
    def area(width: int, height: int = 1) -> int:
        """Width times height."""
        return width * height

    cached = lru_cache(area)
    assert (cached.__name__, cached.__doc__, cached.__module__) == (
        "area",
        "Width times height.",
        __name__,
    )
    assert cached.__qualname__ == area.__qualname__
    assert inspect.signature(cached) == inspect.signature(area)
    assert cached.__wrapped__ is area


@pytest.mark.rule(5)
def test_calling_the_wrapped_function_passes_the_cache_by():
    cached = lru_cache(Recorder())
    first = cached("a")
    assert cached.__wrapped__("a") is not first
    assert cached.cache_info() == (0, 1, 128, 1)


@pytest.mark.rule(5)
def test_cache_info_counts_hits_misses_and_results():
    cached = lru_cache(maxsize=2)(Recorder())
    assert cached.cache_info() == (0, 0, 2, 0)
    for argument in "aabc":
        cached(argument)
    info = cached.cache_info()
    assert (info.hits, info.misses, info.maxsize, info.currsize) == (1, 3, 2, 2)
    assert info == (1, 3, 2, 2)


@pytest.mark.rule(5)
def test_a_miss_is_counted_before_the_function_runs():
    @lru_cache
    def counters(_argument):
        return counters.cache_info()

    assert counters("a") == (0, 1, 128, 0)


@pytest.mark.rule(5)
def test_cache_parameters_are_a_new_dictionary_each_time():
    cached = lru_cache(maxsize=7, typed=True)(Recorder())
    cached.cache_parameters()["maxsize"] = 1000
    assert cached.cache_parameters() == {"maxsize": 7, "typed": True}


@pytest.mark.rule(5)
@pytest.mark.parametrize("maxsize", [2, None], ids=["bounded", "unbounded"])
def test_cache_clear_forgets_results_and_counts(maxsize):
    function = Recorder()
    cached = lru_cache(maxsize)(function)
    for argument in "aab":
        cached(argument)
    cached.cache_clear()
    assert cached.cache_info() == (0, 0, maxsize, 0)
    cached("a")
    assert len(function.calls) == 3
    assert cached.cache_info() == (0, 1, maxsize, 1)


@pytest.mark.rule(5)
def test_a_cached_method_gets_its_instance():
    class Account:
        def __init__(self, rate):
            self.rate = rate

        @lru_cache
        def interest(self, amount):
            return self.rate * amount

        @staticmethod
        @lru_cache
        def double(amount):
            return amount * 2

    low, high = Account(2), Account(3)
    assert [low.interest(10), high.interest(10), low.interest(10)] == [20, 30, 20]
    assert Account.interest.cache_info() == (1, 2, 128, 2)
    assert low.double(4) == Account.double(4) == 8


# Rule 6: errors and lifetimes


@pytest.mark.rule(6)
@pytest.mark.parametrize("maxsize", [0, 2, None], ids=["zero", "bounded", "unbounded"])
def test_an_exception_passes_through_as_it_is(maxsize):
    error = LookupError("no such page")

    @lru_cache(maxsize)
    def fetch(_page):
        raise error

    with pytest.raises(LookupError) as caught:
        fetch("home")
    assert caught.value is error
    assert caught.value.__context__ is None


@pytest.mark.rule(6)
@pytest.mark.parametrize("maxsize", [2, None], ids=["bounded", "unbounded"])
def test_an_exception_is_a_miss_and_is_not_kept(maxsize):
    answers = iter([LookupError("busy"), "page"])

    @lru_cache(maxsize)
    def fetch(_page):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(LookupError):
        fetch("home")
    assert fetch.cache_info() == (0, 1, maxsize, 0)
    assert fetch("home") == fetch("home") == "page"
    assert fetch.cache_info() == (1, 2, maxsize, 1)


@pytest.mark.rule(6)
@pytest.mark.parametrize("maxsize", [2, None], ids=["bounded", "unbounded"])
def test_an_error_while_comparing_arguments_passes_through(maxsize):
    class Incomparable:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            raise ZeroDivisionError

    function = Recorder()
    cached = lru_cache(maxsize)(function)
    cached(Incomparable())
    with pytest.raises(ZeroDivisionError):
        cached(Incomparable())
    assert len(function.calls) == 1


class Thing:
    """Something whose end can be watched."""


@pytest.mark.rule(6)
@pytest.mark.parametrize("forget", ["discarding", "clearing"])
def test_what_is_forgotten_is_not_kept_alive(forget):
    cached = lru_cache(1)(lambda _: Thing())
    argument = Thing()
    alive = [weakref.ref(argument), weakref.ref(cached(argument))]
    del argument
    gc.collect()
    assert all(reference() for reference in alive)
    if forget == "clearing":
        cached.cache_clear()
    else:
        cached("another")
    gc.collect()
    assert [reference() for reference in alive] == [None, None]


# Rule 7: calls inside calls


@pytest.mark.rule(7)
@pytest.mark.parametrize("maxsize", [1, 3, None])
def test_a_function_may_call_itself(maxsize):
    @lru_cache(maxsize)
    def fibonacci(n):
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    assert [fibonacci(n) for n in range(12)] == [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]


@pytest.mark.rule(7)
@pytest.mark.parametrize("maxsize", [2, None], ids=["bounded", "unbounded"])
def test_a_function_may_call_itself_with_the_same_arguments(maxsize):
    depth = 0

    @lru_cache(maxsize)
    def again(x):
        nonlocal depth
        depth += 1
        return again(x) if depth < 3 else x

    again("full")
    assert again("a") == "a"
    assert again("a") == "a"
    assert again.cache_info() == (1, 4, maxsize, 2)


@pytest.mark.rule(7)
def test_the_equality_of_an_argument_may_call_the_function():
    class Curious:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            return cached("question") == "question"

    cached = lru_cache(4)(lambda x: x)
    cached("question")
    cached(Curious())
    asked = []
    # In a thread of its own, as a lock that is not re-entrant would wait here for ever.
    thread = threading.Thread(target=lambda: asked.append(cached(Curious())), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "the call inside __eq__ waits for the lock of the outer call"
    assert isinstance(asked[0], Curious)


# Rule 8: threads


@pytest.mark.rule(8)
def test_no_thread_waits_while_another_runs_the_function():
    both_inside = threading.Barrier(2, timeout=PATIENCE)

    @lru_cache
    def meet(x):
        both_inside.wait()
        return x

    results = []

    def call(argument):
        try:
            results.append(meet(argument))
        except BaseException as error:
            both_inside.abort()
            results.append(error)

    threads = [threading.Thread(target=call, args=(x,)) for x in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, NotImplementedError):
            raise result
    assert sorted(results, key=str) == ["a", "b"]


STEPS = {
    "a hit": lambda cached: cached("a"),
    "a miss": lambda cached: cached("new"),
    "clearing": lambda cached: cached.cache_clear(),
    "asking": lambda cached: cached.cache_info(),
}


class Stage:
    """A cached function with one hit, two misses and two results, in a full cache."""

    def __init__(self, maxsize):
        self.inside = lambda: None
        self.cached = lru_cache(maxsize)(self.function)
        for argument in "aab":
            self.cached(argument)

    def function(self, argument):
        if argument == "new":
            call, self.inside = self.inside, lambda: None
            call()
        return argument

    def outcome(self, first, second):
        return first, second, self.cached.cache_info()


def whole_steps(maxsize, first, second):
    """What can come out if no step is torn: one call before, after or inside the other."""
    stage = Stage(maxsize)
    a = first(stage.cached)
    yield stage.outcome(a, second(stage.cached))
    stage = Stage(maxsize)
    b = second(stage.cached)
    yield stage.outcome(first(stage.cached), b)
    for outer, inner in [(first, second), (second, first)]:
        stage = Stage(maxsize)
        got = []
        stage.inside = lambda stage=stage, got=got, inner=inner: got.append(inner(stage.cached))
        result = outer(stage.cached)
        if got:
            pair = (result, got[0]) if outer is first else (got[0], result)
            yield stage.outcome(*pair)


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize("maxsize", [0, 2, None], ids=["zero", "bounded", "unbounded"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a hit", "a hit"),
        ("a hit", "clearing"),
        ("a miss", "a miss"),
        ("a miss", "clearing"),
        ("clearing", "asking"),
        ("asking", "clearing"),
    ],
)
def test_a_switch_between_threads_tears_no_step(first, second, maxsize):
    first, second = STEPS[first], STEPS[second]
    allowed = list(whole_steps(maxsize, first, second))
    for step in itertools.count(1):
        with observed_locks(kata):
            stage = Stage(maxsize)
        results = run_at(step, kata, partial(first, stage.cached), partial(second, stage.cached))
        if results is None:
            break
        assert stage.outcome(*results) in allowed, f"torn before instruction {step}"
