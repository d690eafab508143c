import copy
import itertools
import operator
import pickle
import sys
import tracemalloc
from collections.abc import MutableSet
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from katas.memory_optimization.bit_set import BitSet

LAST = 2**24 - 1
SEAMS = [0, 1, 7, 8, 9, 15, 16, 63, 64, 65, 127, 128, 1000]


class Index:
    """No number, but stands for one."""

    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


def peak(call):
    """The bytes that were in use at a time during `call`, those of its result included."""
    tracemalloc.start()
    try:
        result = call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        del result


def members_in(view):
    return [8 * i + bit for i, byte in enumerate(view) for bit in range(8) if byte >> bit & 1]


# Rule 1: a set of integers


@pytest.mark.rule(1)
@pytest.mark.parametrize("members", [[], [0], [5], SEAMS, list(range(200))], ids=str)
def test_it_has_the_members_it_was_made_of(members):
    s = BitSet(members)
    assert list(s) == members
    assert len(s) == len(members)
    assert [n for n in range(1100) if n in s] == members


@pytest.mark.rule(1)
def test_members_come_in_ascending_order_and_once():
    s = BitSet(iter([64, 3, 1000, 3, 0, 64, 65]))
    assert list(s) == [0, 3, 64, 65, 1000]
    assert len(s) == 5


@pytest.mark.rule(1)
def test_what_is_added_is_a_member():
    s = BitSet()
    for elem in (9, 300, 9, 8, 0):
        assert s.add(elem) is None
        assert elem in s
    assert (list(s), len(s)) == ([0, 8, 9, 300], 4)
    assert (7 in s, 10 in s, 299 in s, 301 in s, 10**6 in s) == (False,) * 5


@pytest.mark.rule(1)
def test_it_is_a_mutable_set_and_true_if_there_are_members():
    s = BitSet()
    assert isinstance(s, MutableSet)
    assert not s
    s.add(0)
    assert s


@pytest.mark.rule(1)
def test_what_has_index_becomes_a_plain_int():
    s = BitSet([True, Index(4)])
    s.add(Index(2))
    assert list(s) == [1, 2, 4]
    assert {type(member) for member in s} == {int}


# Rule 2: what is refused


@pytest.mark.rule(2)
@pytest.mark.slow
def test_the_largest_member_is_below_the_limit():
    assert BitSet.limit == LAST + 1
    s = BitSet([LAST])
    assert (LAST in s, LAST - 1 in s, LAST + 1 in s, len(s)) == (True, False, False, 1)


WAYS_TO_ADD = {
    "add": lambda s, elem: s.add(elem),
    "update": lambda s, elem: s.update([3], [4, elem]),
    "the constructor": lambda s, elem: BitSet([3, elem]),
}
METHODS_THAT_ADD = {
    "union": lambda s, elem: s.union([elem]),
    "symmetric_difference": lambda s, elem: s.symmetric_difference([3, elem]),
    "symmetric_difference_update": lambda s, elem: s.symmetric_difference_update([3, elem]),
}
OPERATORS_THAT_ADD = {
    "|": lambda s, elem: s | {elem},
    "|=": lambda s, elem: operator.ior(s, {3, elem}),
    "^": lambda s, elem: {elem} ^ s,
    "-": lambda s, elem: {elem} - s,
}


REFUSED = [(-1, ValueError), (-7, ValueError), (LAST + 1, ValueError), (10**18, ValueError)]
REFUSED += [(elem, TypeError) for elem in (2.0, 2.5, "3", None)]


def check_that_it_refuses(way):
    s = BitSet([1, 9])
    for elem, error in REFUSED:
        with pytest.raises(error):
            way(s, elem)
        assert (elem, list(s), len(s)) == (elem, [1, 9], 2)


@pytest.mark.rule(2)
@pytest.mark.parametrize("way", WAYS_TO_ADD.values(), ids=WAYS_TO_ADD.keys())
def test_what_can_be_no_member_is_refused_and_nothing_is_changed(way):
    check_that_it_refuses(way)


@pytest.mark.rule(4)
@pytest.mark.parametrize("way", METHODS_THAT_ADD.values(), ids=METHODS_THAT_ADD.keys())
def test_a_method_refuses_what_can_be_no_member(way):
    check_that_it_refuses(way)


@pytest.mark.rule(5)
@pytest.mark.parametrize("way", OPERATORS_THAT_ADD.values(), ids=OPERATORS_THAT_ADD.keys())
def test_an_operator_refuses_what_can_be_no_member(way):
    check_that_it_refuses(way)


@pytest.mark.rule(2)
@pytest.mark.parametrize("elem", [-LAST, LAST + 1, 10**18], ids=["negative", "limit", "huge"])
def test_no_memory_is_asked_for_what_is_refused(elem):
    def refused():
        with pytest.raises(ValueError):
            s.add(elem)

    s = BitSet([1])
    assert peak(refused) < 100_000


@pytest.mark.rule(4)
def test_an_error_of_an_iterable_comes_out_and_nothing_is_changed():
    def failing():
        yield 4
        yield 3
        raise LookupError("no more rows")

    methods = ["update", "intersection_update", "difference_update", "symmetric_difference_update"]
    for name in methods:
        s = BitSet([1, 3])
        with pytest.raises(LookupError):
            getattr(s, name)(failing())
        assert (list(s), len(s)) == ([1, 3], 2)


# Rule 3: looking for, and taking out


@pytest.mark.rule(3)
@pytest.mark.parametrize("elem", [2.0, True + True, Decimal(2), Fraction(4, 2), 2 + 0j], ids=repr)
def test_what_is_equal_to_a_member_finds_it(elem):
    s = BitSet([1, 2, 10])
    assert elem in s
    s.discard(elem)
    assert (list(s), len(s)) == ([1, 10], 2)
    s.add(2)
    s.remove(elem)
    assert (list(s), len(s)) == ([1, 10], 2)


class SameHash:
    def __hash__(self):
        return 2


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    "elem",
    [0, 3, 31, 32, 10**30, -1, -6, -8, -30, 2.5, -1.0, "2", None, (2,), SameHash(), Index(2)],
    ids=lambda elem: type(elem).__name__ if isinstance(elem, SameHash | Index) else repr(elem),
)
def test_what_is_equal_to_no_member_finds_nothing(elem):
    s = BitSet([2, 10, 23])
    assert elem not in s
    assert s.discard(elem) is None
    with pytest.raises(KeyError):
        s.remove(elem)
    assert (list(s), len(s)) == ([2, 10, 23], 3)


@pytest.mark.rule(3)
@pytest.mark.parametrize("look", [BitSet.__contains__, BitSet.discard, BitSet.remove])
def test_what_is_not_hashable_is_a_type_error(look):
    s = BitSet([1])
    with pytest.raises(TypeError):
        look(s, [1])
    assert list(s) == [1]


@pytest.mark.rule(3)
def test_pop_takes_out_one_member_after_another():
    s = BitSet(SEAMS)
    taken = []
    while s:
        taken.append(s.pop())
        assert sorted([*s, *taken]) == SEAMS
    with pytest.raises(KeyError):
        s.pop()
    assert (list(s), len(s)) == ([], 0)


@pytest.mark.rule(3)
def test_a_cleared_set_is_empty_and_can_be_used():
    s = BitSet(SEAMS)
    s.clear()
    assert (list(s), len(s), 7 in s) == ([], 0, False)
    s.add(7)
    assert (list(s), len(s)) == ([7], 1)


# Rule 4: set algebra

NEW = ["union", "intersection", "difference", "symmetric_difference"]
UPDATES = ["update", "intersection_update", "difference_update", "symmetric_difference_update"]
QUESTIONS = ["isdisjoint", "issubset", "issuperset"]
OTHERS = [[], [3], [1, 2, 8], [64, 3, 3, 1], [1, 2, 8, 64], [1, 2, 8, 64, 500], [0, 700]]


@pytest.mark.rule(4)
@pytest.mark.parametrize("name", NEW + UPDATES + QUESTIONS)
def test_every_method_does_what_that_of_a_set_does(name):
    for kind, other in itertools.product([list, iter, set, BitSet, dict.fromkeys], OTHERS):
        ours, theirs = BitSet([1, 2, 8, 64]), {1, 2, 8, 64}
        argument = kind(other)
        result, expected = getattr(ours, name)(argument), getattr(theirs, name)(other)
        assert (list(ours), len(ours)) == (sorted(theirs), len(theirs))
        if name in NEW:
            assert type(result) is BitSet
            assert (list(result), len(result)) == (sorted(expected), len(expected))
        else:
            assert result is expected
        if kind is BitSet:
            assert list(argument) == sorted(set(other))


@pytest.mark.rule(4)
@pytest.mark.parametrize("name", NEW[:3] + UPDATES[:3])
def test_most_methods_take_any_number_of_iterables(name):
    for others in ([], [[3, 8], [2, 1, 9]], [[1], [8], [1, 64]]):
        ours, theirs = BitSet([1, 2, 8, 64]), {1, 2, 8, 64}
        result = getattr(ours, name)(*map(iter, others))
        expected = getattr(theirs, name)(*others)
        assert list(ours) == sorted(theirs)
        assert result == expected


@pytest.mark.rule(4)
@pytest.mark.parametrize("name", NEW)
def test_a_new_set_is_independent(name):
    s = BitSet([1, 2])
    for other in ([], [1, 2], [3]):
        result = getattr(s, name)(other)
        result.add(100)
        result.discard(1)
    assert list(s) == [1, 2]


@pytest.mark.rule(4)
@pytest.mark.parametrize("name", UPDATES)
def test_a_set_can_be_updated_with_itself(name):
    s = BitSet([1, 8])
    getattr(s, name)(s)
    members = [1, 8] if name in UPDATES[:2] else []
    assert (list(s), len(s)) == (members, len(members))


@pytest.mark.rule(4)
def test_what_an_iterable_adds_while_it_is_read_is_not_lost():
    for name in ("update", "symmetric_difference_update"):
        s = BitSet([1])
        getattr(s, name)(s.add(9) or elem for elem in [3, 4])
        assert (name, list(s), len(s)) == (name, [1, 3, 4, 9], 4)


STRANGE = [2.0, "1", -1, -8, None, -(10**20), SameHash(), 8]


@pytest.mark.rule(4)
@pytest.mark.parametrize("name", ["intersection", "difference", *UPDATES[1:3], *QUESTIONS])
def test_what_is_only_looked_for_may_be_any_hashable_object(name):
    ours, theirs = BitSet([1, 2, 3, 8]), {1, 2, 3, 8}
    result, expected = getattr(ours, name)(STRANGE), getattr(theirs, name)(STRANGE)
    assert list(ours) == sorted(theirs)
    assert result == expected
    with pytest.raises(TypeError):
        getattr(ours, name)([[]])
    assert list(ours) == sorted(theirs)


# Rule 5: operators, comparison, text

OPERATORS = [operator.or_, operator.and_, operator.sub, operator.xor]
IN_PLACE = [operator.ior, operator.iand, operator.isub, operator.ixor]
COMPARISONS = [operator.le, operator.lt, operator.ge, operator.gt, operator.eq, operator.ne]


def dict_keys(keys):
    """A set with operators of its own, which take every iterable and return a plain set."""
    return dict.fromkeys(keys).keys()


SETS = [BitSet, set, frozenset, dict_keys]


@pytest.mark.rule(5)
@pytest.mark.parametrize("operate", OPERATORS + COMPARISONS)
def test_an_operator_takes_every_set_on_both_sides(operate):
    for kind, other in itertools.product(SETS, OTHERS):
        mine = [1, 2, 8, 64]
        right, left = operate(BitSet(mine), kind(other)), operate(kind(other), BitSet(mine))
        assert right == operate(set(mine), set(other))
        assert left == operate(set(other), set(mine))
        if operate in OPERATORS:
            assert type(right) is BitSet
            assert type(left) is (set if kind is dict_keys else BitSet)


@pytest.mark.rule(5)
@pytest.mark.parametrize("operate", IN_PLACE)
def test_an_operator_with_assignment_changes_the_set_itself(operate):
    for kind, other in itertools.product(SETS, OTHERS):
        ours, theirs = BitSet([1, 2, 8, 64]), {1, 2, 8, 64}
        assert operate(ours, kind(other)) is ours
        assert list(ours) == sorted(operate(theirs, set(other)))


@pytest.mark.rule(5)
@pytest.mark.parametrize("operate", OPERATORS + IN_PLACE + COMPARISONS[:4])
def test_an_operator_takes_nothing_but_sets(operate):
    s = BitSet([1])
    for other in ([1], "", {}, 1):
        with pytest.raises(TypeError):
            operate(s, other)
        with pytest.raises(TypeError):
            operate(other, s)
    assert list(s) == [1]


@pytest.mark.rule(5)
def test_it_equals_sets_with_equal_members_however_it_came_by_them():
    s = BitSet([2, 9000])
    s.discard(9000)
    for other in (BitSet([2]), {2}, frozenset([2.0])):
        assert s == other
        assert other == s
    for other in (BitSet([2, 3]), BitSet([3]), {-6}, [2], 2, None):
        assert s != other
        assert other != s


@pytest.mark.rule(5)
def test_sets_of_other_things_can_be_compared_and_combined():
    s = BitSet([1, 2])
    assert s < {1, 2, -6, "a"}
    assert not s > {1, "a"}
    assert s & {2.0, -7, "a"} == {"a", -7, 2.0} & s == {2}
    assert s - {2.0, -7, "a"} == {1}
    assert {2.0, 5} - s == {5}


@pytest.mark.rule(5)
def test_it_has_no_hash_but_a_frozen_copy_has():
    s = BitSet([1, 300])
    with pytest.raises(TypeError):
        hash(s)
    assert {frozenset({1, 300}): "found"}[frozenset(s)] == "found"


@pytest.mark.rule(5)
def test_the_text_is_the_call_that_makes_it():
    texts = [repr(BitSet(members)) for members in ([], [0], [300, 1, 2])]
    assert texts == ["BitSet()", "BitSet({0})", "BitSet({1, 2, 300})"]


# Rule 6: iteration and copies


SIZE_CHANGES = {
    "add": lambda s: s.add(4),
    "discard": lambda s: s.discard(1),
    "update": lambda s: s.update([2, 5]),
    "difference_update": lambda s: s.difference_update([3, 70]),
    "clear": lambda s: s.clear(),
}


@pytest.mark.rule(6)
@pytest.mark.parametrize("change", SIZE_CHANGES.values(), ids=SIZE_CHANGES.keys())
def test_an_iterator_notices_that_the_number_of_members_has_changed(change):
    for taken in range(4):
        s = BitSet([1, 3, 70])
        iterator = iter(s)
        assert [next(iterator) for _ in range(taken)] == [1, 3, 70][:taken]
        change(s)
        with pytest.raises(RuntimeError):
            next(iterator)


@pytest.mark.rule(6)
def test_an_iterator_goes_on_if_nothing_has_changed():
    s = BitSet([1, 3, 70])
    seen = []
    for member in s:
        seen.append((member, list(s)))
        s.add(member)
        s.discard(2)
    assert seen == [(1, [1, 3, 70]), (3, [1, 3, 70]), (70, [1, 3, 70])]


COPIES = {
    "its method": lambda s: s.copy(),
    "copy.copy": copy.copy,
    "copy.deepcopy": copy.deepcopy,
    "the constructor": BitSet,
} | {
    f"pickle {protocol}": lambda s, protocol=protocol: pickle.loads(pickle.dumps(s, protocol))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
}


@pytest.mark.rule(6)
@pytest.mark.slow
@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES.keys())
def test_a_copy_is_equal_and_independent(duplicate):
    for members in ([], [0], [1, 77, 100_000]):
        s = BitSet(members)
        other = duplicate(s)
        assert type(other) is BitSet
        assert (list(other), len(other)) == (members, len(members))
        other.add(5)
        s.add(6)
        assert (list(other), list(s)) == (sorted([*members, 5]), sorted([*members, 6]))


# Rule 7: memory

MANY = 8_000


@pytest.mark.rule(7)
def test_it_needs_a_hundredth_of_the_memory_of_a_set():
    s = BitSet(range(MANY))
    assert MANY // 8 <= sys.getsizeof(s) < sys.getsizeof(set(range(MANY))) / 100


def grown():
    s = BitSet([LAST // 2])
    s.add(LAST)
    return s


@pytest.mark.rule(7)
@pytest.mark.slow
@pytest.mark.parametrize("make", [lambda: BitSet([LAST]), grown], ids=["made", "grown"])
def test_it_needs_one_bit_for_each_integer_and_getsizeof_tells_all_of_it(make):
    tracemalloc.start()
    try:
        s = make()
        used = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert LAST // 8 <= sys.getsizeof(s) < LAST // 8 * 1.13
    assert used * 0.9 < sys.getsizeof(s) < used * 1.1
    assert sys.getsizeof(BitSet()) <= sys.getsizeof(set())


@pytest.mark.rule(7)
@pytest.mark.slow
def test_clear_gives_the_memory_back():
    s = BitSet([LAST])
    s.clear()
    assert sys.getsizeof(s) <= sys.getsizeof(set())


WORK = {
    "making": lambda s, _: BitSet(range(MANY)),
    "iterating": lambda s, _: all(member >= 0 for member in s),
    "comparing": lambda s, other: s == other,
    "copying": lambda s, _: s.copy(),
    "or": operator.or_,
    "and": operator.and_,
    "minus": operator.sub,
    "xor": operator.xor,
    "iand": operator.iand,
    "isdisjoint": BitSet.isdisjoint,
    "issuperset": BitSet.issuperset,
    "pickling": lambda s, _: pickle.dumps(s),
}


@pytest.mark.rule(7)
@pytest.mark.slow
@pytest.mark.parametrize("work", WORK.values(), ids=WORK.keys())
def test_nothing_as_large_as_a_list_of_the_members_is_made(work):
    s, other = BitSet(range(MANY)), BitSet(range(MANY))
    assert peak(lambda: work(s, other)) < 4 * MANY  # a list takes eight bytes for each


@pytest.mark.rule(7)
@pytest.mark.parametrize("combine", NEW + UPDATES + QUESTIONS + OPERATORS + IN_PLACE + COMPARISONS)
def test_two_bit_sets_are_combined_without_asking_for_members(combine, monkeypatch):
    if isinstance(combine, str):
        combine = getattr(BitSet, combine)
    one, other = BitSet([1, 2, 300]), BitSet([1, 2, 300])
    for name in ("__iter__", "__contains__"):
        monkeypatch.setattr(BitSet, name, lambda *_, name=name: pytest.fail(f"asked {name}"))
    combine(one, other)


@pytest.mark.rule(7)
def test_one_member_costs_the_same_in_a_set_of_any_size():
    s = BitSet([LAST])
    assert peak(lambda: s.add(5)) < 20_000
    assert peak(lambda: 5 in s) < 20_000
    assert peak(lambda: s.discard(5)) < 20_000
    assert peak(lambda: s.discard(LAST)) < 20_000
    assert len(s) == 0


@pytest.mark.rule(7)
def test_a_pickle_is_as_large_as_the_bits():
    assert len(pickle.dumps(BitSet(range(MANY)))) < MANY // 8 * 1.3


# Rule 8: the bits for others


@pytest.mark.rule(8)
@pytest.mark.parametrize("members", [[], [0], [7], [8], SEAMS], ids=str)
def test_the_view_has_a_bit_for_each_member(members):
    with BitSet(members).getbuffer() as view:
        assert members_in(view) == members
        assert (type(view), view.format, view.ndim) == (memoryview, "B", 1)


@pytest.mark.rule(8)
def test_the_view_cannot_be_written_to():
    s = BitSet([1, 9])
    with s.getbuffer() as view:
        assert view.readonly
        with pytest.raises(TypeError):
            view[0] = 255
    assert list(s) == [1, 9]


@pytest.mark.rule(8)
def test_the_view_is_no_copy():
    s = BitSet([LAST])
    assert peak(s.getbuffer) < 20_000


CHANGES = {
    "add": lambda s: s.add(5),
    "discard": lambda s: s.discard(9),
    "discard the largest": lambda s: s.discard(1000),
    "remove": lambda s: s.remove(1),
    "pop": lambda s: s.pop(),
    "clear": lambda s: s.clear(),
    "update": lambda s: s.update([3, 800]),
    "intersection_update": lambda s: s.intersection_update([1, 9]),
    "difference_update": lambda s: s.difference_update([1000]),
    "symmetric_difference_update": lambda s: s.symmetric_difference_update([1, 2, 1000]),
    "|=": lambda s: operator.ior(s, {64}),
    "&=": lambda s: operator.iand(s, BitSet([1])),
    "-=": lambda s: operator.isub(s, s),
    "^=": lambda s: operator.ixor(s, BitSet([2])),
}


@pytest.mark.rule(8)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_view_shows_every_change(change):
    s = BitSet([1, 9, 1000])
    with s.getbuffer() as view:
        change(s)
        assert members_in(view) == list(s) != [1, 9, 1000]
        s.add(700)
        assert members_in(view) == list(s)


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    "grow",
    [
        lambda s: s.add(100_000),
        lambda s: s.update([2], [100_000]),
        lambda s: s.symmetric_difference_update([1, 100_000]),
        lambda s: operator.ior(s, {2, 100_000}),
    ],
    ids=["add", "update", "symmetric_difference_update", "|="],
)
def test_what_needs_more_room_waits_until_the_view_is_released(grow):
    s = BitSet([1, 9])
    with s.getbuffer() as view:
        with pytest.raises(BufferError):
            grow(s)
        assert (members_in(view), list(s), len(s), 100_000 in s) == ([1, 9], [1, 9], 2, False)
        assert list(s | {100_000}) == [1, 9, 100_000]
    grow(s)
    assert 100_000 in s


# All rules: whatever a set does

ELEMENTS = st.sampled_from(SEAMS) | st.integers(0, 20)
ANYTHING = ELEMENTS | st.sampled_from([-1, -8, 2.0, 2.5, "a", None, 10**20])
KINDS = st.sampled_from([list, set, frozenset, BitSet])


class LikeASet(RuleBasedStateMachine):
    """Both sets get the same calls; what they return, raise and hold must agree."""

    def __init__(self):
        super().__init__()
        self.ours, self.theirs = BitSet(), set()

    @invariant()
    def same_members(self):
        assert list(self.ours) == sorted(self.theirs)
        assert len(self.ours) == len(self.theirs)
        with self.ours.getbuffer() as view:
            assert members_in(view) == list(self.ours)

    @rule(elem=ELEMENTS)
    def add(self, elem):
        self.ours.add(elem)
        self.theirs.add(elem)

    @rule(elem=ANYTHING, name=st.sampled_from(["__contains__", "discard", "remove"]))
    def look(self, elem, name):
        outcomes = []
        for subject in (self.ours, self.theirs):
            try:
                outcomes.append(getattr(subject, name)(elem))
            except KeyError:
                outcomes.append(KeyError)
        assert outcomes[0] == outcomes[1]

    @rule()
    def pop(self):
        if self.theirs:
            self.theirs.remove(self.ours.pop())

    @rule(kind=KINDS, other=st.lists(ELEMENTS), name=st.sampled_from(NEW + UPDATES + QUESTIONS))
    def call(self, kind, other, name):
        assert getattr(self.ours, name)(kind(other)) == getattr(self.theirs, name)(other)

    @rule(
        kind=st.sampled_from([set, frozenset, BitSet]),
        other=st.lists(ELEMENTS),
        operate=st.sampled_from(OPERATORS + COMPARISONS),
    )
    def combine(self, kind, other, operate):
        other = kind(other)
        assert operate(self.ours, other) == operate(self.theirs, set(other))
        assert operate(other, self.ours) == operate(set(other), self.theirs)

    @rule()
    def duplicate(self):
        self.ours, old = pickle.loads(pickle.dumps(self.ours)), self.ours
        assert self.ours == old


LikeASet.TestCase.settings = settings(max_examples=25, stateful_step_count=12)
TestLikeASet = pytest.mark.rule(4)(LikeASet.TestCase)
