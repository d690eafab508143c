"""An array of 64-bit words, and no number of members.

Idea
    `array("Q")` is a row of machine words, so that each step of the algebra
    handles 64 members.  `int.bit_count` counts the members word by word when
    `len` is asked, so that no method can leave a wrong number behind.  An
    iterator asks only if there has been a change.

        BitSet({1, 3, 70})      word 0 = 0b1010     word 1 = 0b1000000

Why one would choose it
    It is how such sets are written in C, Java (`java.util.BitSet`) and
    `intbitset`, and it carries over to them line by line.  Nothing larger than
    a word is ever made beside the array, where the reference needs three whole
    numbers as large as the set.  The price: a Python loop over the words,
    some ten times slower than one operation on whole numbers, and an O(n)
    `len`.

Why it asks for a little-endian machine
    A view of the words shows their bytes in the machine's order.  On the
    others, bit `n % 8` of byte `n // 8` would be another member.
"""

import contextlib
import operator
import sys
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, MutableSet, Set  # noqa: PYI025
from itertools import repeat
from typing import Any, ClassVar, SupportsIndex

if sys.byteorder != "little":
    raise ImportError("the words of this design are read as little-endian bytes")


class BitSet(MutableSet[int]):
    """Set of integers from 0 up to, but not including, `limit`, with a bit for each.

    Memory is that of the largest member in bits.  `add`, `discard` and `in` cost O(1), all
    else O(largest member) at most, with many members in one step.

    >>> primes = BitSet([7, 2, 5, 3])
    >>> primes
    BitSet({2, 3, 5, 7})
    >>> 5 in primes, 6 in primes, len(primes)
    (True, False, 4)
    >>> primes & {1, 2, 3}
    BitSet({2, 3})
    >>> primes == {2, 3, 5, 7}
    True

    Raises:
        TypeError: an element of `iterable` is not an integer.
        ValueError: an element of `iterable` is below 0, or not below `limit`.
    """

    limit: ClassVar[int] = 1 << 24

    def __init__(self, iterable: Iterable[SupportsIndex] = (), /) -> None:
        self._words = array("Q")
        self._changes = 0
        for elem in iterable:
            self.add(elem)

    def __contains__(self, x: object, /) -> bool:
        return self._find(x) is not None

    def __iter__(self) -> Iterator[int]:
        return self._walk(len(self), self._changes)

    def __len__(self) -> int:
        return sum(map(int.bit_count, self._words))

    def add(self, elem: SupportsIndex, /) -> None:
        """Make `elem` a member.

        Raises:
            TypeError: `elem` is not an integer.
            ValueError: `elem` is below 0, or not below `limit`.
            BufferError: `elem` has no room, and a view from `getbuffer` is in use.
        """
        number = operator.index(elem)
        if number < 0 or number >= self.limit:
            raise ValueError(f"{number} is not in range(0, {self.limit})")
        place, bit = divmod(number, 64)
        self._grow(place + 1)
        self._words[place] |= 1 << bit
        self._changes += 1

    def discard(self, elem: Hashable, /) -> None:
        """Remove the member that is equal to `elem`, if there is one."""
        number = self._find(elem)
        if number is not None:
            self._words[number // 64] &= ~(1 << number % 64)
            self._changes += 1

    def pop(self) -> int:
        """Remove and return a member, whichever is easiest.

        Raises:
            KeyError: there are no members.
        """
        for place, word in enumerate(self._words):
            if word:
                # `word & (word - 1)` is `word` without its lowest bit.
                self._words[place] = word & (word - 1)
                self._changes += 1
                return 64 * place + (word & -word).bit_length() - 1
        raise KeyError("pop from an empty BitSet")

    def clear(self) -> None:
        """Remove all members, and give their memory back unless a view is in use."""
        for place in range(len(self._words)):
            self._words[place] = 0
        self._changes += 1
        with contextlib.suppress(BufferError):
            del self._words[:]

    def copy(self) -> "BitSet":
        """Return a new BitSet with the same members."""
        result = BitSet()
        result._words.extend(self._words)
        return result

    def update(self, *others: Iterable[SupportsIndex]) -> None:
        """Add the elements of all `others`.

        >>> s = BitSet([1])
        >>> s.update([2, 3], {5})
        >>> s
        BitSet({1, 2, 3, 5})
        """
        # All are read before the first word is written, so that an error changes nothing.
        self._merge([_words(other) for other in others], operator.or_)

    def intersection_update(self, *others: Iterable[Hashable]) -> None:
        """Keep only the members that are in all `others`."""
        self._merge([self._found(other) for other in others], operator.and_)

    def difference_update(self, *others: Iterable[Hashable]) -> None:
        """Remove the members that are in any of `others`."""
        self._merge([self._found(other) for other in others], _and_not)

    def symmetric_difference_update(self, other: Iterable[SupportsIndex], /) -> None:
        """Remove the members that are in `other`, and add the rest of `other`."""
        self._merge([_words(other)], operator.xor)

    def union(self, *others: Iterable[SupportsIndex]) -> "BitSet":
        """Return a new BitSet of the members and the elements of all `others`."""
        result = self.copy()
        result.update(*others)
        return result

    def intersection(self, *others: Iterable[Hashable]) -> "BitSet":
        """Return a new BitSet of the members that are in all `others`.

        >>> BitSet([1, 2, 3]).intersection(["1", 2.0, -3])
        BitSet({2})
        """
        result = self.copy()
        result.intersection_update(*others)
        return result

    def difference(self, *others: Iterable[Hashable]) -> "BitSet":
        """Return a new BitSet of the members that are in none of `others`."""
        result = self.copy()
        result.difference_update(*others)
        return result

    def symmetric_difference(self, other: Iterable[SupportsIndex], /) -> "BitSet":
        """Return a new BitSet of what is in one of the two, and not in both."""
        result = self.copy()
        result.symmetric_difference_update(other)
        return result

    def isdisjoint(self, other: Iterable[Hashable], /) -> bool:
        """Tell whether no member is in `other`."""
        return not any(self._found(other))

    def issubset(self, other: Iterable[Hashable], /) -> bool:
        """Tell whether all members are in `other`."""
        return not self.difference(other)

    def issuperset(self, other: Iterable[Hashable], /) -> bool:
        """Tell whether everything in `other` is a member."""
        # A set of another kind may hold what no BitSet can.
        if isinstance(other, BitSet):
            return not other.difference(self)
        return all(elem in self for elem in other)

    def getbuffer(self) -> memoryview:
        """Return a read-only view of the bits: that of member `n` is bit `n % 8` of byte `n // 8`.

        Nothing is copied, and the view shows later changes.  It may end in bytes that are 0.

        >>> s = BitSet([0, 3])
        >>> with s.getbuffer() as view:
        ...     s.add(1)
        ...     bin(view[0])
        '0b1011'
        """
        return memoryview(self._words).cast("B").toreadonly()

    def __or__(self, other: Any) -> "BitSet":
        if not isinstance(other, Set):
            return NotImplemented
        return self.union(other)

    def __and__(self, other: Any) -> "BitSet":
        if not isinstance(other, Set):
            return NotImplemented
        return self.intersection(other)

    def __sub__(self, other: Any) -> "BitSet":
        if not isinstance(other, Set):
            return NotImplemented
        return self.difference(other)

    def __xor__(self, other: Any) -> "BitSet":
        if not isinstance(other, Set):
            return NotImplemented
        return self.symmetric_difference(other)

    def __rsub__(self, other: Any) -> "BitSet":
        if not isinstance(other, Set):
            return NotImplemented
        return BitSet(elem for elem in other if elem not in self)

    __ror__, __rand__, __rxor__ = __or__, __and__, __xor__

    def __ior__(self, other: Any) -> Any:
        if not isinstance(other, Set):
            return NotImplemented
        self.update(other)
        return self

    def __iand__(self, other: Any) -> Any:
        if not isinstance(other, Set):
            return NotImplemented
        self.intersection_update(other)
        return self

    def __isub__(self, other: Any) -> Any:
        if not isinstance(other, Set):
            return NotImplemented
        self.difference_update(other)
        return self

    def __ixor__(self, other: Any) -> Any:
        if not isinstance(other, Set):
            return NotImplemented
        self.symmetric_difference_update(other)
        return self

    def __le__(self, other: Any) -> bool:
        return self.issubset(other) if isinstance(other, Set) else NotImplemented

    def __ge__(self, other: Any) -> bool:
        return self.issuperset(other) if isinstance(other, Set) else NotImplemented

    def __repr__(self) -> str:
        return f"BitSet({{{', '.join(map(str, self))}}})" if self else "BitSet()"

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + sys.getsizeof(self._words)

    # Without this, `copy.copy` would make a second set on the same array.
    def __copy__(self) -> "BitSet":
        return self.copy()

    # In a tuple: protocols 0 and 1 drop a state that is false, such as no bytes at all.
    def __getstate__(self) -> tuple[bytes]:
        return (self._words.tobytes(),)

    def __setstate__(self, state: tuple[bytes]) -> None:
        self._words = array("Q")
        self._words.frombytes(state[0])
        self._changes = 0

    def _grow(self, size: int) -> None:
        missing = size - len(self._words)
        if missing > 0:
            self._words.extend(repeat(0, missing))

    def _find(self, elem: object) -> int | None:
        number = hash(elem)
        if number < 0 or number >= 64 * len(self._words):
            return None
        if not self._words[number // 64] >> number % 64 & 1 or elem != number:
            return None
        return number

    def _found(self, other: Iterable[Hashable]) -> "array[int]":
        """Return the words of the members that are in `other`."""
        if isinstance(other, BitSet):
            words = _words(other)
        else:
            words = _words(hash(elem) for elem in other if elem in self)
        # `zip` ends with the shorter one; what is beyond is in one of the two only.
        return array("Q", map(operator.and_, self._words, words))

    def _merge(self, operands: list["array[int]"], combine: Callable[[int, int], int]) -> None:
        self._grow(max(map(len, operands), default=0))
        self._changes += 1
        for words in operands:
            for place, mine in enumerate(self._words):
                self._words[place] = combine(mine, words[place] if place < len(words) else 0)

    def _walk(self, size: int, changes: int) -> Iterator[int]:
        for place, word in enumerate(self._words):
            for bit in range(64):
                if word >> bit & 1:
                    changes = self._same_size(size, changes)
                    yield 64 * place + bit
        self._same_size(size, changes)

    def _same_size(self, size: int, changes: int) -> int:
        # Counting the members is left for the moment when something has changed.
        if changes != self._changes and len(self) != size:
            raise RuntimeError("BitSet changed size during iteration")
        return self._changes


def _and_not(one: int, other: int) -> int:
    return one & ~other


def _words(values: Iterable[SupportsIndex]) -> "array[int]":
    if isinstance(values, BitSet):
        return array("Q", values._words)  # noqa: SLF001 - an instance of the class above
    gathered = BitSet()
    for value in values:
        gathered.add(value)
    return gathered._words  # noqa: SLF001 - an instance of the class above
