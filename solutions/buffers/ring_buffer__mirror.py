"""Each byte is stored twice, so that what waits has no seam, and windows have memory of their own.

Idea
    The store is twice as long as the ring.  A byte goes to place p and to its
    mirror p + capacity, so what waits is one piece, wherever it begins:

        place     0   1   2   3 | 4   5   6   7
                  e   b   c   d | e   b   c   d      capacity 4, start 1: bcde

    `peek` shows all, and `find` and `read` are one call each.  A window is the
    front of another bytearray, the inbox, from which `buffer_updated` copies.

Why one would choose it
    Parsers like one piece: a regular expression or `struct.unpack_from` runs
    on the view as it is.  The two sides share no memory, so each bytearray
    counts the views of its side, and tells by refusing to be shortened.
    The price is three times the memory, and three copies of a byte where the
    reference has one.

Why the stores are one byte longer
    `pop` and `append` are how they are asked.  After the `pop` there is room
    for the `append`, so nothing moves and nothing is asked of the system.
"""


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
            raise ValueError(f"a ring of {capacity} bytes")
        self._capacity = capacity
        self._store = bytearray(2 * capacity + 1)
        self._inbox = bytearray(capacity + 1)
        self._offered = 0
        self._start = self._size = 0

    @property
    def capacity(self) -> int:
        """The number of bytes that fit."""
        return self._capacity

    def __len__(self) -> int:
        return self._size

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Add as many bytes from the front of `data` as there is room for, and return how many.

        Raises:
            TypeError: `data` is not bytes-like.
            BufferError: a view from `get_buffer` is in use.
        """
        with memoryview(data) as view, view.cast("B") as source:
            _refuse_if_in_use(self._inbox)
            with source[: self._capacity - self._size] as taken:
                self._offered = 0
                return self._append(taken)

    def read(self, size: int | None = -1, /) -> bytes:
        """Remove and return the oldest `size` bytes; all, if that is None, negative or too many.

        Raises:
            BufferError: a view from `peek` is in use.
        """
        _refuse_if_in_use(self._store)
        with self.peek(-1 if size is None else size) as view:
            data = bytes(view)
        self.advance(len(data))
        return data

    def readinto(self, b: bytearray | memoryview, /) -> int:
        """Move the oldest bytes into `b`, as many as fit, and return how many.

        Raises:
            TypeError: `b` is not bytes-like, or cannot be written to.
            BufferError: a view from `peek` is in use.
        """
        _refuse_if_in_use(self._store)
        with (
            memoryview(b) as view,
            view.cast("B") as target,
            self.peek(len(target)) as source,
        ):
            count = len(source)
            target[:count] = source
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
            start = max(0, start + self._size)
        at = self._store.find(sub, self._start + start, self._start + self._size)
        return at if at < 0 else at - self._start

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
        count = self._size if size < 0 else min(size, self._size)
        return memoryview(self._store).toreadonly()[self._start : self._start + count]

    def advance(self, size: int, /) -> None:
        """Remove the oldest `size` bytes.

        Raises:
            ValueError: `size` is below 0, or more than wait.
            BufferError: a view from `peek` is in use.
        """
        if size < 0 or size > self._size:
            raise ValueError(f"cannot remove {size} of {self._size} bytes")
        _refuse_if_in_use(self._store)
        self._start = (self._start + size) % self._capacity
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
        _refuse_if_in_use(self._inbox)
        room = self._capacity - self._size
        if not room:
            raise BufferError("no room for a window")
        self._offered = room
        return memoryview(self._inbox)[:room]

    def buffer_updated(self, nbytes: int, /) -> None:
        """Add the first `nbytes` bytes of the window, and end it.

        Raises:
            ValueError: `nbytes` is below 0, or more than the window has.
        """
        if nbytes < 0 or nbytes > self._offered:
            raise ValueError(f"{nbytes} bytes of a window of {self._offered}")
        self._offered = 0
        with memoryview(self._inbox) as inbox:
            self._append(inbox[:nbytes])

    def resize(self, capacity: int, /) -> None:
        """Change the capacity, and keep the bytes that wait.

        Raises:
            ValueError: `capacity` is below 1, or less than wait.
            BufferError: a view is in use.
        """
        if capacity < self._size:
            raise ValueError(f"{self._size} bytes wait")
        larger = RingBuffer(capacity)
        _refuse_if_in_use(self._store)
        _refuse_if_in_use(self._inbox)
        with self.peek() as waiting:
            larger.write(waiting)
        vars(self).update(vars(larger))

    def _append(self, data: memoryview) -> int:
        """Copy `data`, for which there is room, to its place and its mirror place."""
        begin = (self._start + self._size) % self._capacity
        with memoryview(self._store) as store:
            # The copy that begins in the first half may run into the second; the other
            # one is cut off at the end, and what is missing goes to the front.
            for place in (begin, begin + self._capacity):
                fits = min(len(data), 2 * self._capacity - place)
                store[place : place + fits] = data[:fits]
            store[: len(data) - fits] = data[fits:]
        self._size += len(data)
        return len(data)


def _refuse_if_in_use(store: bytearray) -> None:
    """Raise BufferError if there is a view of `store`: it refuses to be resized then."""
    store.append(store.pop())
