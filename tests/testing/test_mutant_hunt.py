import bisect
import copy
import importlib.util
import random
import sys
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from katas.testing.mutant_hunt import (
    check_cost,
    check_definition,
    check_insort,
    check_key,
    check_left,
    check_right,
    check_slice,
)

TEXT = """
def bisect_left(a, x, lo=0, hi=None, *, key=None):
    if lo < 0:
        raise ValueError("lo must be non-negative")
    if hi is None:
        hi = len(a)
    while lo < hi:
        middle = (lo + hi) // 2
        item = a[middle] if key is None else key(a[middle])
        if item < x:
            lo = middle + 1
        else:
            hi = middle
    return lo  # in front


def bisect_right(a, x, lo=0, hi=None, *, key=None):
    if lo < 0: raise ValueError(lo)
    if hi is None: hi = len(a)
    while hi > lo:
        middle = (lo + hi) >> 1
        found = a[middle] if key is None else key(a[middle])
        if x < found:
            hi = middle
        else:
            lo = middle + 1
    return lo  # behind


def insort_right(a, x, lo=0, hi=None, *, key=None):
    place = bisect_right(a, x if key is None else key(x), lo, hi, key=key)
    a.insert(place, x)
"""


def implementation(*changes):
    """The functions of `TEXT`, in which each of `changes` has replaced an old text by a new one."""
    text = TEXT
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    names = {"copy": copy}
    exec(text, names)
    del names["__builtins__"]
    return SimpleNamespace(**names)


class Recursive:
    """The other half of the list is never looked at again."""

    @staticmethod
    def bisect_left(a, x, lo=0, hi=None, *, key=None):
        return Recursive._search(a, lo, hi, lambda item: not item < x, key)

    @staticmethod
    def bisect_right(a, x, lo=0, hi=None, *, key=None):
        return Recursive._search(a, lo, hi, lambda item: x < item, key)

    @staticmethod
    def insort_right(a, x, lo=0, hi=None, *, key=None):
        place = Recursive.bisect_right(a, key(x) if key else x, lo, hi, key=key)
        a[place:place] = [x]

    @staticmethod
    def _search(a, lo, hi, is_behind, key):
        if lo < 0:
            raise ValueError(lo)
        hi = len(a) if hi is None else hi
        if lo >= hi:
            return lo
        middle = lo + (hi - lo) // 2
        if is_behind(a[middle] if key is None else key(a[middle])):
            return Recursive._search(a, lo, middle, is_behind, key)
        return Recursive._search(a, middle + 1, hi, is_behind, key)


def in_python():
    """Return the module `bisect` without what it has in C."""
    spec = importlib.util.find_spec("bisect")
    module = importlib.util.module_from_spec(spec)
    with patch.dict(sys.modules, {"_bisect": None}):
        spec.loader.exec_module(module)
    assert module.bisect is not bisect.bisect
    return module


RIGHT = {
    "in C": bisect,
    "in Python": in_python(),
    "written down again": implementation(),
    "the lower of two middles": implementation("(lo + hi) >> 1", "(lo + hi - 1) >> 1"),
    "recursive": Recursive,
}
right = pytest.mark.parametrize("it", RIGHT.values(), ids=RIGHT.keys())


def first(statement):
    """Make `bisect_right` begin with a statement."""
    return "    while hi > lo:", f"    {statement}\n    while hi > lo:"


def returning(value, *, behind=True):
    """Make `bisect_right`, or else `bisect_left`, return another value."""
    mark = "behind" if behind else "in front"
    return f"return lo  # {mark}", f"return {value}  # {mark}"


def taking(parameters, *more):
    """Give `bisect_right` other parameters."""
    return "bisect_right(a, x, lo=0, hi=None, *, key=None):", f"bisect_right({parameters}):", *more


FOUND = "found = a[middle] if key is None else key(a[middle])"
NEGATIVE = "raise ValueError(lo)"
LIKE_LEFT = ("if x < found:", "if not found < x:")

# Each wrong implementation under what somebody who uses it notices.
WRONG = {
    check_right: {
        "equal items stand behind x": LIKE_LEFT,
        "some of the equal items stand behind x": (
            "if x < found:",
            "if x == found: return middle + 1\n        if x < found:",
        ),
        "x that is greater than all is not put at the end": first("hi = min(hi, len(a) - 1)"),
        "x that is less than all is not put in front": returning("lo or 1"),
        "an empty list is an error": first("a[0]"),
    },
    check_left: {
        "equal items stand in front of x": ("if item < x:", "if not x < item:"),
        "some of the equal items stand in front of x": (
            "if item < x:",
            "if x == item: return middle\n        if item < x:",
        ),
        "x that is less than all is not put in front": returning("lo or 1", behind=False),
        "x that is greater than all is not put at the end": returning(
            "min(lo, len(a) - 1)", behind=False
        ),
        "x that is not in the list is not found": returning("lo if x in a else -1", behind=False),
        "an empty list is an error": ("    while lo < hi:", "    a[0]\n    while lo < hi:"),
    },
    check_slice: {
        "it looks in front of lo": first("lo = 0"),
        "it looks behind hi": first("hi = len(a)"),
        "it looks at the item at hi": first("hi = min(hi + 1, len(a))"),
        "hi=0 means the end": first("hi = hi or len(a)"),
        "hi=None is an error": taking(
            "a, x, lo=0, hi=1 << 20, *, key=None", "hi is None: hi =", "hi > len(a): hi ="
        ),
        "places are counted from lo": (*first("start = lo"), *returning("lo - start")),
        "a negative lo counts from the end": (NEGATIVE, "lo += len(a)"),
        "a negative lo is taken for 0": (NEGATIVE, "lo = 0"),
        "a negative lo is an IndexError": (NEGATIVE, "raise IndexError(lo)"),
        "lo has another name": taking(
            "a, x, low=0, hi=None, *, key=None", "if lo < 0: r", "lo = low\n    if lo < 0: r"
        ),
        "hi has another name": taking(
            "a, x, lo=0, high=None, *, key=None",
            "if hi is None: h",
            "hi = high\n    if hi is None: h",
        ),
        "lo and hi are by name only": taking(
            "a, x, *, lo=0, hi=None, key=None", "lo, hi, key=key", "lo=lo, hi=hi, key=key"
        ),
    },
    check_key: {
        "key is ignored": (FOUND, "found = a[middle]"),
        "key is called with x as well": (
            "if x < found",
            "if (x if key is None else key(x)) < found",
        ),
        "a key that is false is taken for none": (
            FOUND,
            "found = key and key(a[middle]) or a[middle]",
        ),
        "with key, equal items stand behind x": (
            "if x < found:",
            "if x < found or key and not found < x:",
        ),
        "with key, it looks in front of lo": first("lo = lo if key is None else 0"),
        "with key, it looks behind hi": first("hi = hi if key is None else len(a)"),
        "key is the fifth argument": taking("a, x, lo=0, hi=None, key=None"),
        "key as the fifth argument is another error": taking(
            "a, x, lo=0, hi=None, *more, key=None",
            "if lo < 0:",
            "if more: raise ValueError\n    if lo < 0:",
        ),
        "key=None is an error": taking(
            "a, x, lo=0, hi=None, *, key=lambda item: item", FOUND, "found = key(a[middle])"
        ),
    },
    check_insort: {
        "x is put in front of equal items": LIKE_LEFT,
        "with key, x is put in front of equal items": (
            "if x < found:",
            "if x < found or key and not found < x:",
        ),
        "a copy of x is put in": ("a.insert(place, x)", "a.insert(place, copy.copy(x))"),
        "the key of x is put in": (
            "a.insert(place, x)",
            "a.insert(place, x if key is None else key(x))",
        ),
        "x is compared without its key": ("x if key is None else key(x), lo", "x, lo"),
        "the list stays as it is": ("a.insert(place, x)", "return [*a[:place], x, *a[place:]]"),
        "an item is replaced": ("a.insert(place, x)", "a[place : place + 1] = [x]"),
        "lo is ignored": ("key(x), lo, hi", "key(x), 0, hi"),
        "hi is ignored": ("key(x), lo, hi", "key(x), lo, None"),
        "key is ignored": ("x if key is None else key(x), lo, hi, key=key", "x, lo, hi"),
    },
    check_cost: {
        "it takes long in a long list": ("(lo + hi) >> 1", "lo"),
        "between lo and hi it takes as long as in the whole list": (
            *first("start, end, lo, hi = lo, hi, 0, len(a)"),
            *returning("min(max(lo, start), end)"),
        ),
        "it looks at the last item first": first("if hi and x < a[hi - 1]: hi -= 1"),
        "items need have ==": ("if x < found:", "if not x == found and x < found:"),
        "items need have >": ("if x < found:", "if found > x:"),
        "items need have <=": ("if x < found:", "if not found <= x:"),
        "it asks for an item that is not compared": first("if hi > lo: a[hi - 1]"),
        "it takes slices": first("a = [*[None] * lo, *a[lo:hi]]"),
        "it walks through the sequence": first("a = [item for _, item in zip(range(len(a)), a)]"),
        "key is called for every item": first(
            "if key: a, key = [key(a[n]) for n in range(len(a))], None"
        ),
        "key is called twice": ("if x < found:", "if x < (key(a[middle]) if key else found):"),
    },
    check_definition: {
        "the right place is wrong at the end of a list of five": returning(
            "lo - (len(a) == 5 and lo == 4)"
        ),
        "the right place is wrong behind four equal items": returning(
            "lo - (lo > 3 and a[lo - 1] == x == a[lo - 4])"
        ),
        "the left place is wrong in front of three equal items": returning(
            "lo + (list(a[lo : lo + 3]) == [x] * 3)", behind=False
        ),
        "the left place is wrong in long lists that end with x": returning(
            "len(a) if len(a) > 3 and a[-1] == x else lo", behind=False
        ),
        "the right place is behind a greater item": returning("lo + (lo == 2 and len(a) > 4)"),
        "the left place is in front of a lesser item": returning(
            "lo - (lo == 3 and len(a) > 4)", behind=False
        ),
        "the right place is behind the end of a long list": returning("lo + (lo == len(a) > 3)"),
        "the left place is counted from the end of a long list": returning(
            "lo - len(a) if len(a) > 3 else lo", behind=False
        ),
        "the left place is wrong in front of a gap": returning(
            "lo + (1 < lo < len(a) and a[lo - 2] != a[lo - 1] and x not in a)", behind=False
        ),
    },
}


def arguments(check, it):
    if check is check_definition:
        return it.bisect_left, it.bisect_right
    name = {check_left: "bisect_left", check_insort: "insort_right"}.get(check, "bisect_right")
    return (getattr(it, name),)


def accept(check, it):
    check(*arguments(check, it))


def reject(check, changes):
    it = implementation(*changes)
    try:
        accept(check, it)
    except NotImplementedError:
        raise
    except (Exception, pytest.fail.Exception):  # so does `pytest.raises` say that nothing came
        return
    pytest.fail("yours passes an implementation that is wrong: see the name of this test")


def wrong(check):
    return pytest.mark.parametrize("changes", WRONG[check].values(), ids=WRONG[check].keys())


@pytest.mark.rule(1)
@right
def test_a_right_bisect_right_is_accepted(it):
    accept(check_right, it)


@pytest.mark.rule(1)
@wrong(check_right)
def test_a_wrong_bisect_right_is_rejected(changes):
    reject(check_right, changes)


@pytest.mark.rule(2)
@right
def test_a_right_bisect_left_is_accepted(it):
    accept(check_left, it)


@pytest.mark.rule(2)
@wrong(check_left)
def test_a_wrong_bisect_left_is_rejected(changes):
    reject(check_left, changes)


@pytest.mark.rule(3)
@right
def test_right_lo_and_hi_are_accepted(it):
    accept(check_slice, it)


@pytest.mark.rule(3)
@wrong(check_slice)
def test_wrong_lo_or_hi_is_rejected(changes):
    reject(check_slice, changes)


@pytest.mark.rule(4)
@right
def test_a_right_key_is_accepted(it):
    accept(check_key, it)


@pytest.mark.rule(4)
@wrong(check_key)
def test_a_wrong_key_is_rejected(changes):
    reject(check_key, changes)


@pytest.mark.rule(5)
@right
def test_a_right_insort_right_is_accepted(it):
    accept(check_insort, it)


@pytest.mark.rule(5)
@wrong(check_insort)
def test_a_wrong_insort_right_is_rejected(changes):
    reject(check_insort, changes)


@pytest.mark.rule(6)
@right
def test_the_right_cost_is_accepted(it):
    accept(check_cost, it)


@pytest.mark.rule(6)
@wrong(check_cost)
def test_a_wrong_cost_is_rejected(changes):
    reject(check_cost, changes)


@pytest.mark.rule(7)
@right
def test_what_fits_the_definition_is_accepted(it):
    accept(check_definition, it)


@pytest.mark.rule(7)
@wrong(check_definition)
def test_what_is_wrong_for_rare_lists_is_rejected(changes):
    reject(check_definition, changes)


@pytest.mark.rule(7)
@pytest.mark.slow
@wrong(check_definition)
def test_the_verdict_is_the_same_each_time(changes):
    state = random.getstate()
    try:
        for seed in range(3):
            random.seed(seed)
            reject(check_definition, changes)
    finally:
        random.setstate(state)
