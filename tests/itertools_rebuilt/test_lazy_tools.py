import copy
import itertools
import operator
import weakref
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.itertools_rebuilt.lazy_tools import accumulate, chain, groupby, islice, tee, zip_longest

MANY = 500
SLACK = 100  # more items than the blocks of CPython's `tee` hold back


class Source:
    """An iterator over `items` that counts what is pulled from it, and how often it is asked.

    An item that is an exception is raised.  Pulling more than `limit` items fails the test.
    """

    def __init__(self, items=(), limit=None):
        self.items = iter(items)
        self.limit = limit
        self.pulled = self.asked = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.asked += 1
        item = next(self.items)
        if self.pulled == self.limit:
            pytest.fail(f"pulled more than the {self.limit} items that are needed")
        self.pulled += 1
        if isinstance(item, Exception):
            raise item
        return item


class Item:
    """An item that can be counted while it is alive, equal to no other."""

    def __init__(self, number, alive):
        self.number = number
        alive.add(self)


def items_that_are_counted(number=MANY):
    """An iterator over items, and the set of those that are alive."""
    alive = weakref.WeakSet()
    return map(Item, range(number), itertools.repeat(alive)), alive


def taken(iterator, number):
    """The next `number` items, or those that there are."""
    return [item for _, item in zip(range(number), iterator, strict=False)]


def bounded(iterable):
    """The items; fails the test if they don't come to an end."""
    for number, item in enumerate(iterable):
        if number > MANY:
            pytest.fail(f"more than {MANY} items: does it ever end?")
        yield item


def listed(iterable):
    """All items; fails the test if they don't come to an end."""
    return list(bounded(iterable))


# Rule 1: chain


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    ("iterables", "items"),
    [
        ([], []),
        ([""], []),
        (["abc"], ["a", "b", "c"]),
        (["ab", "cd"], ["a", "b", "c", "d"]),
        (["ab", (1,), {"x": 2}], ["a", "b", 1, "x"]),
        (["", "a", "", "", "b", ""], ["a", "b"]),
        ([["ab", []], [None]], ["ab", [], None]),
    ],
    ids=str,
)
def test_chain_hands_out_the_items_of_one_iterable_after_another(iterables, items):
    assert listed(chain(*iterables)) == items
    assert listed(chain.from_iterable(iterables)) == items


@pytest.mark.rule(1)
def test_chain_takes_an_iterable_when_it_is_needed_and_not_before():
    iterables = Source(["ab", "", "c", "d"])
    letters = chain.from_iterable(iterables)
    seen = [(letter, iterables.pulled) for letter in letters]
    assert seen == [("a", 1), ("b", 1), ("c", 3), ("d", 4)]


@pytest.mark.rule(1)
def test_chain_can_do_with_iterables_without_end():
    assert taken(chain(itertools.count(5), "never"), 3) == [5, 6, 7]
    assert taken(chain.from_iterable(Source(itertools.repeat("ab"), limit=3)), 5) == [*"ababa"]


@pytest.mark.rule(1)
def test_chain_asks_for_an_iterator_when_the_turn_has_come():
    class Shelf(list):
        def __iter__(self):
            opened.append(self)
            return super().__iter__()

    opened = []
    letters = chain(Shelf("a"), Shelf("b"))
    assert opened == []
    assert (next(letters), opened) == ("a", [["a"]])
    assert (next(letters), opened) == ("b", [["a"], ["b"]])


@pytest.mark.rule(1)
def test_what_chain_cannot_iterate_over_is_an_error_when_its_turn_comes():
    for letters in (chain("ab", 5), chain.from_iterable(["ab", 5])):
        assert (next(letters), next(letters)) == ("a", "b")
        with pytest.raises(TypeError):
            next(letters)


@pytest.mark.rule(1)
def test_chain_passes_over_any_number_of_empty_iterables():
    assert listed(chain(*[()] * 3000, "a")) == ["a"]


@pytest.mark.rule(1)
def test_chain_lets_go_of_an_iterable_that_is_finished():
    class Page:
        def __init__(self):
            alive.add(self)

            self.read = False

        def __iter__(self):
            return self

        def __next__(self):
            if self.read:
                raise StopIteration
            self.read = True
            return "a line"

    alive = weakref.WeakSet()
    for _ in chain.from_iterable(Page() for _ in range(MANY)):
        assert len(alive) <= 4


@pytest.mark.rule(1)
def test_from_iterable_of_a_subclass_makes_one_of_the_subclass():
    class Letters(chain):
        pass

    letters = Letters.from_iterable(["ab", "c"])
    assert (type(letters), listed(letters)) == (Letters, ["a", "b", "c"])


# Rule 2: islice


@pytest.mark.rule(2)
@pytest.mark.slow
def test_islice_has_the_items_of_the_slice_of_a_list():
    bounds = [None, *range(8)]
    for start, stop, step in itertools.product(bounds, bounds, bounds[:1] + bounds[2:]):
        where = slice(start, stop, step)
        assert listed(islice(range(6), start, stop, step)) == [*range(6)][where], where


@pytest.mark.rule(2)
def test_one_number_is_the_stop_and_two_are_start_and_stop():
    assert listed(islice("abcdef", 3)) == ["a", "b", "c"]
    assert listed(islice("abcdef", None)) == [*"abcdef"]
    assert listed(islice("abcdef", 2, 4)) == ["c", "d"]
    assert listed(islice("abcdef", 4, None)) == ["e", "f"]


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    ("numbers", "pulls"),
    [
        ((3,), [1, 2, 3, 3]),
        ((0,), [0]),
        ((2, 5), [3, 4, 5, 5]),
        ((4, 4), [4]),
        ((5, 2), [5]),
        ((0, 7, 3), [1, 4, 7, 7]),
        ((1, 9, 3), [2, 5, 8, 9]),
        ((1, 3, 50), [2, 3]),
        ((0, 1, 2), [1, 1]),
    ],
    ids=str,
)
def test_islice_pulls_what_each_item_needs_and_up_to_start_or_stop_in_the_end(numbers, pulls):
    source = Source(range(20), limit=max(pulls))
    part = islice(source, *numbers)
    seen = []
    for _ in pulls:
        next(part, None)
        seen.append(source.pulled)
    assert seen == pulls
    assert (next(part, "end"), source.pulled) == ("end", pulls[-1])


@pytest.mark.rule(2)
def test_what_comes_after_the_stop_is_left_to_others():
    source = iter(range(10))
    assert listed(islice(source, 3)) == [0, 1, 2]
    assert listed(islice(source, 1, 3)) == [4, 5]
    assert listed(islice(source, 0, 2, 5)) == [6]
    assert listed(source) == [8, 9]


@pytest.mark.rule(2)
def test_islice_lets_go_of_its_source_at_the_stop():
    source = Source(range(10))
    watched = weakref.ref(source)
    part = islice(source, 2)
    del source
    assert listed(part) == [0, 1]
    assert watched() is None
    assert next(part, "end") == "end"


@pytest.mark.rule(2)
@pytest.mark.parametrize("numbers", [(), (1, 2, 3, 4)], ids=str)
def test_islice_takes_one_to_three_numbers(numbers):
    assert listed(islice("abc", 0, 1, 1)) == ["a"]
    with pytest.raises(TypeError):
        islice("abc", *numbers)


@pytest.mark.rule(2)
@pytest.mark.parametrize("bad", [-1, -7, 1.0, "1", Fraction(1), [1]], ids=repr)
def test_islice_refuses_at_the_call_what_is_no_number_from_0_on(bad):
    source = Source(range(5))
    for numbers in [(bad,), (bad, 3), (bad, None), (0, bad), (0, bad, 1), (bad, 3, 1), (0, 3, bad)]:
        with pytest.raises(ValueError):
            islice(source, *numbers)
    assert source.asked == 0


@pytest.mark.rule(2)
def test_islice_refuses_a_step_of_0():
    for numbers in [(0, 3, 0), (None, None, 0), (3, 0, False)]:
        with pytest.raises(ValueError):
            islice("abc", *numbers)


@pytest.mark.rule(2)
def test_the_numbers_may_be_what_has_index():
    class Number:
        def __init__(self, value):
            self.value = value

        def __index__(self):
            return self.value

    assert listed(islice(range(20), Number(2), Number(9), Number(3))) == [2, 5, 8]
    assert listed(islice("abc", True, Number(3))) == ["b", "c"]
    with pytest.raises(ValueError):
        islice("abc", Number(-1))


# Rule 3: accumulate


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("arguments", "totals"),
    [
        (([1, 2, 3, 4],), [1, 3, 6, 10]),
        (([7],), [7]),
        (([],), []),
        (("abc",), ["a", "ab", "abc"]),
        (([1, 2, 3], None), [1, 3, 6]),
        (([3, 1, 4, 1, 5], max), [3, 3, 4, 4, 5]),
        (([10, 3, 2], operator.sub), [10, 7, 5]),
        (([0, 0, 5, 0], operator.or_), [0, 0, 5, 5]),
        (([0, 1, 2],), [0, 1, 3]),
    ],
    ids=str,
)
def test_each_total_is_func_of_the_one_before_and_the_next_item(arguments, totals):
    assert listed(accumulate(*arguments)) == totals


@pytest.mark.rule(3)
def test_the_arguments_of_accumulate_have_names():
    assert listed(accumulate(iterable=[2, 3], func=operator.mul)) == [2, 6]


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("items", "initial", "totals"),
    [
        ([1, 2], 10, [10, 11, 13]),
        ([1, 2], 0, [0, 1, 3]),
        ([1, 2], None, [1, 3]),
        ([], 10, [10]),
        ([], 0, [0]),
        ([], None, []),
    ],
    ids=str,
)
def test_initial_stands_before_the_items(items, initial, totals):
    assert listed(accumulate(items, initial=initial)) == totals


@pytest.mark.rule(3)
def test_initial_has_to_be_named():
    assert listed(accumulate([1], operator.add, initial=4)) == [4, 5]
    with pytest.raises(TypeError):
        accumulate([1], operator.add, 4)


@pytest.mark.rule(3)
def test_func_gets_total_and_item_in_this_order_once_for_each_further_item():
    calls = []

    def func(total, item):
        calls.append((total, item))
        return item * 10

    assert listed(accumulate([1, 2, 3], func)) == [1, 20, 30]
    assert calls == [(1, 2), (20, 3)]
    calls.clear()
    assert listed(accumulate([1, 2], func, initial=5)) == [5, 10, 20]
    assert calls == [(5, 1), (10, 2)]


@pytest.mark.rule(3)
def test_a_total_may_be_none():
    assert listed(accumulate([None, None, None], operator.is_)) == [None, True, False]
    assert listed(accumulate([1, 2, 3], lambda total, item: None)) == [1, None, None]
    totals = accumulate([1, None, 2], lambda total, item: item, initial=0)
    assert listed(totals) == [0, 1, None, 2]


@pytest.mark.rule(3)
def test_accumulate_pulls_one_item_for_each_total_but_initial():
    source = Source([1, 2, 3])
    assert [(total, source.pulled) for total in accumulate(source)] == [(1, 1), (3, 2), (6, 3)]
    source = Source([1, 2])
    totals = accumulate(source, initial=5)
    assert [(total, source.pulled) for total in totals] == [(5, 0), (6, 1), (8, 2)]


# Rule 4: zip_longest


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("iterables", "tuples"),
    [
        ([], []),
        ([""], []),
        (["", [], ()], []),
        (["ab"], [("a",), ("b",)]),
        (["ab", "xy"], [("a", "x"), ("b", "y")]),
        (["abc", "x"], [("a", "x"), ("b", "-"), ("c", "-")]),
        (["a", "", "xyz"], [("a", "-", "x"), ("-", "-", "y"), ("-", "-", "z")]),
        (["-", "--"], [("-", "-"), ("-", "-")]),
        ([[0, None], [None]], [(0, None), (None, "-")]),
    ],
    ids=str,
)
def test_the_shorter_ones_are_filled_until_all_have_ended(iterables, tuples):
    assert listed(zip_longest(*iterables, fillvalue="-")) == tuples


@pytest.mark.rule(4)
def test_any_value_may_fill_and_without_one_none_does():
    assert listed(zip_longest("ab", "x")) == [("a", "x"), ("b", None)]
    assert listed(zip_longest([None], [None, None])) == [(None, None), (None, None)]
    assert listed(zip_longest("ab", "x", fillvalue="")) == [("a", "x"), ("b", "")]


@pytest.mark.rule(4)
def test_zip_longest_makes_tuples():
    assert {*map(type, zip_longest("ab", "x"))} == {tuple}


@pytest.mark.rule(4)
def test_one_that_has_ended_is_not_asked_again():
    short, long = Source("a"), Source("abcd")
    assert len(listed(zip_longest(short, long))) == 4
    assert (short.asked, long.asked) == (2, 5)


@pytest.mark.rule(4)
def test_the_same_iterator_may_be_given_several_times():
    letters = iter("abcde")
    assert listed(zip_longest(letters, letters)) == [("a", "b"), ("c", "d"), ("e", None)]


@pytest.mark.rule(4)
def test_an_iterator_may_be_false():
    class Falsy(Source):
        def __len__(self):
            return 0

    assert listed(zip_longest(Falsy("ab"), Falsy("x"))) == [("a", "x"), ("b", None)]


@pytest.mark.rule(4)
def test_zip_longest_can_do_with_items_without_end():
    first, second = Source(itertools.count(), limit=3), Source("a", limit=1)
    assert taken(zip_longest(first, second), 3) == [(0, "a"), (1, None), (2, None)]


# Rule 5: groupby


def groups_of(items, *key):
    return [(key, listed(group)) for key, group in bounded(groupby(items, *key))]


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    ("arguments", "groups"),
    [
        (("",), []),
        (("a",), [("a", ["a"])]),
        (("aaabba",), [("a", ["a", "a", "a"]), ("b", ["b", "b"]), ("a", ["a"])]),
        (("abc", None), [("a", ["a"]), ("b", ["b"]), ("c", ["c"])]),
        (([None, None, 0, False],), [(None, [None, None]), (0, [0, False])]),
        ((["a", "bc", "de", "f"], len), [(1, ["a"]), (2, ["bc", "de"]), (1, ["f"])]),
        (("abc", str.isdigit), [(False, ["a", "b", "c"])]),
    ],
    ids=str,
)
def test_a_group_has_the_items_up_to_another_key(arguments, groups):
    assert groups_of(*arguments) == groups


@pytest.mark.rule(5)
def test_the_arguments_of_groupby_have_names():
    pairs = groupby(iterable=[1, 3, 4], key=lambda item: item % 2)
    assert [key for key, _ in bounded(pairs)] == [1, 0]


@pytest.mark.rule(5)
def test_the_key_is_asked_for_once_and_that_of_the_first_item_is_handed_out():
    asked = []

    def key(item):
        asked.append(item)
        return float(item) if item % 2 else item

    pairs = [(key, [*group]) for key, group in bounded(groupby([2, 3, Fraction(3), 4], key))]
    assert (pairs, asked) == ([(2, [2]), (3.0, [3, 3]), (4, [4])], [2, 3, 3, 4])
    pairs = [(type(key), len([*group])) for key, group in bounded(groupby([1, 1.0, True]))]
    assert pairs == [(int, 3)]


@pytest.mark.rule(5)
def test_an_item_is_pulled_when_it_is_asked_for():
    source = Source("aabc")
    groups = groupby(source)
    pulls = [(source.pulled, [source.pulled for _ in group]) for _, group in bounded(groups)]
    assert pulls == [(1, [1, 2]), (3, [3]), (4, [4])]


@pytest.mark.rule(5)
def test_a_group_is_an_iterator_that_stays_at_its_end():
    source = Source("aab", limit=3)
    _, group = next(groupby(source))
    assert iter(group) is group
    assert listed(group) == ["a", "a"]
    assert [next(group, "end"), next(group, "end"), source.pulled] == ["end", "end", 3]


@pytest.mark.rule(5)
def test_a_group_does_not_need_its_groupby():
    assert listed(next(groupby("aab"))[1]) == ["a", "a"]


@pytest.mark.rule(5)
def test_keys_are_compared_with_keys_only():
    class Key:
        def __init__(self, number):
            self.number = number

        def __eq__(self, other):
            return self.number == other.number

        __hash__ = None

    groups = [(key.number, numbers) for key, numbers in groups_of([1, 1, 2], Key)]
    assert groups == [(1, [1, 1]), (2, [2])]


@pytest.mark.rule(5)
def test_keys_are_compared_with_that_of_the_first_item():
    class About(float):
        def __eq__(self, other):
            return abs(self - other) < 1

        __hash__ = None

    assert [items for _, items in groups_of([1.0, 1.6, 2.2, 2.8], About)] == [[1, 1.6], [2.2, 2.8]]


@pytest.mark.rule(5)
def test_an_item_is_in_one_group_even_if_its_key_is_not_equal_to_itself():
    one, other = float("nan"), float("nan")
    groups = groups_of([one, other, 1.0])
    assert [[id(key), *map(id, group)] for key, group in groups[:2]] == [
        [id(one), id(one)],
        [id(other), id(other)],
    ]
    assert groups[2:] == [(1.0, [1.0])]
    assert len(listed(groupby([one, other, 1.0]))) == 3


# Rule 6: groups share the source with their groupby


@pytest.mark.rule(6)
def test_the_next_pair_skips_what_a_group_has_left():
    assert [key for key, _ in bounded(groupby("aaabba"))] == ["a", "b", "a"]
    groups = groupby("aaabba")
    _, group = next(groups)
    assert next(group) == "a"
    key, group = next(groups)
    assert (key, listed(group)) == ("b", ["b", "b"])


@pytest.mark.rule(6)
def test_the_next_pair_pulls_up_to_its_first_item():
    source = Source("aaabba", limit=4)
    groups = groupby(source)
    next(groups)
    assert (source.pulled, next(groups)[0], source.pulled) == (1, "b", 4)


@pytest.mark.rule(6)
def test_a_group_is_over_when_the_next_one_begins():
    groups = groupby("aabb")
    (_, first), (_, second) = next(groups), next(groups)
    assert listed(first) == []
    assert listed(second) == ["b", "b"]


@pytest.mark.rule(6)
@pytest.mark.parametrize("pulled_before", [0, 1, 3])
def test_a_group_is_over_also_when_its_key_comes_again(pulled_before):
    groups = groupby("aabaa")
    _, first = next(groups)
    taken(first, pulled_before)
    next(groups)
    _, third = next(groups)
    assert listed(first) == []
    assert listed(third) == ["a", "a"]


@pytest.mark.rule(6)
def test_the_last_group_is_over_when_there_is_no_next_one():
    groups = groupby("abb")
    next(groups)
    _, last = next(groups)
    assert listed(groups) == []
    assert listed(last) == []


@pytest.mark.rule(6)
def test_groups_can_be_grouped_again():
    items = [(1, "a"), (1, "b"), (1, "b"), (2, "b"), (2, "c")]
    inner = [
        (number, letter, len(listed(same)))
        for number, group in bounded(groupby(items, operator.itemgetter(0)))
        for letter, same in bounded(groupby(group, operator.itemgetter(1)))
    ]
    assert inner == [(1, "a", 1), (1, "b", 2), (2, "b", 1), (2, "c", 1)]


@pytest.mark.rule(6)
@pytest.mark.parametrize("with_items", [True, False], ids=["groups used", "groups left"])
def test_groupby_keeps_the_items_of_no_group(with_items):
    items, alive = items_that_are_counted()
    for _, group in bounded(groupby(items, key=lambda item: item.number // 50)):
        if with_items:
            for _ in group:
                assert len(alive) <= 3
        assert len(alive) <= 3


# Rule 7: tee


@pytest.mark.rule(7)
def test_each_iterator_of_tee_has_all_items_at_its_own_pace():
    first, second, third = tee(iter("abcd"), 3)
    assert (next(first), next(first), next(second), next(first)) == ("a", "b", "a", "c")
    assert listed(third) == ["a", "b", "c", "d"]
    assert listed(second) == ["b", "c", "d"]
    assert listed(first) == ["d"]


@pytest.mark.rule(7)
@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_tee_makes_a_tuple_of_n_iterators(n):
    readers = tee("ab", n)
    assert type(readers) is tuple
    assert [listed(reader) for reader in readers] == [["a", "b"]] * n


@pytest.mark.rule(7)
def test_tee_makes_two_iterators_if_no_number_is_given():
    assert len(tee("ab")) == 2


@pytest.mark.rule(7)
def test_a_number_of_iterators_that_is_none_is_refused():
    source = Source("ab")
    with pytest.raises(ValueError):
        tee(source, -1)
    for bad in ("2", 2.0, None):
        with pytest.raises(TypeError):
            tee(source, bad)


@pytest.mark.rule(7)
def test_an_item_is_pulled_once_and_for_the_first_that_needs_it():
    source = Source("abc")
    first, second = tee(source)
    seen = [(next(reader), source.pulled) for reader in (first, second, second, second, first)]
    assert seen == [("a", 1), ("a", 1), ("b", 2), ("c", 3), ("b", 3)]


@pytest.mark.rule(7)
def test_what_all_have_taken_is_not_kept():
    items, alive = items_that_are_counted()
    first, second, third = tee(items, 3)
    for one, two, three in zip(first, second, third, strict=True):
        assert one is two is three
        assert len(alive) <= SLACK
    assert len(alive) <= SLACK


@pytest.mark.rule(7)
def test_only_the_distance_between_first_and_last_is_kept():
    items, alive = items_that_are_counted()
    ahead, behind = tee(items)
    taken(ahead, 300)
    assert len(alive) >= 300
    taken(behind, 250)
    assert 50 <= len(alive) <= 50 + SLACK
    assert [item.number for item in behind] == [*range(250, MANY)]


@pytest.mark.rule(7)
def test_one_that_is_gone_is_not_waited_for():
    items, alive = items_that_are_counted()
    reader, gone = tee(items)
    next(gone)
    del gone
    for _ in reader:
        assert len(alive) <= SLACK


@pytest.mark.rule(7)
def test_what_was_kept_for_one_goes_with_it():
    items, alive = items_that_are_counted()
    ahead, behind = tee(items)
    taken(ahead, 300)
    del behind
    assert len(alive) <= SLACK
    assert next(ahead).number == 300


@pytest.mark.rule(7)
def test_the_one_ahead_may_go_first():
    ahead, behind = tee(iter("abcd"))
    taken(ahead, 3)
    del ahead
    assert listed(behind) == ["a", "b", "c", "d"]


@pytest.mark.rule(7)
def test_tee_of_one_begins_where_that_one_is():
    source = Source("abcde", limit=5)
    ahead, behind = tee(source)
    taken(ahead, 3)
    taken(behind, 1)
    fourth, fifth = tee(behind)
    assert listed(fourth) == ["b", "c", "d", "e"]
    assert listed(ahead) == ["d", "e"]
    assert listed(fifth) == ["b", "c", "d", "e"]


@pytest.mark.rule(7)
def test_tee_of_one_leaves_that_one_where_it_is():
    (reader,) = tee(iter("abc"), 1)
    for new in tee(reader, 2):
        assert listed(new) == ["a", "b", "c"]
    assert listed(reader) == ["a", "b", "c"]


@pytest.mark.rule(7)
def test_a_tee_of_a_tee_of_a_tee_stands_beside_them():
    (reader,) = tee("ab", 1)
    for _ in range(3000):
        _, reader = tee(reader)
    assert listed(reader) == ["a", "b"]


# Rule 8: errors, and sources that ask back


class FailureError(Exception):
    pass


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("make", "before", "after"),
    [
        (lambda source: chain(source, [9]), [1], [2, 3, 9]),
        (lambda source: chain.from_iterable([source, [9]]), [1], [2, 3, 9]),
        (accumulate, [1], [3, 6]),
        (lambda source: accumulate(source, initial=0), [0, 1], [3, 6]),
        (lambda source: map(operator.itemgetter(0), groupby(source)), [1], [2, 3]),
        (lambda source: next(groupby(source, lambda item: 0))[1], [1], [2, 3]),
        (lambda source: tee(source)[0], [1], [2, 3]),
    ],
    ids=["chain", "from_iterable", "accumulate", "with initial", "groupby", "a group", "tee"],
)
def test_an_error_of_the_source_comes_out_and_ends_nothing(make, before, after):
    failure = FailureError()
    iterator = make(Source([1, failure, 2, 3]))
    assert taken(iterator, len(before)) == before
    with pytest.raises(FailureError) as raised:
        next(iterator)
    assert raised.value is failure
    assert listed(iterator) == after


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    "make",
    [lambda source: islice(source, 5), lambda source: islice(source, 1, 5), zip_longest],
    ids=["islice", "islice skipping", "zip_longest"],
)
def test_an_error_comes_out_of_those_that_need_not_go_on(make):
    failure = FailureError()
    with pytest.raises(FailureError) as raised:
        next(make(Source([failure])))
    assert raised.value is failure


@pytest.mark.rule(8)
def test_an_error_before_the_first_item_ends_nothing():
    for make in (accumulate, chain, lambda source: tee(source)[1]):
        iterator = make(Source([FailureError(), 1, 2]))
        with pytest.raises(FailureError):
            next(iterator)
        assert next(iterator) == 1


@pytest.mark.rule(8)
def test_an_error_of_func_leaves_the_total_as_it_was():
    def divide(total, item):
        return total / item

    totals = accumulate([8, 2, 0, 4], divide)
    assert taken(totals, 2) == [8, 4.0]
    with pytest.raises(ZeroDivisionError):
        next(totals)
    assert listed(totals) == [1.0]


@pytest.mark.rule(8)
def test_an_error_of_key_loses_only_its_item():
    groups = groupby([1, 1, "x", 1, 2], lambda item: item // 1)
    key, group = next(groups)
    assert (key, taken(group, 2)) == (1, [1, 1])
    with pytest.raises(TypeError):
        next(group)
    assert listed(group) == [1]
    assert next(groups)[0] == 2


@pytest.mark.rule(8)
def test_the_others_of_a_tee_see_nothing_of_an_error():
    first, second = tee(Source([1, FailureError(), 2]))
    next(first)
    with pytest.raises(FailureError):
        next(first)
    assert next(first) == 2
    assert listed(second) == [1, 2]


@pytest.mark.rule(8)
def test_a_source_that_asks_for_the_item_it_is_asked_for_gets_an_error():
    class AskingBack(Source):
        answering = False

        def __next__(self):
            if self.answering:
                pytest.fail("the source is asked while it is answering")
            if self.asked == 0:
                self.asked = 1
                self.answering = True
                try:
                    next(second)
                finally:
                    self.answering = False
            return super().__next__()

    first, second = tee(AskingBack("ab"))
    with pytest.raises(RuntimeError):
        next(first)
    assert listed(first) == ["a", "b"]
    assert listed(second) == ["a", "b"]


@pytest.mark.rule(8)
def test_a_source_may_ask_for_items_that_were_pulled_before():
    def doubled():
        yield 1
        for number in behind:
            yield number * 2

    ahead, behind = tee(doubled())
    assert taken(ahead, 5) == [1, 2, 4, 8, 16]


# What all six have in common

ONE_SOURCE = {
    "chain": (1, chain),
    "chain.from_iterable": (1, chain.from_iterable),
    "islice": (2, lambda source: islice(source, None)),
    "accumulate": (3, accumulate),
    "zip_longest": (4, zip_longest),
    "groupby": (5, groupby),
    "tee": (7, lambda source: tee(source)[0]),
}


def tools(*without):
    return pytest.mark.parametrize(
        "make",
        [
            pytest.param(make, id=name, marks=pytest.mark.rule(rule))
            for name, (rule, make) in ONE_SOURCE.items()
            if name not in without
        ],
    )


@tools()
def test_the_call_pulls_nothing(make):
    source = Source(["a", "b"])
    iterator = make(source)
    assert source.asked == 0
    next(iterator)
    assert source.pulled == 1


@tools("chain")
@pytest.mark.parametrize("bad", [None, 5, object()], ids=["None", "5", "object"])
def test_what_is_not_iterable_is_refused_at_the_call(make, bad):
    with pytest.raises(TypeError):
        make(bad)


@tools()
def test_it_is_an_iterator_that_stays_at_its_end(make):
    iterator = make(iter(["a", "b"]))
    assert iter(iterator) is iterator
    assert len(listed(iterator)) == 2
    assert [next(iterator, "end"), next(iterator, "end")] == ["end", "end"]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(chain, id="chain", marks=pytest.mark.rule(1)),
        pytest.param(
            lambda items: islice(items, 0, None, 2), id="islice", marks=pytest.mark.rule(2)
        ),
        pytest.param(
            lambda items: accumulate(items, lambda total, item: item),
            id="accumulate",
            marks=pytest.mark.rule(3),
        ),
        pytest.param(lambda items: zip_longest(items, "ab"), id="zip", marks=pytest.mark.rule(4)),
    ],
)
def test_what_has_been_handed_out_is_not_kept(make):
    items, alive = items_that_are_counted()
    for _ in make(items):
        assert len(alive) <= 4


# Whatever is asked, the original has the same answer after the same pulls

SIZE = st.integers(0, 8)
BOUND = st.none() | SIZE
LISTS = st.lists(st.lists(st.sampled_from([0, None, 7]), max_size=4), max_size=4)


def watched(iterator, *sources):
    """The items, each with how many had been pulled when it came, and how many in the end."""
    answers = [(item, [source.pulled for source in sources]) for item in iterator]
    return [*answers, [source.pulled for source in sources]]


@pytest.mark.rule(2)
@settings(max_examples=60)
@given(size=SIZE, bounds=st.tuples(BOUND) | st.tuples(BOUND, BOUND, st.integers(1, 4)))
def test_islice_pulls_as_the_original_does(size, bounds):
    ours, theirs = Source(range(size)), Source(range(size))
    expected = watched(itertools.islice(theirs, *bounds), theirs)
    assert watched(islice(ours, *bounds), ours) == expected


@pytest.mark.rule(4)
@settings(max_examples=40)
@given(lists=LISTS)
def test_chain_and_zip_longest_pull_as_the_originals_do(lists):
    for mine, other in ((zip_longest, itertools.zip_longest), (chain, itertools.chain)):
        ours, theirs = [*map(Source, lists)], [*map(Source, lists)]
        assert watched(mine(*ours), *ours) == watched(other(*theirs), *theirs)


@pytest.mark.rule(6)
@settings(max_examples=60)
@given(
    items=st.lists(st.integers(0, 5), max_size=12),
    steps=st.lists(st.none() | st.integers(0, 4), max_size=30),
)
def test_groups_in_any_order_are_those_of_the_original(items, steps):
    def answers(make):
        source, groups = Source(items), []
        pairs = make(source, lambda item: item // 2)
        for which in steps:
            if which is None:
                pair = next(pairs, None)
                groups.append(pair[1] if pair else iter(()))
                yield pair and pair[0], source.pulled
            elif groups:
                yield next(groups[-1 - which % len(groups)], "end"), source.pulled

    assert [*answers(groupby)] == [*answers(itertools.groupby)]


@pytest.mark.rule(7)
@settings(max_examples=60)
@given(
    size=SIZE,
    steps=st.lists(
        st.tuples(st.sampled_from(["next", "next", "tee", "drop"]), st.integers(0, 5)), max_size=30
    ),
)
def test_readers_in_any_order_are_those_of_the_original(size, steps):
    def answers(make, fork):
        source = Source(range(size))
        readers = [*make(source, 3)]
        for step, which in steps:
            place = which % len(readers)
            if step == "next":
                yield next(readers[place], "end"), source.pulled
            elif step == "tee":
                readers.append(fork(readers[place]))
            elif len(readers) > 1:
                del readers[place]
        yield from map(list, readers)

    assert [*answers(tee, lambda reader: tee(reader)[0])] == [*answers(itertools.tee, copy.copy)]
