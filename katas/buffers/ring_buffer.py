"""Pass bytes from a writer to a reader through memory of a fixed size.

Rebuilds `kfifo`, the ring that Linux puts between a driver and a process, with the names
that Python has for its parts.  No class of the standard library is such a ring.
`get_buffer` and `buffer_updated` are the writer's side as `asyncio.BufferedProtocol` has it,
`write` and `readinto` those of `io.RawIOBase`, `find` that of `bytes`, `peek` and `advance`
those of the buffer inside tornado's streams.  A socket writes into the ring, a parser looks
at what is there, nothing is copied in between, and the memory never grows.

Rules
    1. `RingBuffer(capacity)` holds at most `capacity` bytes (its attribute `capacity`);
       a capacity below 1 is a `ValueError`.  `write(data)` takes from the front of `data`
       as many bytes as there is room for, and returns how many.  `read(size=-1)` removes
       and returns, as `bytes`, the `size` oldest bytes, or all if there are fewer or
       `size` is None or negative.  `len(ring)` is the number of bytes that wait.
    2. Room that has been read is used again, so that any number of bytes passes through
       in order.  All of `capacity` can be filled, and full is not empty.
    3. `data` is any bytes-like object, and its bytes count, not its items.
       `readinto(b)` fills the writable bytes-like object `b` as far as bytes wait,
       removes them from the ring and returns how many.  What is not bytes-like, or for
       `readinto` not writable, is a `TypeError`, and nothing has changed.  When a call is
       over, by an error, too, `data` and `b` are no longer in use.
    4. `find(sub, start=0)` returns what `bytes.find` would on the bytes that wait,
       oldest first, for a bytes-like `sub`.
    5. `peek(size=-1)` returns a read-only view (`memoryview`) of the oldest bytes, at
       most `size` of them if that is not negative.  It may end early, where the ring's
       memory does, but has a byte if there is one and `size` is not 0: two views, the
       second after `advance`, show all that waits.  `advance(size)` removes the `size`
       oldest bytes; fewer than 0 or more than wait are a `ValueError`, and nothing has
       changed.
    6. `get_buffer(sizehint)` returns a window: a writable view of free room, of any
       size but 0; without room it raises `BufferError`.  `buffer_updated(nbytes)` adds
       the first `nbytes` bytes of the window, which may still be in use; fewer than 0 or
       more than it has are a `ValueError`, and nothing has changed.  Two windows have all
       the room.  There may be reading before `buffer_updated`.  A window ends with that,
       and with the next `write` or `resize`; when there is none, no byte can be added.
    7. Memory is asked for when a ring is made or resized, and for the `bytes` that `read`
       returns, once.  No call copies `data`, `b` or what waits to a place in between;
       `find` may copy a few times the length of `sub`.
    8. A view is in use until it is released or gone, and so is every view made of it.
       As long as one from `peek` is in use, `read`, `readinto` and `advance` raise
       `BufferError`; as long as one from `get_buffer` is, `write` and `get_buffer` do.
       `resize(capacity)`, which keeps the bytes in a ring of another capacity
       (`ValueError` if that is less than wait, or below 1), does so in both cases.
       Nothing has changed then.  The views of one side do not hinder the other side.

Left out
    Waiting: a full ring takes nothing, an empty one gives nothing.  Threads without a
    lock, which `kfifo` allows for one reader and one writer.  Records, elements of more
    than one byte, and both pieces at once as for `socket.sendmsg`.  Whether a call that
    would change nothing (`read(0)`) is refused while a view is in use.
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
        raise NotImplementedError

    @property
    def capacity(self) -> int:
        """The number of bytes that fit."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Add as many bytes from the front of `data` as there is room for, and return how many.

        Raises:
            TypeError: `data` is not bytes-like.
            BufferError: a view from `get_buffer` is in use.
        """
        raise NotImplementedError

    def read(self, size: int | None = -1, /) -> bytes:
        """Remove and return the oldest `size` bytes; all, if that is None, negative or too many.

        Raises:
            BufferError: a view from `peek` is in use.
        """
        raise NotImplementedError

    def readinto(self, b: bytearray | memoryview, /) -> int:
        """Move the oldest bytes into `b`, as many as fit, and return how many.

        Raises:
            TypeError: `b` is not bytes-like, or cannot be written to.
            BufferError: a view from `peek` is in use.
        """
        raise NotImplementedError

    def find(self, sub: bytes | bytearray | memoryview, start: int = 0, /) -> int:
        """Return where `sub` begins for the first time at or after `start`, or -1.

        >>> ring = RingBuffer(16)
        >>> ring.write(b"key: value, ")
        12
        >>> ring.find(b", ")
        10
        """
        raise NotImplementedError

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
        raise NotImplementedError

    def advance(self, size: int, /) -> None:
        """Remove the oldest `size` bytes.

        Raises:
            ValueError: `size` is below 0, or more than wait.
            BufferError: a view from `peek` is in use.
        """
        raise NotImplementedError

    def get_buffer(self, sizehint: int, /) -> memoryview:
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
        raise NotImplementedError

    def buffer_updated(self, nbytes: int, /) -> None:
        """Add the first `nbytes` bytes of the window, and end it.

        Raises:
            ValueError: `nbytes` is below 0, or more than the window has.
        """
        raise NotImplementedError

    def resize(self, capacity: int, /) -> None:
        """Change the capacity, and keep the bytes that wait.

        Raises:
            ValueError: `capacity` is below 1, or less than wait.
            BufferError: a view is in use.
        """
        raise NotImplementedError
