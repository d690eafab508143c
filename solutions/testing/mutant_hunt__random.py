"""Say what must hold, and try it on many lists drawn from a fixed seed.

Idea
    Most rules are stated once, as properties of any list, any x and any slice,
    with a slow and obvious oracle.  Examples are left for what is no property:
    errors, names of arguments, what is asked of the items.  The generator is
    one of our own with a seed, so that the verdict is the same each time.

When one would choose it
    Where inputs are too large for "all small ones": text, trees, dates.  It finds
    what nobody has thought of, in a few lines.  What it needs is luck for bugs in
    narrow places: numbers come from a small range, as equal items would hardly ever
    come up otherwise.  Hypothesis draws more cleverly and shrinks what it finds; with
    as many examples it took a hundred times as long here.

Sources
    `Lib/test/test_bisect.py` draws lists in this way; J. Hughes, "How to specify
    it!", 2019.
"""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

_DRAWS = 3000


def _drawn() -> Iterator[tuple[Random, list[int], int]]:
    """Yield a source of more, a sorted list of few different numbers, and an x."""
    draw = Random(0)  # noqa: S311 - the same draws each time are what is wanted
    for _ in range(_DRAWS):
        numbers = sorted(draw.choices((0, 2, 4, 6), k=draw.randrange(7)))
        yield draw, numbers, draw.randrange(-1, 8)


def check_right(bisect_right: Callable[..., int]) -> None:
    """Test `bisect_right(a, x)`.

    >>> from bisect import bisect_right
    >>> check_right(bisect_right)
    """
    _check(lambda a, x: len([n for n in a if n <= x]), bisect_right)


def check_left(bisect_left: Callable[..., int]) -> None:
    """Test `bisect_left(a, x)`.

    >>> from bisect import bisect_left
    >>> check_left(bisect_left)
    """
    _check(lambda a, x: len([n for n in a if n < x]), bisect_left)


def _check(expected: Callable[[list[int], int], int], function: Callable[..., int]) -> None:
    for _, numbers, x in _drawn():
        assert function(numbers, x) == expected(numbers, x)


def check_slice(bisect_right: Callable[..., int]) -> None:
    """Test `lo` and `hi`.

    >>> from bisect import bisect_right
    >>> check_slice(bisect_right)
    """
    for draw, numbers, x in _drawn():
        hi = draw.randint(0, len(numbers))
        lo = draw.randint(0, hi)
        expected = lo + bisect_right(numbers[lo:hi], x)
        assert bisect_right(numbers, x, lo, hi) == expected
        assert bisect_right(numbers, x, hi=hi, lo=lo) == expected
        assert bisect_right(numbers, x, hi=None) == bisect_right(numbers, x)
    _must_raise(ValueError, partial(bisect_right, [1, 2, 3], 2, -1))


def check_key(bisect_right: Callable[..., int]) -> None:
    """Test `key`.

    >>> from bisect import bisect_right
    >>> check_key(bisect_right)
    """
    for draw, numbers, x in _drawn():
        hi = draw.randint(0, len(numbers))
        lo = draw.randint(0, hi)
        texts = [str(number) for number in numbers]
        expected = bisect_right(numbers, x, lo, hi)
        assert bisect_right(texts, x, lo, hi, key=_number) == expected
        assert bisect_right(numbers, x, key=None) == bisect_right(numbers, x)
    _must_raise(TypeError, partial(bisect_right, ["1"], 1, 0, 1, int))


def _number(text: str) -> int:
    assert isinstance(text, str), "key was called with something else than an item"
    return int(text)


def check_insort(insort_right: Callable[..., Any]) -> None:
    """Test what `insort_right` does to a list.

    >>> from bisect import insort_right
    >>> check_insort(insort_right)
    """
    for draw, numbers, x in _drawn():
        at = len([n for n in numbers if n <= x])
        _put(insort_right, numbers, x, at)
        at = draw.randint(0, len(numbers))
        _put(insort_right, numbers, -1, at, lo=at)
        _put(insort_right, numbers, 9, at, hi=at)
        falling = numbers[::-1]
        at = len([n for n in falling if n >= x])
        _put(insort_right, falling, x, at, key=lambda number: -number)


class _New(int):
    """A number that can be told from others that are equal, and from a copy of itself."""


def _put(
    insort_right: Callable[..., Any], numbers: list[int], number: int, at: int, **kwds: Any
) -> None:
    found, x = [*numbers], _New(number)
    insort_right(found, x, **kwds)
    assert found == [*numbers[:at], x, *numbers[at:]]
    assert found[at] is x


class _Only:
    """Has `<` and no other comparison, and counts."""

    asked = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def __lt__(self, other: "_Only") -> bool:
        _Only.asked += 1
        return self.number < other.number

    def __eq__(self, other: object) -> bool:
        raise AssertionError("== was asked")

    def __gt__(self, other: object) -> bool:
        raise AssertionError("> was asked")

    def __le__(self, other: object) -> bool:
        raise AssertionError("<= was asked")

    def __ge__(self, other: object) -> bool:
        raise AssertionError(">= was asked")

    def __hash__(self) -> int:
        raise AssertionError("the hash was asked for")


class _Lazy:
    """A long sequence that is made as it is asked for."""

    def __init__(self, length: int) -> None:
        self._length = length
        self.asked = 0

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: int) -> _Only:
        if not isinstance(place, int) or not 0 <= place < self._length:
            raise AssertionError(f"asked for {place}")
        self.asked += 1
        return _Only(place)


def check_cost(bisect_right: Callable[..., int]) -> None:
    """Test what it asks of items and sequence, and how often.

    >>> from bisect import bisect_right
    >>> check_cost(bisect_right)
    """
    for draw, *_ in _drawn():
        length = draw.randint(1, 200)
        lo, hi = sorted((draw.randint(0, length), draw.choice([length, draw.randint(0, length)])))
        x = draw.choice([lo - 1, draw.randint(lo - 1, hi - 1), hi - 1])
        for key in (None, _twice):
            _Only.asked = _twice_calls[0] = 0
            items = _Lazy(length)
            assert bisect_right(items, _Only(2 * x if key else x), lo, hi, key=key) == x + 1
            assert _Only.asked <= (hi - lo).bit_length()
            assert items.asked == _Only.asked
            assert _twice_calls[0] == (_Only.asked if key else 0)


_twice_calls = [0]


def _twice(item: _Only) -> _Only:
    _twice_calls[0] += 1
    return _Only(2 * item.number)


def check_definition(bisect_left: Callable[..., int], bisect_right: Callable[..., int]) -> None:
    """Test both by what they promise, on many lists.

    >>> import bisect
    >>> check_definition(bisect.bisect_left, bisect.bisect_right)
    """
    for _, numbers, x in _drawn():
        left, right = bisect_left(numbers, x), bisect_right(numbers, x)
        kinds = [(number > x) - (number < x) for number in numbers]
        wanted = [-1] * left + [0] * (right - left) + [1] * (len(numbers) - right)
        assert kinds == wanted, (numbers, x)


def _must_raise(error: type[Exception], call: Callable[[], object]) -> None:
    try:
        call()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")
