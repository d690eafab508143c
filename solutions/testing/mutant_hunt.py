"""An assertion for each thing that can go wrong, and all small lists for the rest.

Idea
    A test is worth what it rejects.  For each sentence of the specification,
    one asks how an implementation could break it and yet look right, and takes
    an example on which it would show.  One list serves for many of them if
    each place in it is something special:

        place   0  1  2  3  4
        item    1  3  3  3  5
                ^  ^     ^  ^ ^
                |  |     |  | behind all: 6
                |  |     |  in a gap: 4
                |  '-----'  equal items, more than two: 3
                in front of all: 0

Why `letters.index` as the key
    Items and keys are of types that cannot be compared, so that whoever takes
    one for the other fails.  And one key is 0, which is false.

Why a class that has `<` and nothing else
    A comparison that falls back to `==` is right for all numbers.  Forbidding
    what is not promised is the only way to see that it is not used.

Why all lists, and not random ones
    There are 126 sorted lists of at most five items out of b, d, f and h, and
    nine values of x from a to i.  A bug that needs a longer list
    than that is rare: the "small scope hypothesis".  It takes some milliseconds,
    decides the same each time, and the first list that fails is a short one.

Why the definition, and not `sorted` or a loop as an oracle
    An oracle that works like the code shares its mistakes.  Less in front,
    equal in between, greater behind: that says what, and not how.

In CPython
    `Lib/test/test_bisect.py` has a table of examples, and random lists.  It runs
    on `Modules/_bisectmodule.c` and on `Lib/bisect.py`.

Sources
    D. Jackson, Software Abstractions (small scopes); the documentation of bisect.
"""

from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import Any


def check_right(bisect_right: Callable[..., int]) -> None:
    """Test `bisect_right(a, x)`.

    >>> from bisect import bisect_right
    >>> check_right(bisect_right)
    """
    assert [bisect_right([1, 3, 3, 3, 5], x) for x in (0, 3, 6)] == [0, 4, 5]
    assert bisect_right([], 1) == 0


def check_left(bisect_left: Callable[..., int]) -> None:
    """Test `bisect_left(a, x)`.

    >>> from bisect import bisect_left
    >>> check_left(bisect_left)
    """
    assert [bisect_left([1, 3, 3, 3, 5], x) for x in (0, 3, 4, 6)] == [0, 1, 4, 5]
    assert bisect_left([], 1) == 0


def check_slice(bisect_right: Callable[..., int]) -> None:
    """Test `lo` and `hi`.

    >>> from bisect import bisect_right
    >>> check_slice(bisect_right)
    """
    letters = "abcd"
    assert [bisect_right(letters, x, 1, 3) for x in ("", "z")] == [1, 3]
    assert [bisect_right(letters, x, lo=1, hi=3) for x in ("", "z")] == [1, 3]
    assert [bisect_right(letters, "z", hi=hi) for hi in (0, None)] == [0, 4]
    _must_raise(ValueError, lambda: bisect_right(letters, "z", -1))


def check_key(bisect_right: Callable[..., int]) -> None:
    """Test `key`.

    >>> from bisect import bisect_right
    >>> check_key(bisect_right)
    """
    letters = "dcba"
    key = letters.index
    assert [bisect_right(letters, x, key=key) for x in (-1, 0, 2)] == [0, 1, 3]
    assert [bisect_right(letters, x, 1, 3, key=key) for x in (-1, 9)] == [1, 3]
    assert [bisect_right("ac", x, key=None) for x in "ab"] == [1, 1]
    _must_raise(TypeError, lambda: bisect_right(letters, 0, 0, None, key))


def _must_raise(error: type[Exception], call: Callable[[], object]) -> None:
    try:
        call()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")


def check_insort(insort_right: Callable[..., Any]) -> None:
    """Test what `insort_right` does to a list.

    >>> from bisect import insort_right
    >>> check_insort(insort_right)
    """
    # Lists, since a copy of a number is the number itself.
    x: list[int] = []
    lists: list[list[int]] = [[]]
    insort_right(lists, x)
    assert [each is x for each in lists] == [False, True]
    numbers = [1, 2, 3]
    insort_right(numbers, -2, key=abs)
    assert numbers == [1, 2, -2, 3]
    numbers = [1, 2, 3, 4]
    insort_right(numbers, 0, 1)
    insort_right(numbers, 9, hi=3)
    assert numbers == [1, 0, 2, 9, 3, 4]


class _Item:
    """A number that has `<` and counts how often it was asked."""

    asked: int

    def __init__(self, number: int) -> None:
        self.number = number

    def __lt__(self, other: "_Item") -> bool:
        _Item.asked += 1
        return self.number < other.number

    def _refuse(self, _: object) -> bool:
        raise AssertionError("something else than x < item was asked")

    __eq__ = __ne__ = __gt__ = __le__ = __ge__ = _refuse


class _Sequence:
    """Seven items from 0 on, of which not more than `most` may be asked for."""

    def __init__(self, most: int) -> None:
        self._left = most

    def __len__(self) -> int:
        return 7

    def __getitem__(self, place: int) -> _Item:
        self._left -= 1
        assert self._left >= 0, "too many items were asked for"
        return _Item(place)


def check_cost(bisect_right: Callable[..., int]) -> None:
    """Test what it asks of items and sequence, and how often.

    >>> from bisect import bisect_right
    >>> check_cost(bisect_right)
    """
    doubled: list[_Item] = []

    def double(item: _Item) -> _Item:
        doubled.append(item)
        return _Item(2 * item.number)

    # Each search takes 3 comparisons among 7 items, and 2 among 3, so that one more always shows.
    for lo, hi, most in ((0, None, 3), (2, 5, 2)):
        for x in range(7)[lo:hi]:
            for key in (None, double):
                _Item.asked = 0
                doubled.clear()
                wanted = _Item(2 * x if key else x)
                assert bisect_right(_Sequence(most), wanted, lo, hi, key=key) == x + 1
                assert _Item.asked <= most
                assert len(doubled) == (_Item.asked if key else 0)


def check_definition(bisect_left: Callable[..., int], bisect_right: Callable[..., int]) -> None:
    """Test both by what they promise, on many lists.

    >>> import bisect
    >>> check_definition(bisect.bisect_left, bisect.bisect_right)
    """
    for length in range(6):
        for letters in combinations_with_replacement("bdfh", length):
            for x in "abcdefghi":
                left, right = bisect_left(letters, x), bisect_right(letters, x)
                # A slice is content with any place.
                assert 0 <= left <= right <= length, (letters, x)
                assert all(letter < x for letter in letters[:left]), (letters, x)
                assert all(letter == x for letter in letters[left:right]), (letters, x)
                assert all(letter > x for letter in letters[right:]), (letters, x)
