"""A start and a size in a fixed bytearray, and an exporter for each side.

Idea
    Byte number n of all that come lies at place n % capacity.  `start` is the
    number of the oldest that waits.  With capacity 8, after 19 bytes written
    and 14 read:

        place     0   1   2   3   4   5   6   7
                  q   r   s   .   .   .   o   p      start 14, size 5
                              '-- room -'

    Both what waits and the room lie in one piece or, across the seam, in two.

Why a size, and not the places of start and end
    They are equal in an empty ring and in a full one.  `kfifo` counts all that
    ever went in and out; the difference is the size (`include/linux/kfifo.h`).

Why copies go from memoryview to memoryview
    `bytearray[a:b] = data` makes a bytearray of `data` first, unless it is one
    (`Objects/bytearrayobject.c`, `bytearray_ass_subscript`).

Why an exporter for each side
    A bytearray counts the views in use and refuses to be resized, but it has
    one count.  The reader must not be hindered by the writer's window.

Why a weak reference to the exporter
    A view, and each view made of it, holds the object that exports the memory
    (its `obj`), and nothing else does here.  Classes in Python can export since
    3.12 (PEP 688, `__buffer__`); a ctypes array does on every version.

Why not `weakref.ref(view)`
    `line = view[:7]` outlives `view` and shows the same memory.

Why not go back to place 0 when all is read
    It would save a seam, and move the room away from under a window.

In CPython
    `asyncio.StreamReader` has a bytearray that grows at its end and is deleted
    from at its front (`Lib/asyncio/streams.py`).  Both copy now and then.
"""

from ctypes import Array, c_ubyte
from weakref import ref


class RingBuffer:
    """Bytes on their way from a writer to a reader, at most `capacity` of them.

    Each call costs O(bytes that it copies), `find` O(bytes that it looks at).

    >>> ring = RingBuffer(8)
    >>> ring.write(b"one,two,three,")
    8
    >>> ring.read(4)
    b'one,'
    >>> ring.write(b"three,")
    4
    >>> ring.find(b","), len(ring)
    (3, 8)
    >>> ring.read()
    b'two,thre'

    Raises:
        ValueError: `capacity` is below 1.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError("a ring has a capacity of 1 byte at least")
        self._start = self._size = 0
        self._set_store(bytearray(capacity))

    @property
    def capacity(self) -> int:
        """The number of bytes that fit."""
        return len(self._store)

    def __len__(self) -> int:
        return self._size

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Add as many bytes from the front of `data` as there is room for, and return how many.

        Raises:
            TypeError: `data` is not bytes-like.
            BufferError: a view from `get_buffer` is in use.
        """
        # Released at the end of the block: the frame lives as long as a traceback with it.
        with memoryview(data) as view, view.cast("B") as source:
            self._writer.require_unused()
            count = min(len(source), self.capacity - self._size)
            first, second = self._places(self._size, count)
            split = first.stop - first.start
            self._memory[first] = source[:split]
            self._memory[second] = source[split:count]
        self._window = 0
        self._size += count
        return count

    def read(self, size: int | None = -1, /) -> bytes:
        """Remove and return the oldest `size` bytes; all, if that is None, negative or too many.

        Raises:
            BufferError: a view from `peek` is in use.
        """
        count = self._at_most(size)
        data = b"".join([self._memory[place] for place in self._places(0, count)])
        self.advance(count)
        return data

    def readinto(self, b: bytearray | memoryview, /) -> int:
        """Move the oldest bytes into `b`, as many as fit, and return how many.

        Raises:
            TypeError: `b` is not bytes-like, or cannot be written to.
            BufferError: a view from `peek` is in use.
        """
        with memoryview(b) as view, view.cast("B") as target:
            self._reader.require_unused()
            count = self._at_most(len(target))
            first, second = self._places(0, count)
            split = first.stop - first.start
            target[:split] = self._memory[first]
            target[split:count] = self._memory[second]
        self.advance(count)
        return count

    def find(self, sub: bytes | bytearray | memoryview, start: int = 0, /) -> int:
        """Return where `sub` begins for the first time at or after `start`, or -1.

        >>> ring = RingBuffer(16)
        >>> ring.write(b"key: value, ")
        12
        >>> ring.find(b", ")
        10
        """
        if start < 0:
            start = max(start + self._size, 0)
        first, second = self._places(0, self._size)
        seam = first.stop - first.start
        found = self._store.find(sub, first.start + start, first.stop)
        if found >= 0:
            return found - first.start
        length = memoryview(sub).nbytes
        begin = max(seam - length, start)
        across = self._store[first.start + begin : first.stop]
        if across:
            across += self._memory[: min(length, second.stop)]
            found = across.find(sub)
            if found >= 0:
                return begin + found
        found = self._store.find(sub, max(start - seam, 0), second.stop)
        return found + seam if found >= 0 else -1

    def peek(self, size: int = -1, /) -> memoryview:
        """Return a read-only view of the oldest bytes, at most `size` unless that is negative.

        >>> ring = RingBuffer(8)
        >>> ring.write(b"abc")
        3
        >>> with ring.peek() as view:
        ...     bytes(view)
        b'abc'
        >>> ring.advance(2)
        >>> ring.read()
        b'c'
        """
        oldest, _ = self._places(0, self._at_most(size))
        return self._reader.lend(oldest).toreadonly()

    def advance(self, size: int, /) -> None:
        """Remove the oldest `size` bytes.

        Raises:
            ValueError: `size` is below 0, or more than wait.
            BufferError: a view from `peek` is in use.
        """
        if not 0 <= size <= self._size:
            raise ValueError(f"{self._size} bytes wait, not {size}")
        self._reader.require_unused()
        self._start += size
        self._size -= size

    def get_buffer(self, sizehint: int, /) -> memoryview:  # noqa: ARG002 (a hint only)
        """Return a writable view of free room, for `buffer_updated` to tell how much was used.

        >>> ring = RingBuffer(8)
        >>> with ring.get_buffer(-1) as window:
        ...     window[:2] = b"ab"
        >>> ring.buffer_updated(2)
        >>> ring.read()
        b'ab'

        Raises:
            BufferError: there is no room, or a view from `get_buffer` is in use.
        """
        self._writer.require_unused()
        if self._size == self.capacity:
            # `recv_into` an empty window returns 0, as it does at the end of a stream.
            raise BufferError("the ring is full")
        room, _ = self._places(self._size, self.capacity - self._size)
        self._window = room.stop - room.start
        return self._writer.lend(room)

    def buffer_updated(self, nbytes: int, /) -> None:
        """Add the first `nbytes` bytes of the window, and end it.

        Raises:
            ValueError: `nbytes` is below 0, or more than the window has.
        """
        if not 0 <= nbytes <= self._window:
            raise ValueError(f"the window has {self._window} bytes, not {nbytes}")
        self._window = 0
        self._size += nbytes

    def resize(self, capacity: int, /) -> None:
        """Change the capacity, and keep the bytes that wait.

        Raises:
            ValueError: `capacity` is below 1, or less than wait.
            BufferError: a view is in use.
        """
        if capacity < max(1, self._size):
            raise ValueError(f"{self._size} bytes wait; they need a capacity, and 1 at least")
        self._writer.require_unused()
        store = bytearray(capacity)
        size = self.readinto(store)
        self._start, self._size = 0, size
        self._set_store(store)

    def _set_store(self, store: bytearray) -> None:
        self._store, self._memory = store, memoryview(store)
        self._reader, self._writer = _Lender(store), _Lender(store)
        self._window = 0  # how many bytes `buffer_updated` may add

    def _at_most(self, size: int | None) -> int:
        return self._size if size is None or size < 0 else min(size, self._size)

    def _places(self, offset: int, size: int) -> "tuple[slice[int, int], slice[int, int]]":
        """Where the `size` bytes lie that begin `offset` after the oldest: up to the seam, and on.

        Either slice may be empty.
        """
        begin = (self._start + offset) % self.capacity
        end = begin + size
        return slice(begin, min(end, self.capacity)), slice(0, max(end - self.capacity, 0))


class _Lender:
    """Lends views of `store`, and can tell whether any of them is in use."""

    def __init__(self, store: bytearray) -> None:
        self._store = store
        self._exporter: ref[Array[c_ubyte]] | None = None

    def lend(self, place: "slice[int, int]") -> memoryview:
        exporter = self._in_use()
        if exporter is None:
            exporter = (c_ubyte * len(self._store)).from_buffer(self._store)
            self._exporter = ref(exporter)
        # The cast: memoryview cannot index the format "<B" of ctypes.
        return memoryview(exporter).cast("B")[place]

    def require_unused(self) -> None:
        """Raise BufferError if a view is in use."""
        if self._in_use() is not None:
            raise BufferError("a view of the ring is in use")

    def _in_use(self) -> Array[c_ubyte] | None:
        return None if self._exporter is None else self._exporter()
