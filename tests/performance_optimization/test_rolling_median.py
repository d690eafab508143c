import gc
import math
import operator
import random
import statistics
import weakref
from collections import deque
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.performance_optimization.rolling_median import rolling_median, rolling_quantiles

NAN = float("nan")


def has_nan(values):
    return any(value != value for value in values)  # noqa: PLR0124


def slow_median(values, window):
    """The version of the statement."""
    recent = deque(maxlen=window)
    for value in values:
        recent.append(value)
        yield math.nan if has_nan(recent) else statistics.median(recent)


def slow_quantiles(values, window, n=4):
    recent = deque(maxlen=window)
    for value in values:
        recent.append(value)
        if has_nan(recent):
            yield [math.nan] * (n - 1)
        elif len(recent) == 1:
            yield [value] * (n - 1)
        else:
            yield statistics.quantiles(recent, n=n)


def shown(results):
    """Results in a form in which NaN equals NaN, and 1 differs from 1.0 and True."""
    return [repr(result) for result in results]


class Counted:
    """A value that counts comparisons, and can do no more than the rules ask for."""

    comparisons = 0

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Counted(self.value + other.value)

    def __truediv__(self, other):
        return Counted(self.value / other)

    def __mul__(self, other):
        return Counted(self.value * other)


def comparing(compare):
    def method(self, other):
        Counted.comparisons += 1
        return compare(self.value, other.value)

    return method


for name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Counted, f"__{name}__", comparing(getattr(operator, name)))
Counted.__hash__ = None


class Number(float):
    """A float that weak references can watch."""


def pulled_too_far(values):
    yield from values
    pytest.fail("a value was asked for that no result needed")


# Rule 1: the median of the last values


@pytest.mark.rule(1)
def test_the_median_of_a_full_window_of_odd_size():
    assert list(rolling_median([5, 1, 4, 2, 9, 3, 3], 3))[2:] == [4, 2, 4, 3, 3]


@pytest.mark.rule(1)
def test_an_even_number_gives_half_the_sum_of_the_middle_two():
    assert list(rolling_median([1, 4, 2, 9, 2, 2], 4)) == [1, 2.5, 2, 3.0, 3.0, 2.0]


@pytest.mark.rule(1)
def test_the_first_results_are_of_fewer_values():
    assert list(rolling_median([7, 1, 3], 100)) == [7, 4.0, 3]


@pytest.mark.rule(1)
def test_a_window_of_one_gives_the_values_back():
    assert list(rolling_median([3, 1, 2], 1)) == [3, 1, 2]


@pytest.mark.rule(1)
def test_no_values_give_no_results():
    assert list(rolling_median([], 3)) == []


@pytest.mark.rule(1)
@pytest.mark.parametrize("window", [1, 2, 3, 8, 9])
@pytest.mark.parametrize(
    "values",
    [range(30), range(30, 0, -1), [7] * 30, [1, 2] * 15, [0, 9, 5, 5, 1] * 6],
    ids=["ascending", "descending", "equal", "alternating", "repeating"],
)
def test_it_does_what_the_slow_version_does(values, window):
    assert shown(rolling_median(values, window)) == shown(slow_median(values, window))


@pytest.mark.rule(1)
@pytest.mark.slow
def test_it_does_what_the_slow_version_does_with_long_windows():
    values = random.Random(1).choices(range(2000), k=5000)
    results = list(rolling_median(values, 2500))
    for last in range(0, 5000, 97):
        assert results[last] == statistics.median(values[max(0, last - 2499) : last + 1])


@pytest.mark.rule(1)
def test_the_values_are_not_changed():
    values = [3, 1, 2]
    list(rolling_median(values, 2))
    assert values == [3, 1, 2]


# Rule 2: what can be no window


@pytest.mark.rule(2)
@pytest.mark.parametrize("window", [0, -1])
def test_a_window_below_one_is_refused_at_the_call(window):
    with pytest.raises(ValueError):
        rolling_median(pulled_too_far([]), window)


# Rule 3: one value at a time


@pytest.mark.rule(3)
def test_a_value_is_asked_for_when_its_result_is():
    results = rolling_median(pulled_too_far([5, 1]), 3)
    assert (next(results), next(results)) == (5, 3.0)


@pytest.mark.rule(3)
@pytest.mark.parametrize("special", [1.5, NAN], ids=["number", "NaN"])
def test_what_has_left_the_window_is_not_kept(special):
    alive = weakref.WeakValueDictionary()

    def values():
        for place in range(30):
            value = Number(special if place == 2 else place)
            alive[place] = value
            yield value
            del value

    results = rolling_median(values(), 5)
    for _ in range(20):
        next(results)
    gc.collect()
    assert set(alive) <= set(range(15, 20))


@pytest.mark.rule(3)
def test_two_iterators_share_nothing():
    one, other = rolling_median([1, 2, 3], 3), rolling_median([10, 20, 30], 3)
    assert list(zip(one, other, strict=True)) == [(1, 10), (1.5, 15.0), (2, 20)]


@pytest.mark.rule(3)
def test_an_error_of_the_values_passes_through():
    def values():
        yield 1
        raise LookupError

    results = rolling_median(values(), 3)
    assert next(results) == 1
    with pytest.raises(LookupError):
        next(results)


# Rule 4: which object, and what it must be able to do


@pytest.mark.rule(4)
def test_the_middle_value_is_that_very_object():
    values = [Number(5), Number(1), Number(4)]
    assert list(rolling_median(values, 3))[2] is values[2]


@pytest.mark.rule(4)
@pytest.mark.parametrize("window", [1, 2, 3, 5])
@pytest.mark.parametrize(
    "values",
    [[1, 1.0, True, Fraction(1)] * 5, [0.0, -0.0, 0] * 6, [1, 2.0, 1.0, 2, True, 1, 2.0, 0]],
    ids=["ones", "zeros", "mixed"],
)
def test_equal_values_are_in_the_order_of_coming(values, window):
    assert shown(rolling_median(values, window)) == shown(slow_median(values, window))


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    "values",
    [
        [Fraction(1, 3), Fraction(1, 7), Fraction(2, 3)],
        [Decimal("0.1"), Decimal("0.3"), Decimal("0.2")],
        [10**400, -(10**400), 10**399],
        [math.inf, 1.0, -math.inf],
    ],
    ids=["fractions", "decimals", "huge", "infinite"],
)
def test_numbers_of_every_kind_keep_their_kind(values):
    assert shown(rolling_median(values, 3)) == shown(slow_median(values, 3))


@pytest.mark.rule(4)
def test_infinities_of_both_signs_have_no_mean():
    assert shown(rolling_median([-math.inf, math.inf, 0.0, 1.0], 2)) == [
        "-inf",
        "nan",
        "inf",
        "0.5",
    ]


@pytest.mark.rule(4)
def test_no_more_is_asked_of_a_value_than_promised():
    results = rolling_median(map(Counted, [5, 1, 4, 2]), 3)
    assert [result.value for result in results] == [5, 3.0, 4, 2]


# Rule 5: NaN


@pytest.mark.rule(5)
def test_nan_in_the_window_makes_the_result_nan_until_it_has_left():
    values = [1.0, 3.0, NAN, 5.0, 4.0, 9.0, 6.0]
    assert shown(rolling_median(values, 3)) == ["1.0", "2.0", "nan", "nan", "nan", "5.0", "6.0"]


@pytest.mark.rule(5)
def test_each_of_several_nans_counts():
    values = [NAN, NAN, 1.0, NAN, 2.0, 3.0, 1.0]
    assert shown(rolling_median(values, 2)) == ["nan"] * 5 + ["2.5", "2.0"]


@pytest.mark.rule(5)
@pytest.mark.parametrize("nan", [Decimal("NaN"), Number("nan"), -NAN], ids=["Decimal", "own", "-"])
def test_the_result_is_the_nan_of_math(nan):
    results = list(rolling_median([nan, nan, 1, 2], 2))
    assert shown(results) == ["nan", "nan", "nan", "1.5"]
    assert all(type(result) is float for result in results)


@pytest.mark.rule(5)
@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 1.0, 2, -3.5, True, NAN, math.inf, -math.inf]), max_size=40),
    st.integers(1, 9),
)
def test_it_does_what_the_slow_version_does_with_nan_and_ties(values, window):
    assert shown(rolling_median(values, window)) == shown(slow_median(values, window))


# Rule 6: few comparisons


ORDERS = {
    "ascending": range,
    "descending": lambda count: range(count, 0, -1),
    "equal": lambda count: [7] * count,
    "alternating": lambda count: [place % 2 for place in range(count)],
    "random": lambda count: random.Random(2).choices(range(count), k=count),
}


def comparisons_for_each(function, values, window):
    """The comparisons for each value, once the window is full."""
    results = function(map(Counted, values), window)
    for _ in range(window):
        next(results)
    Counted.comparisons = 0
    count = sum(1 for _ in results)
    return Counted.comparisons / count


@pytest.mark.rule(6)
@pytest.mark.slow
@pytest.mark.parametrize("window", [64, 1500])
@pytest.mark.parametrize("order", ORDERS)
def test_comparisons_grow_with_the_logarithm(order, window):
    values = ORDERS[order](window + 300)
    assert comparisons_for_each(rolling_median, values, window) <= 10 * math.log2(window)


# Rule 7: quantiles


@pytest.mark.rule(7)
def test_quartiles_are_the_default():
    results = list(rolling_quantiles([1, 2, 3, 4, 5, 6, 7, 15], 7))
    assert results[6:] == [[2.0, 4.0, 6.0], [3.0, 5.0, 7.0]]


@pytest.mark.rule(7)
@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 3, 4, 10, 30])
@pytest.mark.parametrize("window", [1, 2, 3, 7, 20])
def test_they_are_those_of_statistics(window, n):
    values = list(map(Fraction, random.Random(3).choices(range(50), k=28)))
    assert list(rolling_quantiles(values, window, n)) == list(slow_quantiles(values, window, n))


@pytest.mark.rule(7)
def test_they_are_those_of_statistics_for_floats_too():
    values = [random.Random(place).random() for place in range(40)]
    for ours, theirs in zip(
        rolling_quantiles(values, 11, n=5), slow_quantiles(values, 11, n=5), strict=True
    ):
        assert ours == pytest.approx(theirs)


@pytest.mark.rule(7)
def test_all_cut_points_of_a_single_value_are_that_value():
    assert shown(rolling_quantiles([3, 5], 1, n=4)) == ["[3, 3, 3]", "[5, 5, 5]"]


@pytest.mark.rule(7)
def test_nan_makes_all_cut_points_nan_until_it_has_left():
    results = shown(rolling_quantiles([1.0, NAN, 1.0, 2.0], 2, n=3))
    assert results == ["[1.0, 1.0]", "[nan, nan]", "[nan, nan]", "[1.0, 2.0]"]


@pytest.mark.rule(7)
@pytest.mark.parametrize(("window", "n"), [(0, 4), (-1, 4), (3, 0), (3, -1)])
def test_quantiles_of_no_window_or_no_parts_are_refused_at_the_call(window, n):
    with pytest.raises(ValueError):
        rolling_quantiles(pulled_too_far([]), window, n)


@pytest.mark.rule(7)
def test_quantiles_ask_for_one_value_at_a_time():
    results = rolling_quantiles(pulled_too_far([4, 8]), 2, n=2)
    assert (next(results), next(results)) == ([4], [6.0])


@pytest.mark.rule(7)
def test_each_list_of_cut_points_is_the_callers_own():
    results = rolling_quantiles([4, NAN, 8, 6, 2], 1, n=2)
    seen = []
    for points in results:
        seen.append(repr(points))
        points.clear()
    assert seen == ["[4]", "[nan]", "[8]", "[6]", "[2]"]


@pytest.mark.rule(7)
@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS)
def test_quantiles_need_no_more_comparisons(order):
    values = ORDERS[order](1800)
    assert comparisons_for_each(rolling_quantiles, values, 1500) <= 10 * math.log2(1500)
