"""Build a set of small integers that needs one bit for each, and shows its bits to others.

Rebuilds `set`, for integers only, the way `intbitset` and `bitarray` do in C and
CPython's `re` does for the characters in `[aeiou]`.  A set takes 60 to 80 bytes for each
member and its int object; row numbers, free slots, code points or seen identifiers
come by the million, lie close together, and fit into a five-hundredth of that.

Rules
    1. `BitSet(iterable)` is a `collections.abc.MutableSet` of the integers in
       `iterable`, or an empty one.  `add`, `in`, `len` and the truth value work as in
       a `set`, and iteration goes from the smallest member to the largest.  Whatever
       has `__index__` can be added, and is a plain `int` as a member.
    2. Members are at least 0 and less than `BitSet.limit`.  To add any other
       integer, by whatever method, is a `ValueError`, and it is found out before
       memory is asked for; to add what is no integer is a `TypeError`.  A call of
       `update`, of another method or of an operator that raises has changed nothing.
    3. `in`, `discard` and `remove` take every hashable object, and look for a member that
       is equal to it, as in a `set`: 2.0 finds 2, and -1 or "a" finds nothing.
       `remove` and `pop` raise `KeyError`, `pop` takes out any member.  An
       object that is not hashable is a `TypeError`.
    4. The methods of `set` from `union` to `symmetric_difference_update`,
       `isdisjoint`, `issubset`, `issuperset` and `copy` have its signatures and take
       iterables.  What they return is a new `BitSet`; the four updates return None
       and change the set.  What could become a member follows rule 2; what is only
       looked for follows rule 3.  An iterable is walked through once, and what it adds to
       the set meanwhile is not lost in `update` and `symmetric_difference_update`.
    5. The operators `| & - ^`, their forms with `=`, and `<= < >= >` take a
       `collections.abc.Set` on the other side, be it left or right, and nothing
       else (`TypeError`).  The results are those of the methods, and `BitSet`s;
       `|=` and its like change the set itself.  It equals every set with equal members, and
       nothing else; like a `set` it has no hash.  Where a set on the left answers by
       itself, as `{}.keys() | s` does, the result is its own.  `repr(s)` is
       `BitSet({1, 2})` or `BitSet()`.
    6. If members have been added or removed since `iter(s)` so that there are more or
       fewer, the next step of that iterator is a `RuntimeError`, as in a `set`.
       Copies by `copy` and by the modules `copy` and `pickle` (every protocol) are
       equal and independent.
    7. It needs memory for one bit for each integer up to the largest that was ever a
       member, and a little more.  `sys.getsizeof(s)` tells all of it; `clear()` gives
       it back.  No method makes anything as large as a list of the members; `add`,
       `discard` and `in` copy nothing that grows with the set, and a pickle is as
       large as the bits.  Two `BitSet`s are combined and compared many members at a
       time: neither is asked for its members, by iteration or `in`.
    8. `getbuffer()` returns a read-only `memoryview` of unsigned bytes, without copying:
       bit `n % 8` (counted from the lowest) of byte `n // 8` says whether `n` is a
       member, and there may be bytes of 0 at the end.  As long as the view is in use
       it shows every change, whatever the method.  What would need more room raises
       `BufferError` then, and has changed nothing; once the view is released it works.

Left out
    A frozen variant with a hash: `frozenset(s)` makes one.  Subclasses, threads, a set as
    the object to be looked for, and iteration while members change but not their number.
"""

from collections.abc import Hashable, Iterable, Iterator, MutableSet
from typing import ClassVar, SupportsIndex


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
        raise NotImplementedError

    def __contains__(self, x: object, /) -> bool:
        raise NotImplementedError

    def __iter__(self) -> Iterator[int]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def add(self, elem: SupportsIndex, /) -> None:
        """Make `elem` a member.

        Raises:
            TypeError: `elem` is not an integer.
            ValueError: `elem` is below 0, or not below `limit`.
            BufferError: `elem` has no room, and a view from `getbuffer` is in use.
        """
        raise NotImplementedError

    def discard(self, elem: Hashable, /) -> None:
        """Remove the member that is equal to `elem`, if there is one."""
        raise NotImplementedError

    def pop(self) -> int:
        """Remove and return a member, whichever is easiest.

        Raises:
            KeyError: there are no members.
        """
        raise NotImplementedError

    def clear(self) -> None:
        """Remove all members, and give their memory back unless a view is in use."""
        raise NotImplementedError

    def copy(self) -> "BitSet":
        """Return a new BitSet with the same members."""
        raise NotImplementedError

    def update(self, *others: Iterable[SupportsIndex]) -> None:
        """Add the elements of all `others`.

        >>> s = BitSet([1])
        >>> s.update([2, 3], {5})
        >>> s
        BitSet({1, 2, 3, 5})
        """
        raise NotImplementedError

    def intersection_update(self, *others: Iterable[Hashable]) -> None:
        """Keep only the members that are in all `others`."""
        raise NotImplementedError

    def difference_update(self, *others: Iterable[Hashable]) -> None:
        """Remove the members that are in any of `others`."""
        raise NotImplementedError

    def symmetric_difference_update(self, other: Iterable[SupportsIndex], /) -> None:
        """Remove the members that are in `other`, and add the rest of `other`."""
        raise NotImplementedError

    def union(self, *others: Iterable[SupportsIndex]) -> "BitSet":
        """Return a new BitSet of the members and the elements of all `others`."""
        raise NotImplementedError

    def intersection(self, *others: Iterable[Hashable]) -> "BitSet":
        """Return a new BitSet of the members that are in all `others`.

        >>> BitSet([1, 2, 3]).intersection(["1", 2.0, -3])
        BitSet({2})
        """
        raise NotImplementedError

    def difference(self, *others: Iterable[Hashable]) -> "BitSet":
        """Return a new BitSet of the members that are in none of `others`."""
        raise NotImplementedError

    def symmetric_difference(self, other: Iterable[SupportsIndex], /) -> "BitSet":
        """Return a new BitSet of what is in one of the two, and not in both."""
        raise NotImplementedError

    def isdisjoint(self, other: Iterable[Hashable], /) -> bool:
        """Tell whether no member is in `other`."""
        raise NotImplementedError

    def issubset(self, other: Iterable[Hashable], /) -> bool:
        """Tell whether all members are in `other`."""
        raise NotImplementedError

    def issuperset(self, other: Iterable[Hashable], /) -> bool:
        """Tell whether everything in `other` is a member."""
        raise NotImplementedError

    def getbuffer(self) -> memoryview:
        """Return a read-only view of the bits: that of member `n` is bit `n % 8` of byte `n // 8`.

        Nothing is copied, and the view shows later changes.  It may end in bytes that are 0.

        >>> s = BitSet([0, 3])
        >>> with s.getbuffer() as view:
        ...     s.add(1)
        ...     bin(view[0])
        '0b1011'
        """
        raise NotImplementedError
