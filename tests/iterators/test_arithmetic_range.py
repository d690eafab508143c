import collections.abc
import copy
import itertools
import operator
import pickle
import sys
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from unittest.mock import ANY

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import katas.iterators.arithmetic_range as module
from katas.iterators.arithmetic_range import arithmetic_range

HUGE = 10**30


@contextmanager
def few_steps(limit=10_000):
    """Fail the test when it runs more than `limit` lines of the kata: that can only be a walk."""
    before, steps = sys.gettrace(), 0

    def count(frame, event, argument):
        nonlocal steps
        if frame.f_globals is not vars(module):
            return None
        steps += 1
        if steps > limit:
            sys.settrace(before)
            pytest.fail(f"still at work after {limit} lines of code: it walks through the items")
        return count

    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)


def listed(iterable, limit=100):
    """The items as a list; fails the test if they don't come to an end."""
    items = list(itertools.islice(iterable, limit + 1))
    if len(items) > limit:
        pytest.fail(f"more than {limit} items: does it ever end?")
    return items


class Index:
    """An integer by `__index__` only, which counts how often it is asked."""

    def __init__(self, value):
        self.value = value
        self.asked = 0

    def __index__(self):
        self.asked += 1
        return self.value

    def __repr__(self):
        return f"Index({self.value})"


class Whole(int):
    """An `int` of a class of its own."""


class Noting:
    """Equal to `values` and to nothing else; writes down all that it is compared with."""

    def __init__(self, *values):
        self.values = values
        self.compared = []

    def __eq__(self, other):
        self.compared.append(other)
        return other in self.values

    __hash__ = None


# Rule 1: the items, and iterators over them

ITEMS = [
    ((3,), [0, 1, 2]),
    ((1,), [0]),
    ((0,), []),
    ((-3,), []),
    ((1, 5), [1, 2, 3, 4]),
    ((-2, 2), [-2, -1, 0, 1]),
    ((4, 4), []),
    ((5, 1), []),
    ((0, 9, 3), [0, 3, 6]),
    ((0, 10, 3), [0, 3, 6, 9]),
    ((1, 10, 3), [1, 4, 7]),
    ((0, 1, 10), [0]),
    ((5, 0, -1), [5, 4, 3, 2, 1]),
    ((10, 0, -3), [10, 7, 4, 1]),
    ((9, 0, -3), [9, 6, 3]),
    ((5, -5, -3), [5, 2, -1, -4]),
    ((1, 0, -10), [1]),
    ((0, 5, -1), []),
    ((4, 4, -1), []),
]
IDS = [", ".join(map(str, arguments)) for arguments, _ in ITEMS]


@pytest.mark.rule(1)
@pytest.mark.parametrize(("arguments", "items"), ITEMS, ids=IDS)
def test_the_items_go_by_steps_from_start_to_before_stop(arguments, items):
    assert listed(arithmetic_range(*arguments)) == items


@pytest.mark.rule(1)
@pytest.mark.slow
def test_the_items_are_those_of_range_for_all_small_arguments():
    for start, stop, step in itertools.product(range(-7, 8), repeat=3):
        if step:
            ours = listed(arithmetic_range(start, stop, step))
            assert ours == list(range(start, stop, step)), f"({start}, {stop}, {step})"


@pytest.mark.rule(1)
def test_the_items_may_be_larger_than_any_machine_integer():
    assert listed(arithmetic_range(HUGE, HUGE + 5, 2)) == [HUGE, HUGE + 2, HUGE + 4]
    assert listed(arithmetic_range(2, -HUGE, -HUGE)) == [2, 2 - HUGE]


@pytest.mark.rule(1)
def test_every_loop_begins_with_the_first_item():
    r = arithmetic_range(3)
    assert [item for item in r] == [0, 1, 2]  # noqa: C416 - a loop
    for item in r:
        if item == 1:
            break
    assert listed(r) == [0, 1, 2]


@pytest.mark.rule(1)
def test_loops_in_loops_are_independent():
    r = arithmetic_range(3)
    assert [(x, y) for x in r for y in r] == [(x, y) for x in (0, 1, 2) for y in (0, 1, 2)]


@pytest.mark.rule(1)
def test_two_iterators_do_not_disturb_each_other():
    r = arithmetic_range(0, -4, -1)
    one, other = iter(r), iter(r)
    assert (next(one), next(one), next(other), next(one), next(other)) == (0, -1, 0, -2, -1)


@pytest.mark.rule(1)
def test_it_is_no_iterator():
    r = arithmetic_range(3)
    assert iter(r) is not r
    assert iter(r) is not iter(r)
    with pytest.raises(TypeError):
        next(r)
    assert not isinstance(r, collections.abc.Iterator)


@pytest.mark.rule(1)
def test_an_iterator_is_its_own_and_stays_at_its_end():
    iterator = iter(arithmetic_range(3))
    assert iter(iterator) is iterator
    assert next(iterator) == 0
    assert listed(iterator) == [1, 2]
    for _ in range(3):
        with pytest.raises(StopIteration):
            next(iterator)
    assert listed(iterator) == []


@pytest.mark.rule(1)
@few_steps()
def test_a_loop_builds_only_the_items_that_it_takes():
    assert list(itertools.islice(arithmetic_range(-5, HUGE, 2), 3)) == [-5, -3, -1]


# Rule 2: the arguments


@pytest.mark.rule(2)
@pytest.mark.parametrize("arguments", [(), (1, 2, 3, 4), (1, 2, 3, 4, 5, 6)], ids=str)
def test_there_are_one_to_three_arguments(arguments):
    assert arithmetic_range(1).stop == 1
    with pytest.raises(TypeError):
        arithmetic_range(*arguments)


@pytest.mark.rule(2)
def test_the_arguments_have_no_names():
    assert arithmetic_range(0, 3).step == 1
    for names in ({"stop": 3}, {"start": 0, "stop": 3}):
        with pytest.raises(TypeError):
            arithmetic_range(**names)
    with pytest.raises(TypeError):
        arithmetic_range(0, 3, step=2)


class Int:
    """Can be converted to an integer, and is none."""

    def __int__(self):
        return 2

    def __repr__(self):
        return "Int()"


NO_INTEGERS = [2.0, 1.5, "2", None, Fraction(2), Decimal(2), 2j, [2], (2,), Int(), slice(2)]


@pytest.mark.rule(2)
@pytest.mark.parametrize("bad", NO_INTEGERS, ids=repr)
def test_an_argument_that_is_no_integer_is_refused_at_once(bad):
    for arguments in ((bad,), (bad, 5), (0, bad), (bad, 5, 1), (0, bad, 1), (0, 5, bad)):
        with pytest.raises(TypeError):
            arithmetic_range(*arguments)


@pytest.mark.rule(2)
@pytest.mark.parametrize("zero", [0, False, Index(0)], ids=["0", "False", "by __index__"])
def test_a_step_of_zero_is_refused_at_once(zero):
    for start, stop in ((1, 5), (5, 1), (1, 1)):
        with pytest.raises(ValueError):
            arithmetic_range(start, stop, zero)


@pytest.mark.rule(2)
def test_what_has_index_is_asked_once():
    start, stop, step = Index(1), Index(8), Index(3)
    r = arithmetic_range(start, stop, step)
    assert (start.asked, stop.asked, step.asked) == (1, 1, 1)
    assert (listed(r), len(r), r[-1], r.start, r.stop, r.step) == ([1, 4, 7], 3, 7, 1, 8, 3)
    assert (start.asked, stop.asked, step.asked) == (1, 1, 1)
    start.value = stop.value = step.value = -5
    assert (listed(r), r.start, r.stop, r.step) == ([1, 4, 7], 1, 8, 3)
    assert listed(arithmetic_range(Index(2))) == [0, 1]


@pytest.mark.rule(2)
def test_an_error_of_index_comes_out():
    class Failing:
        def __index__(self):
            raise LookupError("no number")

    for arguments in ((Failing(),), (Failing(), 5), (0, Failing()), (0, 5, Failing())):
        with pytest.raises(LookupError):
            arithmetic_range(*arguments)
    with pytest.raises(TypeError):
        arithmetic_range(Index("2"))


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    ("arguments", "attributes"),
    [
        ((4,), (0, 4, 1)),
        ((2, 4), (2, 4, 1)),
        ((0, 10, 3), (0, 10, 3)),
        ((10, -1, -3), (10, -1, -3)),
        ((7, 3), (7, 3, 1)),
        ((-HUGE, HUGE, HUGE), (-HUGE, HUGE, HUGE)),
        ((False, True, True), (0, 1, 1)),
        ((Whole(1), Whole(5), Whole(2)), (1, 5, 2)),
        ((Index(1), Index(5), Index(2)), (1, 5, 2)),
        ((True,), (0, 1, 1)),
    ],
    ids=str,
)
def test_start_stop_and_step_are_as_given_but_plain(arguments, attributes):
    r = arithmetic_range(*arguments)
    assert (r.start, r.stop, r.step) == attributes
    assert {type(number) for number in (r.start, r.stop, r.step, *listed(r))} == {int}


@pytest.mark.rule(2)
@pytest.mark.parametrize("name", ["start", "stop", "step", "colour"])
def test_no_attribute_can_be_set_or_deleted(name):
    r = arithmetic_range(1, 10, 3)
    with pytest.raises(AttributeError):
        setattr(r, name, 5)
    with pytest.raises(AttributeError):
        delattr(r, name)
    assert (listed(r), r.start, r.stop, r.step) == ([1, 4, 7], 1, 10, 3)


# Rule 3: length and truth


@pytest.mark.rule(3)
@pytest.mark.parametrize(("arguments", "items"), ITEMS, ids=IDS)
def test_the_length_is_the_number_of_items(arguments, items):
    assert len(arithmetic_range(*arguments)) == len(items)


@pytest.mark.rule(3)
@pytest.mark.parametrize(("arguments", "items"), ITEMS, ids=IDS)
def test_it_is_true_if_there_are_items(arguments, items):
    assert bool(arithmetic_range(*arguments)) is bool(items)


@pytest.mark.rule(3)
@few_steps()
def test_a_length_up_to_maxsize_is_computed():
    assert len(arithmetic_range(sys.maxsize)) == sys.maxsize
    assert len(arithmetic_range(-sys.maxsize, sys.maxsize, 2)) == sys.maxsize
    assert len(arithmetic_range(HUGE, -HUGE, 1 - HUGE)) == 3
    assert len(arithmetic_range(HUGE, 2 * HUGE, HUGE // 7)) == 8


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    "arguments",
    [(sys.maxsize + 1,), (HUGE,), (HUGE, -HUGE, -1)],
    ids=["maxsize + 1", "huge", "huge, down"],
)
@few_steps()
def test_a_length_beyond_maxsize_is_an_overflow_error(arguments):
    r = arithmetic_range(*arguments)
    with pytest.raises(OverflowError):
        len(r)


@pytest.mark.rule(3)
@few_steps()
def test_beyond_maxsize_it_is_still_true_or_false():
    assert bool(arithmetic_range(HUGE)) is True
    assert bool(arithmetic_range(HUGE, -HUGE, -1)) is True
    assert bool(arithmetic_range(HUGE, -HUGE)) is False
    assert bool(arithmetic_range(-HUGE)) is False


# Rule 4: an item by its index


@pytest.mark.rule(4)
@pytest.mark.parametrize(("arguments", "items"), ITEMS, ids=IDS)
def test_an_index_counts_from_the_first_or_from_behind_the_last(arguments, items):
    r = arithmetic_range(*arguments)
    size = len(items)
    assert [r[i] for i in range(-size, size)] == items + items


@pytest.mark.rule(4)
@pytest.mark.parametrize(("arguments", "items"), ITEMS, ids=IDS)
def test_an_index_without_an_item_is_an_index_error(arguments, items):
    r = arithmetic_range(*arguments)
    size = len(items)
    for i in (size, size + 1, -size - 1, -2 * size - 1, HUGE, -HUGE):
        with pytest.raises(IndexError):
            r[i]


@pytest.mark.rule(4)
def test_an_index_may_be_what_has_index():
    r = arithmetic_range(10, 0, -3)
    assert (r[Index(1)], r[Index(-1)], r[True], r[Whole(2)]) == (7, 1, 7, 4)
    with pytest.raises(IndexError):
        r[Index(4)]


@pytest.mark.rule(4)
@pytest.mark.parametrize("bad", [1.0, "1", None, (0, 1), Int()], ids=repr)
def test_an_index_that_is_no_integer_is_a_type_error(bad):
    for r in (arithmetic_range(5), arithmetic_range(0)):
        with pytest.raises(TypeError):
            r[bad]


@pytest.mark.rule(4)
@few_steps()
def test_an_index_may_be_larger_than_maxsize():
    r = arithmetic_range(0, -2 * HUGE, -2)
    assert (r[HUGE // 2], r[-1], r[-HUGE]) == (-HUGE, 2 - 2 * HUGE, 0)
    for i in (HUGE, -HUGE - 1):
        with pytest.raises(IndexError):
            r[i]


# Rule 5: slices, and the way back

# All bounds that differ for four items, the steps that do, and some far outside.
BOUNDS = [None, 0, 1, 2, 3, 4, 5, HUGE, -1, -2, -3, -4, -5, -HUGE]
STEPS = [None, 1, 2, 3, 5, HUGE, -1, -2, -3, -5, -HUGE]


@pytest.mark.rule(5)
@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(4,), (10, 0, -3), (-3, 9, 3), (7, 8, 5), (2, 2)], ids=str)
def test_a_slice_has_the_items_of_the_slice_of_a_list(arguments):
    r, items = arithmetic_range(*arguments), list(range(*arguments))
    for bounds in itertools.product(BOUNDS, BOUNDS, STEPS):
        where = slice(*bounds)
        part = r[where]
        assert listed(part) == items[where], where
        assert len(part) == len(items[where]), where
    assert listed(r) == items


@pytest.mark.rule(5)
def test_a_slice_is_an_arithmetic_range():
    r = arithmetic_range(1, 20, 3)
    for part in (r[:], r[2:5], r[::-1], r[5:2], r[1:2]):
        assert type(part) is arithmetic_range
    part = r[1:6][::2]
    assert (listed(part), part[-1], 10 in part, 7 in part) == ([4, 10, 16], 16, True, False)
    assert listed(r[::-2][1:]) == [13, 7, 1]


@pytest.mark.rule(5)
@few_steps()
def test_a_slice_builds_no_items():
    r = arithmetic_range(HUGE, -HUGE, -2)
    assert listed(r[5:8]) == [HUGE - 10, HUGE - 12, HUGE - 14]
    assert listed(r[-2:]) == [4 - HUGE, 2 - HUGE]
    assert listed(r[:: HUGE // 2]) == [HUGE, 0]
    assert listed(r[HUGE - 2 :]) == [4 - HUGE, 2 - HUGE]
    assert r[3:][0] == HUGE - 6
    assert r[::-1][0] == r[-1] == 2 - HUGE
    assert r[: sys.maxsize + 2][-1] == HUGE - 2 * (sys.maxsize + 1)


@pytest.mark.rule(5)
def test_the_bounds_of_a_slice_may_be_what_has_index():
    r = arithmetic_range(0, 50, 5)
    assert listed(r[Index(1) : Index(7) : Index(3)]) == [5, 20]
    assert listed(r[True : Whole(3)]) == [5, 10]


@pytest.mark.rule(5)
@pytest.mark.parametrize("bad", [1.0, "1", (1,)], ids=str)
def test_a_bound_or_step_that_is_no_integer_is_a_type_error(bad):
    r = arithmetic_range(5)
    for where in (slice(bad, None), slice(bad), slice(None, None, bad)):
        with pytest.raises(TypeError):
            r[where]


@pytest.mark.rule(5)
def test_a_slice_with_a_step_of_zero_is_a_value_error():
    for r in (arithmetic_range(5), arithmetic_range(0)):
        with pytest.raises(ValueError):
            r[::0]


@pytest.mark.rule(5)
@pytest.mark.parametrize(("arguments", "items"), ITEMS, ids=IDS)
def test_reversed_goes_from_the_last_item_to_the_first(arguments, items):
    assert listed(reversed(arithmetic_range(*arguments))) == items[::-1]


@pytest.mark.rule(5)
@few_steps()
def test_reversed_is_an_iterator_that_builds_only_what_is_taken():
    r = arithmetic_range(0, HUGE, 3)
    backwards = reversed(r)
    assert iter(backwards) is backwards
    assert (next(backwards), next(backwards)) == (HUGE - 1, HUGE - 4)
    assert next(reversed(r)) == HUGE - 1
    backwards = reversed(arithmetic_range(2))
    assert listed(backwards) == [1, 0]
    assert next(backwards, "end") == "end"


# Rule 6: membership, count, index


@pytest.mark.rule(6)
@pytest.mark.parametrize(("arguments", "items"), ITEMS, ids=IDS)
@few_steps()
def test_an_integer_is_found_where_it_is_an_item(arguments, items):
    r = arithmetic_range(*arguments)
    around = range(-15, 16)
    assert [value for value in around if value in r] == sorted(items)
    assert [r.count(value) for value in around] == [items.count(value) for value in around]
    assert [r.index(item) for item in items] == [items.index(item) for item in items]


@pytest.mark.rule(6)
@pytest.mark.parametrize("value", [-1, 0, 2, 3, 10, 13, HUGE, "1", 1.5, None], ids=repr)
@few_steps()
def test_the_index_of_what_is_no_item_is_a_value_error(value):
    r = arithmetic_range(1, 10, 3)
    with pytest.raises(ValueError):
        r.index(value)


@pytest.mark.rule(6)
@few_steps()
def test_an_integer_is_found_without_walking():
    up, down = arithmetic_range(1, HUGE, 3), arithmetic_range(HUGE, -HUGE, -2)
    assert (HUGE - 3 in up, HUGE - 2 in up, HUGE in up, -2 in up) == (True, False, False, False)
    assert (0 in down, 1 in down, -HUGE in down, HUGE in down) == (True, False, False, True)
    assert HUGE + 2 not in down
    assert (up.count(HUGE - 3), up.count(HUGE - 2), down.count(0)) == (1, 0, 1)
    assert (up.index(HUGE - 3), down.index(0)) == ((HUGE - 4) // 3, HUGE // 2)
    for value in (HUGE - 2, HUGE):
        with pytest.raises(ValueError):
            up.index(value)


@pytest.mark.rule(6)
@few_steps()
def test_a_bool_is_found_without_walking():
    r = arithmetic_range(2, HUGE)
    assert (True in r, False in r, r.count(True)) == (False, False, 0)
    with pytest.raises(ValueError):
        r.index(True)
    r = arithmetic_range(-3, 2)
    assert (True in r, False in r, r.count(True)) == (True, True, 1)
    assert (r.index(True), r.index(False)) == (4, 3)


@pytest.mark.rule(6)
@pytest.mark.parametrize("value", [4.0, 4 + 0j, Fraction(4), Decimal(4), Whole(4)], ids=repr)
@few_steps()
def test_what_is_equal_to_an_item_is_found(value):
    r = arithmetic_range(1, 10, 3)
    assert (value in r, r.count(value), r.index(value)) == (True, 1, 1)
    r = arithmetic_range(10, 0, -2)
    assert (value in r, r.count(value), r.index(value)) == (True, 1, 3)
    r = arithmetic_range(1, 10, 2)
    assert (value in r, r.count(value)) == (False, 0)


@pytest.mark.rule(6)
@pytest.mark.parametrize("value", [4.5, "4", None, float("nan"), Index(4), Int(), [4]], ids=repr)
@few_steps()
def test_what_is_equal_to_no_item_is_not_found(value):
    r = arithmetic_range(1, 10)
    assert (value in r, r.count(value)) == (False, 0)
    with pytest.raises(ValueError):
        r.index(value)


@pytest.mark.rule(6)
@few_steps()
def test_what_is_equal_to_several_items_is_counted_as_often():
    r = arithmetic_range(1, 10, 3)
    assert (r.count(Noting(4, 7)), r.count(Noting(1, 2, 3)), r.count(ANY)) == (2, 1, 3)
    assert (r.index(Noting(4, 7)), r.index(ANY), ANY in r) == (1, 0, True)
    assert type(r.count(4)) is int


@pytest.mark.rule(6)
@few_steps()
def test_the_items_are_compared_in_order_up_to_the_first_that_is_equal():
    r = arithmetic_range(9, 0, -2)
    for find in (operator.contains, arithmetic_range.index):
        value = Noting(5, 1)
        assert find(r, value) in (True, 2)
        assert value.compared == [9, 7, 5]
    value = Noting(5, 1)
    assert r.count(value) == 2
    assert value.compared == [9, 7, 5, 3, 1]
    value = Noting(4)
    assert value not in r
    assert value.compared == [9, 7, 5, 3, 1]


@pytest.mark.rule(6)
@few_steps()
def test_a_subclass_of_int_may_have_an_equality_of_its_own():
    class Anything(int):
        def __eq__(self, other):
            return True

        __hash__ = int.__hash__

    class Nothing(int):
        def __eq__(self, other):
            return False

        __hash__ = int.__hash__

    r = arithmetic_range(1, 10, 3)
    assert (Anything(50) in r, r.count(Anything(50)), r.index(Anything(50))) == (True, 3, 0)
    assert (Nothing(4) in r, r.count(Nothing(4))) == (False, 0)
    with pytest.raises(ValueError):
        r.index(Nothing(4))


@pytest.mark.rule(6)
@few_steps()
def test_an_error_of_the_comparison_comes_out():
    class Failing:
        def __eq__(self, other):
            if other == 7:
                raise OSError("cannot compare")
            return False

        __hash__ = None

    r = arithmetic_range(1, 10, 3)
    for find in (operator.contains, arithmetic_range.index, arithmetic_range.count):
        with pytest.raises(OSError, match="cannot compare"):
            find(r, Failing())
    assert (Failing() in r[:2], r[:2].count(Failing())) == (False, 0)


@pytest.mark.rule(6)
def test_range_takes_no_part(monkeypatch):
    def refuse(*arguments):
        pytest.fail("`range` is what is to be built")

    monkeypatch.setattr(module, "range", refuse, raising=False)
    r = arithmetic_range(1, 10, 3)
    assert (listed(r), len(r), r[1], 4 in r, listed(r[1:])) == ([1, 4, 7], 3, 4, True, [4, 7])
    assert (listed(reversed(r)), r.index(7), r.count(2)) == ([7, 4, 1], 2, 0)


# Rule 7: equality

# Many ways to make the same items: none, a single one, several.
MADE = [*itertools.product((-1, 0, 1, 2), (-2, 0, 1, 3, 4), (-3, -2, -1, 1, 2, 3))]


@pytest.mark.rule(7)
@pytest.mark.slow
def test_those_with_the_same_items_in_the_same_order_are_equal():
    for these, those in itertools.product(MADE, repeat=2):
        one, other = arithmetic_range(*these), arithmetic_range(*those)
        same = list(range(*these)) == list(range(*those))
        assert (one == other) is same, f"{these} == {those}"
        assert (one != other) is not same, f"{these} != {those}"
        if same:
            assert hash(one) == hash(other), f"{these}, {those}"


@pytest.mark.rule(7)
def test_equal_ones_are_one_key():
    found = {arithmetic_range(0, 3, 2): "even", arithmetic_range(0): "none"}
    assert found[arithmetic_range(0, 4, 2)] == "even"
    assert found[arithmetic_range(0, 10, 2)[:2]] == "even"
    assert found[arithmetic_range(9, 3)] == "none"
    different = {tuple(range(*arguments)) for arguments in MADE}
    assert len({arithmetic_range(*arguments) for arguments in MADE}) == len(different)


@pytest.mark.rule(7)
def test_those_that_differ_mostly_have_different_hashes():
    hashes = {hash(arithmetic_range(start, start + 9, 2)) for start in range(100)}
    hashes |= {hash(arithmetic_range(0, 10 * step, step)) for step in range(2, 100)}
    hashes |= {hash(arithmetic_range(stop)) for stop in range(1, 100)}
    assert len(hashes) > 250


@pytest.mark.rule(7)
@few_steps()
def test_equality_and_hash_build_no_items():
    one, other = arithmetic_range(0, HUGE, 2), arithmetic_range(0, HUGE - 1, 2)
    assert one == other
    assert hash(one) == hash(other)
    assert one != arithmetic_range(0, HUGE + 1, 2)
    assert one != arithmetic_range(0, HUGE, 4)
    assert one != arithmetic_range(2, HUGE + 2, 2)
    assert one != one[::-1]
    assert one == one[::-1][::-1]


@pytest.mark.rule(7)
def test_any_other_object_is_unequal_unless_it_says_otherwise():
    r = arithmetic_range(2)
    for other in ([0, 1], (0, 1), {0, 1}, range(2), "arithmetic_range(0, 2)", 2, None):
        assert (r == other, other == r, r != other) == (False, False, True)
    assert (r == ANY, r == Noting(r)) == (True, True)


@pytest.mark.rule(7)
@pytest.mark.parametrize("call", [operator.lt, operator.le, operator.gt, operator.add])
def test_order_and_addition_are_not_supported(call):
    one, other = arithmetic_range(2), arithmetic_range(3)
    with pytest.raises(TypeError):
        call(one, other)


@pytest.mark.rule(7)
def test_repetition_is_not_supported():
    r = arithmetic_range(2)
    with pytest.raises(TypeError):
        r * 2
    with pytest.raises(TypeError):
        2 * r


# Rule 8: a sequence like others


@pytest.mark.rule(8)
def test_it_is_a_sequence():
    r = arithmetic_range(3)
    assert isinstance(r, collections.abc.Sequence)
    assert isinstance(r, collections.abc.Hashable)
    assert issubclass(arithmetic_range, collections.abc.Sequence)


@pytest.mark.rule(8)
def test_match_takes_it_apart():
    match arithmetic_range(10, 0, -3):
        case [first, *middle, last]:
            assert (first, list(middle), last) == (10, [7, 4], 1)
        case _:
            pytest.fail("it does not match a sequence")


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((3,), "arithmetic_range(0, 3)"),
        ((2, 5), "arithmetic_range(2, 5)"),
        ((2, 5, 1), "arithmetic_range(2, 5)"),
        ((0, 5, 2), "arithmetic_range(0, 5, 2)"),
        ((5, 0, -1), "arithmetic_range(5, 0, -1)"),
        ((True,), "arithmetic_range(0, 1)"),
        ((7, 3), "arithmetic_range(7, 3)"),
    ],
    ids=str,
)
def test_repr_is_the_call_that_makes_it(arguments, text):
    assert repr(arithmetic_range(*arguments)) == text
    assert str(arithmetic_range(*arguments)) == text


def by_protocol(protocol):
    return lambda thing: pickle.loads(pickle.dumps(thing, protocol))


COPIES = {"copy": copy.copy, "deepcopy": copy.deepcopy} | {
    f"pickle {protocol}": by_protocol(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
}


@pytest.mark.rule(8)
@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("arguments", [(3,), (10, 0, -3), (7, 3), (-HUGE, HUGE, HUGE)], ids=str)
def test_a_copy_is_the_same_in_everything(make_copy, arguments):
    r = arithmetic_range(*arguments)
    twin = make_copy(r)
    assert type(twin) is arithmetic_range
    assert (twin.start, twin.stop, twin.step) == (r.start, r.stop, r.step)
    assert listed(twin) == list(range(*arguments))
    assert (len(twin), twin == r, hash(twin)) == (len(r), True, hash(r))


@pytest.mark.rule(8)
@few_steps()
def test_pickles_and_copies_of_huge_ones_are_small():
    assert len(pickle.dumps(arithmetic_range(HUGE))) < 200
    assert copy.deepcopy(arithmetic_range(HUGE))[-1] == HUGE - 1


@pytest.mark.rule(8)
@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("make_iterator", [iter, reversed])
@pytest.mark.parametrize("arguments", [(4,), (HUGE, -3 * HUGE, -HUGE)], ids=["4", "huge"])
def test_the_copy_of_an_iterator_goes_on_from_where_it_is(arguments, make_iterator, make_copy):
    items = list(make_iterator(range(*arguments)))
    iterator = make_iterator(arithmetic_range(*arguments))
    for taken in range(5):
        twin, another = make_copy(iterator), make_copy(iterator)
        assert listed(twin) == items[taken:]
        assert next(another, "end") == (items[taken] if taken < 4 else "end")
        assert next(iterator, "end") == (items[taken] if taken < 4 else "end")
        assert listed(another) == items[taken + 1 :]


@pytest.mark.rule(8)
def test_it_has_no_subclasses():
    assert listed(arithmetic_range(2)) == [0, 1]
    with pytest.raises(TypeError):

        class Other(arithmetic_range):
            pass


# All rules: whatever is asked, `range` has the same answer

SMALL = st.integers(-12, 12)
LARGE = st.builds(operator.add, st.sampled_from([0, sys.maxsize, -HUGE, HUGE]), SMALL)
STEP = (SMALL | LARGE).filter(bool)
ARGUMENTS = st.tuples(SMALL, SMALL, SMALL.filter(bool)) | st.tuples(LARGE, LARGE, STEP)
BOUND = st.none() | SMALL | LARGE
SLICE = st.builds(slice, BOUND, BOUND, st.none() | STEP)


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except (IndexError, ValueError, OverflowError) as error:
        return type(error)


@pytest.mark.rule(6)
@given(arguments=ARGUMENTS, at=SMALL | LARGE, beside=st.integers(-2, 2))
@few_steps()
def test_every_answer_is_that_of_range(arguments, at, beside):
    ours, theirs = arithmetic_range(*arguments), range(*arguments)
    assert bool(ours) is bool(theirs)
    for call in (len, lambda r: r[at], lambda r: r[-1], lambda r: next(reversed(r), None)):
        assert outcome(call, ours) == outcome(call, theirs)
    value = arguments[0] + at * arguments[2] + beside
    for call in (operator.contains, lambda r, x: r.index(x), lambda r, x: r.count(x)):
        assert outcome(call, ours, value) == outcome(call, theirs, value)


@pytest.mark.rule(7)
@settings(max_examples=50)
@given(arguments=ARGUMENTS, slices=st.lists(SLICE, max_size=4), others=st.lists(SLICE, max_size=4))
@few_steps()
def test_slices_of_slices_are_those_of_range(arguments, slices, others):
    ours, theirs = arithmetic_range(*arguments), range(*arguments)
    our_other, their_other = ours, theirs
    for where in slices:
        ours, theirs = ours[where], theirs[where]
    for where in others:
        our_other, their_other = our_other[where], their_other[where]
    assert list(itertools.islice(ours, 5)) == list(itertools.islice(theirs, 5))
    assert list(itertools.islice(reversed(ours), 5)) == list(itertools.islice(reversed(theirs), 5))
    assert outcome(len, ours) == outcome(len, theirs)
    assert (ours == our_other) is (theirs == their_other)
    if theirs == their_other:
        assert hash(ours) == hash(our_other)
