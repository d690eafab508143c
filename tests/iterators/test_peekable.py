import gc
import itertools
import math
import tracemalloc
import weakref
from unittest.mock import ANY

import more_itertools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from katas.iterators.peekable import peekable


class Source:
    """Hands out `items`, raises those that are errors, counts both as `pulled`.

    It fails the test when it is asked for more than `limit`.
    """

    def __init__(self, items, limit=math.inf):
        self.items = iter(items)
        self.limit = limit
        self.pulled = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.pulled == self.limit:
            pytest.fail(f"pulled more than {self.limit} items from the source")
        item = next(self.items)
        self.pulled += 1
        if isinstance(item, BaseException):
            raise item
        return item


def numbers(limit):
    """The source of 0, 1, 2, …, which has no end and may be asked for `limit` of them."""
    return Source(itertools.count(), limit)


# Rule 1: an iterator


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    "iterable",
    [[1, 2, 3], "abc", {"a": 1, "b": 2}, range(4), []],
    ids=["list", "string", "dictionary", "range", "empty list"],
)
def test_the_items_come_out_in_order(iterable):
    assert list(peekable(iterable)) == list(iterable)
    assert list(peekable(item for item in iterable)) == list(iterable)


@pytest.mark.rule(1)
def test_next_hands_out_one_item_after_another():
    p = peekable("abc")
    assert [next(p), next(p), next(p)] == ["a", "b", "c"]


@pytest.mark.rule(1)
def test_it_is_its_own_iterator_so_a_loop_goes_on_where_the_last_one_stopped():
    p = peekable([1, 2, 3, 4])
    assert iter(p) is p
    for item in p:
        if item == 2:
            break
    assert iter(p) is p
    assert list(p) == [3, 4]


@pytest.mark.rule(1)
def test_an_iterator_goes_on_where_it_is():
    started = iter([1, 2, 3])
    next(started)
    assert list(peekable(started)) == [2, 3]


@pytest.mark.rule(1)
def test_false_items_are_items_like_others():
    assert list(peekable([None, 0, "", False, []])) == [None, 0, "", False, []]


@pytest.mark.rule(1)
@pytest.mark.parametrize("items", [[], [1], [1, 2]], ids=["empty", "one item", "two items"])
def test_after_the_last_item_next_raises_stop_iteration_every_time(items):
    p = peekable(items)
    assert list(p) == items
    for _ in range(3):
        with pytest.raises(StopIteration):
            next(p)
    assert list(p) == []


@pytest.mark.rule(1)
def test_making_one_pulls_nothing():
    source = numbers(limit=0)
    peekable(source)
    assert source.pulled == 0


@pytest.mark.rule(1)
def test_each_next_pulls_one_item():
    source = numbers(limit=3)
    p = peekable(source)
    for expected in (1, 2, 3):
        next(p)
        assert source.pulled == expected


@pytest.mark.rule(1)
@pytest.mark.parametrize("thing", [42, None, len], ids=["number", "None", "function"])
def test_what_cannot_be_iterated_is_refused_at_once(thing):
    with pytest.raises(TypeError):
        peekable(thing)


# Rule 2: peek


@pytest.mark.rule(2)
def test_peek_returns_the_next_item_and_leaves_it_there():
    p = peekable("abc")
    assert p.peek() == "a"
    assert next(p) == "a"
    assert p.peek() == "b"
    assert list(p) == ["b", "c"]


@pytest.mark.rule(2)
def test_peeking_again_returns_the_same_item():
    first, second = object(), object()
    p = peekable([first, second])
    assert p.peek() is first
    assert p.peek() is first
    assert next(p) is first
    assert p.peek() is second


@pytest.mark.rule(2)
def test_peeking_pulls_one_item_and_the_next_call_of_next_none():
    source = numbers(limit=1)
    p = peekable(source)
    assert (p.peek(), p.peek(), p.peek("default")) == (0, 0, 0)
    assert next(p) == 0
    assert source.pulled == 1


@pytest.mark.rule(2)
@pytest.mark.parametrize("items", ["", "abc"], ids=["empty", "finished"])
def test_peek_without_a_next_item_raises_stop_iteration_every_time(items):
    p = peekable(items)
    list(p)
    for _ in range(2):
        with pytest.raises(StopIteration):
            p.peek()


@pytest.mark.rule(2)
@pytest.mark.parametrize("default", ["default", None, False, 0, (), ..., ANY], ids=repr)
def test_without_a_next_item_peek_returns_the_default(default):
    p = peekable("a")
    next(p)
    assert p.peek(default) is default
    assert p.peek(default=default) is default


@pytest.mark.rule(2)
@pytest.mark.parametrize("item", ["item", None, False, 0, ...], ids=repr)
def test_a_default_is_not_asked_for_while_there_is_an_item(item):
    p = peekable([item])
    assert p.peek("default") is item
    assert p.peek() is item


@pytest.mark.rule(2)
def test_a_default_does_not_become_an_item():
    p = peekable([])
    assert p.peek("default") == "default"
    assert p.peek("another") == "another"
    assert list(p) == []


# Rule 3: is there more to come?


@pytest.mark.rule(3)
@pytest.mark.parametrize("item", [1, 0, None, False, "", []], ids=repr)
def test_it_is_true_while_an_item_is_to_come_whatever_the_item(item):
    p = peekable([item])
    assert bool(p) is True
    assert p.peek() is item
    assert bool(p) is True


@pytest.mark.rule(3)
def test_it_is_false_without_items_and_after_the_last():
    assert bool(peekable([])) is False
    p = peekable([1, 2])
    next(p)
    assert bool(p) is True
    next(p)
    assert bool(p) is False
    assert bool(p) is False


@pytest.mark.rule(3)
def test_a_while_loop_sees_every_item():
    p = peekable([3, 0, None, ""])
    seen = []
    while p:
        seen.append(next(p))
    assert seen == [3, 0, None, ""]


@pytest.mark.rule(3)
def test_the_truth_value_pulls_one_item_and_keeps_it():
    source = numbers(limit=1)
    p = peekable(source)
    assert p
    assert p
    assert (p.peek(), next(p), source.pulled) == (0, 0, 1)


# Rule 4: prepend


@pytest.mark.rule(4)
def test_prepended_items_come_out_next_in_the_order_given():
    p = peekable([4, 5])
    p.prepend(1, 2, 3)
    assert list(p) == [1, 2, 3, 4, 5]


@pytest.mark.rule(4)
def test_prepended_items_come_before_what_was_peeked():
    p = peekable([3, 4, 5])
    assert p.peek() == 3
    p.prepend(1, 2)
    assert p.peek() == 1
    assert list(p) == [1, 2, 3, 4, 5]


@pytest.mark.rule(4)
def test_what_is_prepended_later_comes_out_earlier():
    p = peekable([5])
    p.prepend(3, 4)
    p.prepend(1, 2)
    assert list(p) == [1, 2, 3, 4, 5]


@pytest.mark.rule(4)
def test_an_item_can_be_put_back():
    p = peekable("abc")
    p.prepend(next(p))
    assert list(p) == ["a", "b", "c"]


@pytest.mark.rule(4)
def test_prepending_no_items_changes_nothing():
    p = peekable([1])
    p.prepend()
    assert list(p) == [1]
    p.prepend()
    assert (bool(p), p.peek("default")) == (False, "default")


@pytest.mark.rule(4)
def test_false_items_can_be_prepended():
    p = peekable([])
    p.prepend(None, 0)
    assert (bool(p), p.peek("default")) == (True, None)
    assert list(p) == [None, 0]


@pytest.mark.rule(4)
def test_prepended_items_pull_nothing():
    source = numbers(limit=0)
    p = peekable(source)
    p.prepend("a", "b")
    assert p
    assert (p.peek(), next(p), p.peek(), next(p)) == ("a", "a", "b", "b")
    assert source.pulled == 0


@pytest.mark.rule(4)
def test_after_the_end_it_goes_on_with_what_is_prepended():
    p = peekable([1])
    assert list(p) == [1]
    assert not p
    p.prepend(2, 3)
    assert (bool(p), p.peek()) == (True, 2)
    assert list(p) == [2, 3]
    with pytest.raises(StopIteration):
        next(p)
    assert not p


@pytest.mark.rule(4)
def test_two_of_them_share_nothing():
    one, other = peekable("abc"), peekable("xyz")
    one.prepend("-")
    assert (next(other), next(one), next(other), next(one)) == ("x", "-", "y", "a")


# Rule 5: an index


@pytest.mark.rule(5)
def test_an_index_counts_from_the_next_item_and_takes_nothing_out():
    p = peekable("abcd")
    assert (p[2], p[0], p[1], p[3]) == ("c", "a", "b", "d")
    assert next(p) == "a"
    assert (p[0], p[2]) == ("b", "d")
    assert list(p) == ["b", "c", "d"]


@pytest.mark.rule(5)
def test_false_items_have_an_index_like_others():
    p = peekable([0, None, ""])
    assert (p[0], p[1], p[2], p[-1]) == (0, None, "", "")


@pytest.mark.rule(5)
def test_an_index_pulls_the_items_up_to_it_and_each_only_once():
    source = numbers(limit=4)
    p = peekable(source)
    assert (p[0], source.pulled) == (0, 1)
    assert (p[2], source.pulled) == (2, 3)
    assert (p[1], p[2], source.pulled) == (1, 2, 3)
    next(p)
    assert (p[1], source.pulled) == (2, 3)
    assert (p[2], source.pulled) == (3, 4)
    assert [next(p), next(p), next(p)] == [1, 2, 3]


@pytest.mark.rule(5)
def test_an_index_counts_prepended_items():
    source = numbers(limit=1)
    p = peekable(source)
    p.prepend("a", "b")
    assert (p[0], p[1], source.pulled) == ("a", "b", 0)
    assert (p[2], source.pulled) == (0, 1)


@pytest.mark.rule(5)
def test_a_negative_index_counts_from_the_end_and_takes_nothing_out():
    p = peekable("abcd")
    assert (p[-1], p[-4], p[-2]) == ("d", "a", "c")
    next(p)
    assert (p[-3], p[-1]) == ("b", "d")
    assert list(p) == ["b", "c", "d"]


@pytest.mark.rule(5)
def test_a_negative_index_counts_from_the_end_when_some_were_looked_at_before():
    p = peekable("abcd")
    assert p[1] == "b"
    assert (p[-1], p[-2]) == ("d", "c")


@pytest.mark.rule(5)
@pytest.mark.parametrize("index", [3, 4, -4, -5, 10**30, -(10**30)])
def test_an_index_without_an_item_is_an_index_error_and_takes_nothing_out(index):
    p = peekable("abc")
    with pytest.raises(IndexError):
        p[index]
    assert list(p) == ["a", "b", "c"]


@pytest.mark.rule(5)
@pytest.mark.parametrize("index", [0, 1, -1])
@pytest.mark.parametrize("items", ["", "abc"], ids=["empty", "finished"])
def test_without_a_next_item_every_index_is_an_index_error(items, index):
    p = peekable(items)
    list(p)
    with pytest.raises(IndexError):
        p[index]
    assert not p


NOT_INTEGERS = [1.0, 1.5, -1.0, "1", (0, 1)]


@pytest.mark.rule(5)
@pytest.mark.parametrize("index", [*NOT_INTEGERS, None], ids=repr)
def test_an_index_that_is_not_an_integer_is_refused_before_anything_is_pulled(index):
    p = peekable(numbers(limit=0))
    with pytest.raises(TypeError):
        p[index]


# Rule 6: a slice

# All bounds that differ for six items, the steps that do, and some far outside.
BOUNDS = [None, 0, 1, 2, 4, 5, 6, 7, 10**30, -1, -2, -5, -6, -7, -(10**30)]
STEPS = [None, 1, 2, 3, 10**30, -1, -2, -3, -(10**30)]


def shown(where):
    """A slice as one writes it: `1:5` or `::-1`."""
    parts = ["" if part is None else str(part) for part in (where.start, where.stop, where.step)]
    return ":".join(parts if parts[2] else parts[:2])


@pytest.mark.rule(6)
@pytest.mark.parametrize("step", STEPS)
def test_a_slice_is_a_list_of_the_same_items_as_the_slice_of_a_list(step):
    items = list("abcdef")
    for start, stop in itertools.product(BOUNDS, BOUNDS):
        where = slice(start, stop, step)
        p = peekable(items)
        assert p[where] == items[where], f"p[{shown(where)}]"
        assert list(p) == items, f"after p[{shown(where)}]"


@pytest.mark.rule(6)
def test_a_slice_counts_from_the_next_item():
    p = peekable("abcdef")
    next(p)
    assert p[:2] == ["b", "c"]
    assert p[1:4] == ["c", "d", "e"]
    assert p[-2:] == ["e", "f"]
    p.prepend("x", "y")
    assert p[1:4] == ["y", "b", "c"]
    assert p[::-2] == ["f", "d", "b", "x"]


@pytest.mark.rule(6)
def test_a_slice_without_a_next_item_is_empty():
    p = peekable("a")
    next(p)
    assert (p[:3], p[1:], p[::-1], p[-1:]) == ([], [], [], [])


PULLS = [
    (slice(3), 3),
    (slice(0, 1), 1),
    (slice(2, 4), 4),
    (slice(0, 6, 2), 5),
    (slice(1, 9, 5), 7),
    (slice(0, 5, 10), 1),
    (slice(3, None, -1), 4),
    (slice(5, 2, -1), 6),
    (slice(4, None, -3), 5),
    (slice(0), 0),
    (slice(3, 3), 0),
    (slice(5, 2), 0),
    (slice(2, 5, -1), 0),
]


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("where", "pulls"), PULLS, ids=[f"{shown(where)} pulls {pulls}" for where, pulls in PULLS]
)
def test_a_slice_pulls_no_item_beyond_the_farthest_that_it_returns(where, pulls):
    source = numbers(limit=pulls)
    p = peekable(source)
    assert p[where] == list(range(10))[where]
    assert source.pulled == pulls


@pytest.mark.rule(6)
def test_a_slice_pulls_only_what_has_not_been_looked_at():
    source = numbers(limit=4)
    p = peekable(source)
    assert p[1] == 1
    p.prepend("a")
    assert (p[:3], source.pulled) == (["a", 0, 1], 2)
    assert (p[:4], source.pulled) == (["a", 0, 1, 2], 3)
    assert (p[:2], source.pulled) == (["a", 0], 3)
    assert (next(p), p[1:4], source.pulled) == ("a", [1, 2, 3], 4)


@pytest.mark.rule(6)
def test_changing_a_slice_changes_nothing_else():
    p = peekable("abc")
    p[:].clear()
    p[:2].append("x")
    assert list(p) == ["a", "b", "c"]


@pytest.mark.rule(6)
def test_a_step_of_zero_is_refused_before_anything_is_pulled():
    p = peekable(numbers(limit=0))
    with pytest.raises(ValueError):
        p[0:3:0]


@pytest.mark.rule(6)
@pytest.mark.parametrize("bad", NOT_INTEGERS, ids=repr)
def test_a_bound_or_step_that_is_not_an_integer_is_refused_before_anything_is_pulled(bad):
    p = peekable(numbers(limit=0))
    for where in (slice(bad, None), slice(bad), slice(0, 3, bad), slice(bad, -1)):
        with pytest.raises(TypeError):
            p[where]


SOME_BOUND = st.none() | st.integers(-8, 12)
SOME_STEP = st.none() | st.integers(-5, 5).filter(bool)


@pytest.mark.rule(6)
@given(
    size=st.integers(0, 10),
    looked_at=st.integers(0, 5),
    where=st.builds(slice, SOME_BOUND, SOME_BOUND, SOME_STEP),
)
def test_any_slice_is_that_of_a_list_and_pulls_what_it_must(size, looked_at, where):
    source = Source(range(size))
    p = peekable(source)
    assert p[:looked_at] == list(range(size))[:looked_at]
    assert p[where] == list(range(size))[where]
    if all(bound is None or bound >= 0 for bound in (where.start, where.stop)):
        taken = range(100)[where]
        assert source.pulled == min(size, max([looked_at, *(at + 1 for at in taken)]))
    assert list(p) == list(range(size))


# Rule 7: errors of the source, and what is kept

CALLS = {
    "next": next,
    "peek": lambda p: p.peek(),
    "peek with a default": lambda p: p.peek("default"),
    "truth value": bool,
    "index": lambda p: p[0],
    "negative index": lambda p: p[-1],
    "slice": lambda p: p[:1],
    "slice to the end": lambda p: p[:],
    "slice from the end": lambda p: p[-1:],
}


class Interrupt(BaseException):
    """As `KeyboardInterrupt` and `SystemExit`: not an `Exception`."""


@pytest.mark.rule(7)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("kind", [OSError, IndexError, Interrupt])
def test_an_error_of_the_source_comes_out_of_the_call_that_pulled(call, kind):
    error = kind("connection lost")
    p = peekable(Source([error, "a"]))
    with pytest.raises(kind) as caught:
        call(p)
    assert caught.value is error


@pytest.mark.rule(7)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_after_an_error_the_source_is_asked_again(call):
    p = peekable(Source([OSError("connection lost"), "a", "b"]))
    with pytest.raises(OSError):
        call(p)
    assert p
    assert p.peek() == "a"
    assert list(p) == ["a", "b"]


@pytest.mark.rule(7)
@pytest.mark.parametrize("where", [3, -1, slice(5), slice(None)], ids=str)
def test_what_was_pulled_before_an_error_is_not_lost(where):
    source = Source(["a", "b", OSError("connection lost"), "c", "d"])
    p = peekable(source)
    with pytest.raises(OSError):
        p[where]
    assert source.pulled == 3
    assert (p.peek(), p[:2]) == ("a", ["a", "b"])
    assert source.pulled == 3
    assert list(p) == ["a", "b", "c", "d"]


@pytest.mark.rule(7)
def test_an_error_comes_when_its_turn_comes():
    p = peekable(Source(["a", OSError("connection lost"), "b"]))
    assert (p.peek(), p[0], p[:1], next(p)) == ("a", "a", ["a"], "a")
    p.prepend("x")
    assert (p.peek(), next(p)) == ("x", "x")
    with pytest.raises(OSError):
        p.peek()
    assert next(p) == "b"


@pytest.mark.rule(7)
def test_a_generator_that_fails_is_finished():
    def lines():
        yield "a"
        raise OSError("connection lost")

    p = peekable(lines())
    with pytest.raises(OSError):
        p[1]
    assert list(p) == ["a"]
    assert not p


class Item:
    pass


@pytest.mark.rule(7)
@pytest.mark.parametrize("ahead", [0, 1, 3], ids=lambda count: f"{count} looked at")
def test_an_item_that_has_been_handed_out_is_not_kept(ahead):
    p = peekable(Item() for _ in range(4))
    p.prepend(Item(), Item())
    assert len(p[:ahead]) == ahead
    handed_out = [weakref.ref(next(p)) for _ in range(5)]
    gc.collect()
    assert [item() for item in handed_out] == [None] * 5
    assert len(list(p)) == 1


@pytest.mark.rule(7)
def test_putting_back_and_looking_ahead_again_and_again_leaves_nothing_behind():
    p = peekable(Source(itertools.repeat("item"), limit=3))
    tracemalloc.start()
    try:
        for _ in range(400):
            p.prepend(next(p))
            p.peek()
            p[1:3]
        now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert now < 10_000  # bytes; one object for each time round takes 20,000 and more


ERRORS = st.builds(OSError, st.just("connection lost"))
ITEMS = st.sampled_from([0, 1, None, "", "a"])


class LikeMoreItertools(RuleBasedStateMachine):
    """Both get the same calls; what they return and raise must agree, and what they pull.

    Slices of the original may pull more than they return.  They are compared on sources without
    errors only, which a longer reach would meet earlier; afterwards ours is made to reach as far.
    """

    @initialize(items=st.lists(ITEMS, max_size=8) | st.lists(ITEMS | ERRORS, max_size=8))
    def begin(self, items):
        self.never_fails = not any(isinstance(item, OSError) for item in items)
        self.our_source, self.their_source = Source(items), Source(items)
        self.ours = peekable(self.our_source)
        self.theirs = more_itertools.peekable(self.their_source)
        self.prepended = self.handed_out = 0

    def outcome(self, p, call):
        try:
            return call(p)
        except (StopIteration, IndexError) as error:
            return type(error)
        except OSError as error:
            return error

    def both(self, call):
        ours, theirs = self.outcome(self.ours, call), self.outcome(self.theirs, call)
        assert ours == theirs
        return ours

    def pulled_the_same(self):
        assert self.our_source.pulled == self.their_source.pulled

    @rule()
    def take(self):
        result = self.both(next)
        if result is not StopIteration and not isinstance(result, OSError):
            self.handed_out += 1
        self.pulled_the_same()

    @rule()
    def peek(self):
        self.both(lambda p: p.peek())
        self.pulled_the_same()

    @rule(default=ITEMS)
    def peek_with_a_default(self, default):
        self.both(lambda p: p.peek(default))
        self.pulled_the_same()

    @rule()
    def ask(self):
        self.both(bool)
        self.pulled_the_same()

    @rule(items=st.lists(ITEMS, max_size=3))
    def prepend(self, items):
        self.both(lambda p: p.prepend(*items))
        self.prepended += len(items)
        self.pulled_the_same()

    @rule(index=st.integers(-6, 9))
    def look(self, index):
        self.both(lambda p: p[index])
        self.pulled_the_same()

    @precondition(lambda self: self.never_fails)
    @rule(where=st.builds(slice, SOME_BOUND, SOME_BOUND, SOME_STEP))
    def slice(self, where):
        self.both(lambda p: p[where])
        assert self.our_source.pulled <= self.their_source.pulled
        if ahead := self.their_source.pulled + self.prepended - self.handed_out:
            assert self.ours[ahead - 1] == self.theirs[ahead - 1]
        self.pulled_the_same()


LikeMoreItertools.TestCase.settings = settings(max_examples=50, stateful_step_count=15)
TestLikeMoreItertools = pytest.mark.rule(7)(LikeMoreItertools.TestCase)
