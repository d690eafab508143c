"""One bit in a bytearray for each number that could be a member.

Idea
    The members are the positions of the bits that are set:

        BitSet({1, 3, 8})       byte 0       byte 1
                                00001010     00000001
                                    3 1             8

    `add`, `discard` and `in` touch one byte.  Algebra is that of whole
    numbers: read both buffers as integers, and union is one `|`, in C.

Why `hash` finds the member
    A set looks for what is *equal*: `2.0 in {2}`.  Equal objects have equal
    hashes, and a non-negative int below `sys.hash_info.modulus` is its own
    hash (documented).  So `hash(x)` is the only member that `x` can equal.

Why a count is kept
    `len` is asked in every comparison and at every step of an iteration.

Why `getbuffer` and not `__buffer__`
    Classes in Python export a buffer since 3.12 only (PEP 688).  From then on
    `bytes(s)` would be the bitmap, and on 3.11 the members, as for a set.
    `io.BytesIO.getbuffer` has the same task: a view, and no resizing under it.

Why the buffer is filled and never replaced
    A view belongs to one bytearray.  With a new one after `|=` it would show
    the old members for ever, and nobody would be told.

Why not one big `int` for the bits
    It is shorter, and right for small sets.  But an int is immutable, so each
    `add` copies all of it, and it exports no buffer.

In CPython
    A `set` (`Objects/setobject.c`) is a table of 16-byte entries, at most 3/5
    of them in use; ints above 256 are objects of 28 bytes each besides (3.13).
    CPython uses bit sets where members are small and known: `re` compiles
    `[aeiou]` to 256 bits (`Lib/re/_compiler.py`, `_mk_bitmap`).
"""

import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, MutableSet
from collections.abc import Set as AbstractSet
from contextlib import suppress
from operator import index
from typing import Any, ClassVar, SupportsIndex


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

    __slots__ = ("__weakref__", "_bits", "_count")

    def __init__(self, iterable: Iterable[SupportsIndex] = (), /) -> None:
        self._bits = bytearray()
        self.update(iterable)  # and count them

    def __contains__(self, x: object, /) -> bool:
        member = hash(x)
        # Without the first comparison, a negative hash would index from the end.
        if not 0 <= member < 8 * len(self._bits):
            return False
        return self._bits[member // 8] & 1 << member % 8 != 0 and member == x

    def __iter__(self) -> Iterator[int]:
        # The size that must not change is that of now, not of the first `next()`.
        return self._members(self._count)

    def __len__(self) -> int:
        return self._count

    def add(self, elem: SupportsIndex, /) -> None:
        """Make `elem` a member.

        Raises:
            TypeError: `elem` is not an integer.
            ValueError: `elem` is below 0, or not below `limit`.
            BufferError: `elem` has no room, and a view from `getbuffer` is in use.
        """
        member = _member(elem)
        if member not in self:
            _set_bit(self._bits, member)
            self._count += 1

    def discard(self, elem: Hashable, /) -> None:
        """Remove the member that is equal to `elem`, if there is one."""
        if elem in self:
            member = hash(elem)
            self._bits[member // 8] ^= 1 << member % 8
            self._count -= 1

    def pop(self) -> int:
        """Remove and return a member, whichever is easiest.

        Raises:
            KeyError: there are no members.
        """
        # The mixin takes the first, and walks over the gap that grows in front of it.
        if not self._count:
            raise KeyError("pop from an empty set")
        used = self._bits.rstrip(b"\0")
        member = 8 * (len(used) - 1) + used[-1].bit_length() - 1
        self.discard(member)
        return member

    def clear(self) -> None:
        """Remove all members, and give their memory back unless a view is in use."""
        self._store(0)
        # A view in use keeps its bytes, all of them 0 now.
        with suppress(BufferError):
            self._bits.clear()

    def copy(self) -> "BitSet":
        """Return a new BitSet with the same members."""
        return BitSet(self)

    def update(self, *others: Iterable[SupportsIndex]) -> None:
        """Add the elements of all `others`.

        >>> s = BitSet([1])
        >>> s.update([2, 3], {5})
        >>> s
        BitSet({1, 2, 3, 5})
        """
        mask = 0
        for other in others:
            mask |= _mask(other)
        # Its own bits are read last: the iterables may be generators that change it.
        self._store(_mask(self) | mask)

    def intersection_update(self, *others: Iterable[Hashable]) -> None:
        """Keep only the members that are in all `others`."""
        mask = _mask(self)
        for other in others:
            mask &= self._common(other)
        self._store(mask)

    def difference_update(self, *others: Iterable[Hashable]) -> None:
        """Remove the members that are in any of `others`."""
        mask = _mask(self)
        for other in others:
            mask &= ~self._common(other)
        self._store(mask)

    def symmetric_difference_update(self, other: Iterable[SupportsIndex], /) -> None:
        """Remove the members that are in `other`, and add the rest of `other`."""
        mask = _mask(other)
        self._store(_mask(self) ^ mask)

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
        return not self._common(other)

    def issubset(self, other: Iterable[Hashable], /) -> bool:
        """Tell whether all members are in `other`."""
        return self._common(other) == _mask(self)

    def issuperset(self, other: Iterable[Hashable], /) -> bool:
        """Tell whether everything in `other` is a member."""
        if isinstance(other, BitSet):
            return other.issubset(self)
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
        return memoryview(self._bits).toreadonly()

    # From here on: what a set has besides, by way of the methods above.  The mixin's own
    # operators take every iterable; those of a set take sets.

    def __or__(self, other: Any) -> Any:
        return _for_sets(self.union, other)

    def __and__(self, other: Any) -> Any:
        return _for_sets(self.intersection, other)

    def __sub__(self, other: Any) -> Any:
        return _for_sets(self.difference, other)

    def __xor__(self, other: Any) -> Any:
        return _for_sets(self.symmetric_difference, other)

    __ror__, __rand__, __rxor__ = __or__, __and__, __xor__

    def __rsub__(self, other: Any) -> Any:
        return _for_sets(self._subtracted_from, other)

    def __ior__(self, other: Any) -> Any:
        return _for_sets(self.update, other, self)

    def __iand__(self, other: Any) -> Any:
        return _for_sets(self.intersection_update, other, self)

    def __isub__(self, other: Any) -> Any:
        return _for_sets(self.difference_update, other, self)

    def __ixor__(self, other: Any) -> Any:
        return _for_sets(self.symmetric_difference_update, other, self)

    # `==`, `<` and `>` are the mixin's: the number of members, then one of these two.
    def __le__(self, other: Any) -> Any:
        return _for_sets(self.issubset, other)

    def __ge__(self, other: Any) -> Any:
        return _for_sets(self.issuperset, other)

    def __repr__(self) -> str:
        return f"BitSet({{{', '.join(map(repr, self))}}})" if self else "BitSet()"

    def __sizeof__(self) -> int:
        return super().__sizeof__() + sys.getsizeof(self._bits)

    # Not as an int: pickle's oldest protocols write it in decimal, which takes quadratic
    # time and is refused beyond 4300 digits.  `copy.copy`, too, comes this way.
    def __reduce__(self) -> tuple[Any, ...]:
        return BitSet, (), self._bits

    def __setstate__(self, bits: bytearray) -> None:
        self._store(int.from_bytes(bits, "little"))

    def _members(self, count: int) -> Iterator[int]:
        positions = _positions(self._bits)
        while True:
            member = next(positions, None)
            # Also at the end: the change may have come after the last member.
            if self._count != count:
                raise RuntimeError("Set changed size during iteration")
            if member is None:
                return
            yield member

    def _subtracted_from(self, other: Iterable[Any]) -> "BitSet":
        return BitSet(elem for elem in other if elem not in self)

    def _common(self, other: Iterable[Hashable]) -> int:
        """The bits of the members that are in `other`, which may hold anything hashable."""
        if isinstance(other, BitSet):
            return _mask(self) & _mask(other)
        return _pack(hash(elem) for elem in other if elem in self)

    def _store(self, mask: int) -> None:
        """Make the members those of `mask`; a BufferError comes before any change."""
        size = max(len(self._bits), -(-mask.bit_length() // 8))
        self._bits[:] = mask.to_bytes(size, "little")
        self._count = mask.bit_count()


def _for_sets(method: Callable[[Any], Any], other: object, result: Any = None) -> Any:
    """Call `method` with `other` if that is a set, and return its result unless one is given."""
    if not isinstance(other, AbstractSet):
        return NotImplemented
    answer = method(other)
    return answer if result is None else result


def _positions(bits: bytearray) -> Iterator[int]:
    for start in range(0, len(bits), 8):
        # A word at a time: `word & -word` of all the bits would copy them for each member.
        word = int.from_bytes(bits[start : start + 8], "little")
        while word:
            lowest = word & -word
            yield 8 * start + lowest.bit_length() - 1
            word ^= lowest


def _member(elem: SupportsIndex) -> int:
    """Return `elem` as a plain int that can be a member, before any memory is asked for."""
    member = index(elem)
    if not 0 <= member < BitSet.limit:
        raise ValueError(f"a member must be in range(0, {BitSet.limit})")
    return member


def _set_bit(bits: bytearray, member: int) -> None:
    if member >= 8 * len(bits):
        # A bytearray asks for an eighth more than it needs, so that n steps cost O(n).
        bits += bytes(member // 8 + 1 - len(bits))
    bits[member // 8] |= 1 << member % 8


def _pack(members: Iterable[int]) -> int:
    bits = bytearray()
    for member in members:
        _set_bit(bits, member)
    return int.from_bytes(bits, "little")


def _mask(values: Iterable[SupportsIndex]) -> int:
    """The bits of `values`, which must all be possible members."""
    if isinstance(values, BitSet):
        return int.from_bytes(values.getbuffer(), "little")
    return _pack(map(_member, values))
