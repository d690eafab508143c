import io
import socket
import tracemalloc
from array import array

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from katas.buffers.ring_buffer import RingBuffer
from tests.interleave import PATIENCE

CAPACITY = 8
SHIFTS = range(CAPACITY + 1)


def ring_of(data, shift=0, capacity=CAPACITY):
    """A ring in which `data` waits, and `shift` bytes have passed through before."""
    ring = RingBuffer(capacity)
    ring.write(bytes(shift))
    ring.read()
    assert ring.write(data) == len(data)
    return ring


def fill(ring, data):
    """Add `data` through windows, and return how many it took."""
    windows = 0
    while data:
        with ring.get_buffer(-1) as window:
            assert len(window) > 0
            count = min(len(window), len(data))
            window[:count] = data[:count]
        ring.buffer_updated(count)
        data = data[count:]
        windows += 1
    return windows


# Rule 1: first in, first out


@pytest.mark.rule(1)
def test_what_was_written_is_read_in_order():
    ring = RingBuffer(CAPACITY)
    assert [ring.write(b"abc"), ring.write(b"de"), ring.write(b"")] == [3, 2, 0]
    assert (ring.read(), ring.read()) == (b"abcde", b"")


@pytest.mark.rule(1)
def test_a_ring_knows_its_capacity_and_how_many_bytes_wait():
    ring = RingBuffer(CAPACITY)
    assert (ring.capacity, len(ring)) == (CAPACITY, 0)
    ring.write(b"abc")
    assert (ring.capacity, len(ring)) == (CAPACITY, 3)
    ring.read(2)
    assert (ring.capacity, len(ring)) == (CAPACITY, 1)


@pytest.mark.rule(1)
def test_write_takes_what_there_is_room_for():
    ring = RingBuffer(CAPACITY)
    assert [ring.write(b"abcde"), ring.write(b"fghij"), ring.write(b"k")] == [5, 3, 0]
    assert ring.read() == b"abcdefgh"


@pytest.mark.rule(1)
@pytest.mark.parametrize("size", [0, 1, 4, 5, 6, 99, None, -1, -3])
def test_read_removes_as_many_as_it_is_asked_for(size):
    ring = ring_of(b"abcde")
    data = ring.read(size)
    count = 5 if size is None or size < 0 else min(size, 5)
    assert (type(data), data) == (bytes, b"abcde"[:count])
    assert len(ring) == 5 - count
    assert ring.read() == b"abcde"[count:]


@pytest.mark.rule(1)
def test_two_rings_share_nothing():
    one, other = ring_of(b"one"), ring_of(b"other")
    assert (one.read(), other.read()) == (b"one", b"other")


@pytest.mark.rule(1)
@pytest.mark.parametrize("capacity", [0, -1])
def test_a_capacity_below_one_is_refused(capacity):
    with pytest.raises(ValueError):
        RingBuffer(capacity)


# Rule 2: across the seam


@pytest.mark.rule(2)
def test_all_of_the_capacity_can_be_filled_wherever_it_begins():
    for shift in SHIFTS:
        ring = ring_of(b"abcdefgh", shift)
        assert (len(ring), ring.write(b"i")) == (CAPACITY, 0)
        assert ring.read() == b"abcdefgh"
        assert (len(ring), ring.read(), ring.write(b"i"), ring.read()) == (0, b"", 1, b"i")


@pytest.mark.rule(2)
@pytest.mark.parametrize("capacity", [1, 2, 3, 7])
def test_any_number_of_bytes_passes_through(capacity):
    ring, sent, received, at = RingBuffer(capacity), bytes(range(60)), b"", 0
    for step in range(60):
        at += ring.write(sent[at : at + 1 + step % 4])
        received += ring.read(step % 3)
        assert received == sent[: len(received)]
        assert len(ring) == at - len(received)
    assert received + ring.read() == sent[:at]


# Rule 3: bytes-like objects

DATA = {
    "bytes": b"abcdef",
    "bytearray": bytearray(b"abcdef"),
    "part of a view": memoryview(b"xabcdefx")[1:7],
    "array of shorts": array("H", b"abcdef"),
    "two dimensions": memoryview(b"abcdef").cast("B", (2, 3)),
}


@pytest.mark.rule(3)
@pytest.mark.parametrize("data", DATA.values(), ids=DATA.keys())
def test_the_bytes_of_data_count_and_not_its_items(data):
    ring = ring_of(b"", shift=5)
    assert ring.write(data) == 6
    assert (len(ring), ring.read()) == (6, b"abcdef")
    ring = RingBuffer(5)
    assert (ring.write(data), ring.read()) == (5, b"abcde")


@pytest.mark.rule(3)
@pytest.mark.parametrize("room", [0, 1, 5, 6, 7])
def test_readinto_fills_what_it_is_given_as_far_as_bytes_wait(room):
    for shift in SHIFTS:
        ring, target = ring_of(b"abcdef", shift), bytearray(b"." * room)
        assert ring.readinto(target) == min(room, 6)
        assert target == b"abcdef."[:room]
        assert ring.read() == b"abcdef"[room:]


@pytest.mark.rule(3)
def test_readinto_takes_every_writable_bytes_like_object():
    shorts, memory = array("H", bytes(6)), bytearray(b"........")
    assert ring_of(b"abcdef").readinto(shorts) == 6
    assert shorts.tobytes() == b"abcdef"
    assert ring_of(b"ghi").readinto(shorts) == 3
    assert shorts.tobytes() == b"ghidef"
    assert ring_of(b"abcdef").readinto(memoryview(memory)[2:6].cast("B", (2, 2))) == 4
    assert memory == b"..abcd.."


@pytest.mark.rule(3)
@pytest.mark.parametrize("data", ["abc", 3, None, [97, 98], b"read-only"], ids=repr)
def test_what_is_of_the_wrong_type_is_refused(data):
    ring = ring_of(b"ab")
    with pytest.raises(TypeError):
        ring.readinto(data)
    if data != b"read-only":
        with pytest.raises(TypeError):
            ring.write(data)
    assert (len(ring), ring.read()) == (2, b"ab")


@pytest.mark.rule(3)
def test_what_a_call_was_given_is_not_in_use_afterwards():
    ring, data, target = RingBuffer(CAPACITY), bytearray(b"abcde"), bytearray(2)
    ring.write(data)
    data.clear()
    ring.readinto(target)
    target.clear()
    memory = bytearray(3)
    read_only = memoryview(memory).toreadonly()
    # The error is kept, and with its traceback the frames of the call.
    with pytest.raises(TypeError) as error:
        ring.readinto(read_only)
    read_only.release()
    memory.clear()
    assert (len(error.traceback) > 0, ring.read()) == (True, b"cde")


# Rule 4: find


@pytest.mark.rule(4)
@pytest.mark.slow
@pytest.mark.parametrize("data", [b"", b"a", b"abcabcab", b"aaaabaaa"])
def test_find_returns_what_it_would_on_bytes(data):
    subs = {data[i:j] for i in range(9) for j in range(i, 9)} | {b"x", b"ba", b"aab", data + b"a"}
    for shift in SHIFTS:
        ring = ring_of(data, shift)
        for sub in subs:
            assert ring.find(sub) == data.find(sub), (sub, shift)
            for start in range(-10, 11, 1 + len(sub) // 4):
                assert ring.find(sub, start) == data.find(sub, start), (sub, start, shift)
        assert ring.read() == data


@pytest.mark.rule(4)
@pytest.mark.parametrize("sub", [b"f", b"fg", b"ha", b"gha", b"a"])
def test_find_sees_neither_what_was_read_nor_what_has_not_come(sub):
    ring = ring_of(b"abcdefgh")
    ring.read(6)
    assert (ring.find(sub), ring.find(b"gh")) == (-1, 0)


@pytest.mark.rule(4)
@pytest.mark.parametrize("kind", [bytearray, memoryview, lambda sub: array("H", sub)])
def test_find_takes_every_bytes_like_object(kind):
    for shift in SHIFTS:
        assert ring_of(b"abcdefgh", shift).find(kind(b"cdef")) == 2


# Rule 5: peek and advance


@pytest.mark.rule(5)
def test_peek_shows_the_oldest_bytes_and_removes_none():
    for shift in SHIFTS:
        ring = ring_of(b"abcdefgh", shift)
        for size in (-3, -1, *range(10)):
            limit = 8 if size < 0 else min(size, 8)
            with ring.peek(size) as view:
                assert bytes(view) == b"abcdefgh"[: len(view)]
                assert min(limit, 1) <= len(view) <= limit
            assert len(ring) == 8
        assert ring.read() == b"abcdefgh"


@pytest.mark.rule(5)
def test_two_views_at_most_show_all_that_waits():
    for shift in SHIFTS:
        ring, pieces = ring_of(b"abcdefg", shift), []
        while ring:
            with ring.peek() as view:
                pieces.append(bytes(view))
            assert len(pieces[-1]) > 0
            assert ring.advance(len(pieces[-1])) is None
        assert b"".join(pieces) == b"abcdefg"
        assert len(pieces) <= 2
        with ring.peek() as view:
            assert len(view) == 0


@pytest.mark.rule(5)
def test_the_view_is_of_bytes_and_read_only():
    with ring_of(b"abc").peek() as view:
        assert (type(view), view.format, view.ndim, view.readonly) == (memoryview, "B", 1, True)
        assert view[0] == ord("a")
        with pytest.raises(TypeError):
            view[0] = 0


@pytest.mark.rule(5)
def test_advance_removes_the_oldest_bytes():
    for shift in SHIFTS:
        ring = ring_of(b"abcdefgh", shift)
        ring.advance(0)
        ring.advance(3)
        assert len(ring) == 5
        ring.write(b"ij")
        ring.advance(2)
        assert ring.read() == b"fghij"


@pytest.mark.rule(5)
@pytest.mark.parametrize("size", [-1, 4, 8, 99])
def test_advance_refuses_more_than_wait_and_less_than_none(size):
    ring = ring_of(b"abc")
    with pytest.raises(ValueError):
        ring.advance(size)
    assert (len(ring), ring.read()) == (3, b"abc")


# Rule 6: windows


@pytest.mark.rule(6)
@pytest.mark.parametrize("sizehint", [-1, 0, 1, 1000])
def test_what_is_written_to_a_window_waits_once_the_ring_is_told(sizehint):
    ring = ring_of(b"abc")
    with ring.get_buffer(sizehint) as window:
        assert (type(window), window.format, window.ndim) == (memoryview, "B", 1)
        assert 1 <= len(window) <= 5
        assert io.BytesIO(b"d").readinto(window) == 1
        assert (len(ring), window[0]) == (3, ord("d"))
    assert ring.buffer_updated(1) is None
    assert (len(ring), ring.read()) == (4, b"abcd")


@pytest.mark.rule(6)
@pytest.mark.parametrize("waiting", [b"", b"ab", b"abcdefg"])
def test_two_windows_at_most_fill_all_of_the_capacity(waiting):
    for shift in SHIFTS:
        ring = ring_of(waiting, shift)
        assert fill(ring, b"abcdefgh"[len(waiting) :]) <= 2
        with pytest.raises(BufferError):
            ring.get_buffer(-1)
        assert ring.read() == b"abcdefgh"
        fill(ring, b"again")
        assert ring.read() == b"again"


@pytest.mark.rule(6)
def test_only_what_a_window_has_can_be_added():
    ring = RingBuffer(CAPACITY)
    ring.buffer_updated(0)
    with pytest.raises(ValueError):
        ring.buffer_updated(1)
    ring.write(b"abc")
    with ring.get_buffer(-1) as window:
        window[0:1] = b"d"
        size = len(window)
    for nbytes in (-1, size + 1, 99):
        with pytest.raises(ValueError):
            ring.buffer_updated(nbytes)
        assert len(ring) == 3
    ring.buffer_updated(1)
    assert ring.read() == b"abcd"


ENDS = {
    "told of bytes": (lambda ring: ring.buffer_updated(2), b"ab"),
    "told of none": (lambda ring: ring.buffer_updated(0), b""),
    "write": (lambda ring: ring.write(b"xy"), b"xy"),
}


@pytest.mark.rule(6)
@pytest.mark.parametrize(("end", "rest"), ENDS.values(), ids=ENDS.keys())
def test_a_window_ends(end, rest):
    ring = RingBuffer(CAPACITY)
    with ring.get_buffer(-1) as window:
        window[:4] = b"abcd"
    end(ring)
    with pytest.raises(ValueError):
        ring.buffer_updated(1)
    ring.buffer_updated(0)
    assert ring.read() == rest


@pytest.mark.rule(6)
def test_a_window_that_nobody_used_is_no_loss():
    ring = ring_of(b"abc")
    ring.get_buffer(-1).release()
    fill(ring, b"de")
    assert ring.read() == b"abcde"


@pytest.mark.rule(6)
@pytest.mark.parametrize("read", [2, 3])
def test_there_may_be_reading_while_a_window_is_filled(read):
    for shift in SHIFTS:
        ring = ring_of(b"abc", shift)
        with ring.get_buffer(-1) as window:
            assert ring.read(read) == b"abc"[:read]
            window[0:1] = b"d"
            ring.buffer_updated(1)
        assert ring.read() == b"abcd"[read:]


@pytest.mark.rule(6)
@pytest.mark.slow
def test_it_can_stand_behind_a_transport_of_asyncio():
    import asyncio  # here, as it is slow to import

    ring, received, sent = RingBuffer(CAPACITY), [], bytes(range(50))

    class Receiver(asyncio.BufferedProtocol):
        def __init__(self):
            self.lost = asyncio.get_running_loop().create_future()

        def get_buffer(self, sizehint):
            return ring.get_buffer(sizehint)

        def buffer_updated(self, nbytes):
            # The transport still holds the window.
            ring.buffer_updated(nbytes)
            received.append(ring.read(5))

        def connection_lost(self, exc):
            self.lost.set_result(exc)

    async def receive(connection):
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: None)  # connection_lost is told, too
        _, protocol = await loop.connect_accepted_socket(Receiver, connection)
        return await asyncio.wait_for(protocol.lost, PATIENCE)

    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(sent)
        if error := asyncio.run(receive(ours)):
            raise error
    assert b"".join(received) + ring.read() == sent


# Rule 7: memory

LARGE = 60_000
HALF = LARGE // 2
ZEROS = bytes(HALF)


def peak(call):
    """The bytes that were in use at a time during `call`, those of its result included."""
    tracemalloc.start()
    try:
        result = call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        del result


def use_a_window(ring):
    window = ring.get_buffer(-1)
    ring.buffer_updated(len(window))


CALLS = {
    "write bytes": lambda ring, data: ring.write(ZEROS),
    "write a bytearray": lambda ring, data: ring.write(data),
    "write a view": lambda ring, data: ring.write(memoryview(data)),
    "readinto": lambda ring, data: ring.readinto(data),
    "find": lambda ring, data: ring.find(b"not there"),
    "peek": lambda ring, data: ring.peek(),
    "advance": lambda ring, data: ring.advance(HALF),
    "get_buffer": lambda ring, data: ring.get_buffer(-1),
    "buffer_updated": lambda ring, data: use_a_window(ring),
}


@pytest.mark.rule(7)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("shift", [0, HALF + 10_000], ids=["in one piece", "across the seam"])
def test_nothing_is_copied_to_a_place_in_between(call, shift):
    ring, data = ring_of(ZEROS, shift, capacity=LARGE), bytearray(HALF)
    assert peak(lambda: call(ring, data)) < 15_000


@pytest.mark.rule(7)
@pytest.mark.parametrize("shift", [0, HALF + 10_000], ids=["in one piece", "across the seam"])
def test_read_asks_for_the_memory_of_its_result_only(shift):
    ring = ring_of(ZEROS, shift, capacity=LARGE)
    assert peak(lambda: ring.read(25_000)) < 35_000


# Rule 8: views in use

MADE_OF_A_VIEW = {
    "the view": lambda view: view,
    "a part": lambda view: view[1:2],
    "a view of it": memoryview,
    "a cast": lambda view: view.cast("c"),
    "a part of a part": lambda view: view[1:][:1],
}


def kept(view, make):
    """What `make` makes of `view`, and the view itself released unless it is that."""
    made = make(view)
    if made is not view:
        view.release()
    return made


@pytest.mark.rule(8)
@pytest.mark.parametrize("make", MADE_OF_A_VIEW.values(), ids=MADE_OF_A_VIEW.keys())
def test_nothing_is_removed_while_a_view_is_in_use(make):
    ring, target = ring_of(b"abc"), bytearray(b".")
    made = kept(ring.peek(), make)
    for _ in range(2):
        with pytest.raises(BufferError):
            ring.read(1)
        with pytest.raises(BufferError):
            ring.readinto(target)
        with pytest.raises(BufferError):
            ring.advance(1)
        assert (len(ring), ring.find(b"abc"), target) == (3, 0, b".")
    made.release()
    ring.advance(1)
    assert ring.read() == b"bc"


@pytest.mark.rule(8)
@pytest.mark.parametrize("make", MADE_OF_A_VIEW.values(), ids=MADE_OF_A_VIEW.keys())
def test_nothing_is_put_into_room_while_a_window_is_in_use(make):
    ring = ring_of(b"abc")
    window = ring.get_buffer(-1)
    window[:2] = b"de"
    made = kept(window, make)
    for _ in range(2):
        with pytest.raises(BufferError):
            ring.write(b"z")
        with pytest.raises(BufferError):
            ring.get_buffer(-1)
        assert len(ring) == 3
    ring.buffer_updated(2)
    with pytest.raises(BufferError):
        ring.write(b"z")
    made.release()
    assert ring.write(b"f") == 1
    fill(ring, b"g")
    assert ring.read() == b"abcdefg"


@pytest.mark.rule(8)
def test_a_call_that_is_refused_does_not_hold_what_it_was_given():
    ring, data, target = ring_of(b"abc"), bytearray(b"de"), bytearray(2)
    with ring.get_buffer(-1), ring.peek():
        with pytest.raises(BufferError) as not_written:
            ring.write(data)
        data.clear()
        with pytest.raises(BufferError) as not_read:
            ring.readinto(target)
        target.clear()
    assert not_written.value is not not_read.value
    assert ring.read() == b"abc"


@pytest.mark.rule(8)
@pytest.mark.parametrize("order", [1, -1], ids=["oldest first", "newest first"])
def test_all_views_must_be_released(order):
    ring = ring_of(b"abc")
    for view in [ring.peek(1), ring.peek(), ring.peek(2)][::order]:
        with pytest.raises(BufferError):
            ring.advance(1)
        view.release()
    ring.advance(1)
    assert ring.read() == b"bc"


@pytest.mark.rule(8)
def test_a_view_that_is_gone_is_in_use_no_more():
    ring = ring_of(b"abc")
    view = ring.peek()
    with pytest.raises(BufferError):
        ring.read()
    del view
    assert ring.read() == b"abc"
    window = ring.get_buffer(-1)
    with pytest.raises(BufferError):
        ring.write(b"de")
    del window
    assert ring.write(b"de") == 2


@pytest.mark.rule(8)
def test_a_view_does_not_hinder_the_writer():
    for shift in SHIFTS:
        ring = ring_of(b"abc", shift)
        with ring.peek() as view:
            seen = bytes(view)
            assert ring.write(b"d") == 1
            fill(ring, b"efgh")
            assert bytes(view) == seen
        assert ring.read() == b"abcdefgh"


@pytest.mark.rule(8)
def test_a_window_does_not_hinder_the_reader():
    for shift in SHIFTS:
        ring, target = ring_of(b"abcdef", shift), bytearray(2)
        with ring.get_buffer(-1) as window:
            assert (ring.read(1), ring.find(b"cd"), ring.readinto(target)) == (b"a", 1, 2)
            ring.advance(1)
            with ring.peek(1) as view:
                assert bytes(view) == b"e"
            window[0:1] = b"g"
            ring.buffer_updated(1)
            assert ring.read(1) == b"e"
        assert (target, ring.read()) == (b"bc", b"fg")


@pytest.mark.rule(8)
@pytest.mark.parametrize("capacity", [5, 6, 8, 20])
def test_resize_keeps_the_bytes_that_wait(capacity):
    for shift in SHIFTS:
        ring = ring_of(b"abcde", shift)
        assert ring.resize(capacity) is None
        assert (ring.capacity, len(ring), ring.find(b"abcde")) == (capacity, 5, 0)
        assert ring.write(b"." * 99) == capacity - 5
        assert ring.read(6) == b"abcde."[:capacity]
        fill(ring, b"fgh")
        assert ring.read().endswith(b"fgh")


@pytest.mark.rule(8)
def test_resize_ends_a_window():
    ring = RingBuffer(CAPACITY)
    ring.get_buffer(-1).release()
    ring.resize(6)
    with pytest.raises(ValueError):
        ring.buffer_updated(1)
    assert len(ring) == 0


@pytest.mark.rule(8)
@pytest.mark.parametrize(("data", "capacity"), [(b"abcde", 4), (b"abcde", 0), (b"", 0), (b"", -1)])
def test_resize_refuses_a_capacity_that_does_not_do(data, capacity):
    ring = ring_of(data)
    with pytest.raises(ValueError):
        ring.resize(capacity)
    assert (ring.capacity, ring.read()) == (CAPACITY, data)


@pytest.mark.rule(8)
@pytest.mark.parametrize("capacity", [4, 20])
@pytest.mark.parametrize("side", ["peek", "get_buffer"])
def test_resize_moves_no_memory_from_under_a_view(side, capacity):
    ring = ring_of(b"abc", shift=4)
    part = kept(getattr(ring, side)(-1), lambda view: view[:1])
    with pytest.raises(BufferError):
        ring.resize(capacity)
    assert (ring.capacity, len(ring), ring.find(b"abc")) == (CAPACITY, 3, 0)
    part.release()
    ring.resize(capacity)
    assert (ring.capacity, ring.read()) == (capacity, b"abc")


# All rules: what a bytearray does that grows at its end and shrinks at its front


class LikeAByteArray(RuleBasedStateMachine):
    """The model is what waits; `view` and `window` are in use unless they are None."""

    data = st.binary(min_size=1, max_size=6)
    sizes = st.integers(1, 8)

    def __init__(self):
        super().__init__()
        self.ring, self.model, self.capacity = RingBuffer(5), bytearray(), 5
        self.view = self.window = None

    @invariant()
    def same_bytes(self):
        assert (len(self.ring), self.ring.capacity) == (len(self.model), self.capacity)
        assert self.ring.find(self.model) == 0
        assert self.view is None or self.view == self.model[: len(self.view)]

    def refused(self, call, *in_use):
        """Tell whether `call` is refused, as it must be if one of the views is in use."""
        if not any(view is not None for view in in_use):
            return False
        with pytest.raises(BufferError):
            call()
        return True

    @rule(data=data)
    def write(self, data):
        if not self.refused(lambda: self.ring.write(data), self.window):
            count = min(len(data), self.capacity - len(self.model))
            assert self.ring.write(data) == count
            self.model += data[:count]

    @rule(size=sizes)
    def read(self, size):
        if not self.refused(lambda: self.ring.read(size), self.view):
            assert self.ring.read(size) == self.model[:size]
            del self.model[:size]

    @rule(size=sizes)
    def readinto(self, size):
        target = bytearray(size)
        if not self.refused(lambda: self.ring.readinto(target), self.view):
            count = self.ring.readinto(target)
            assert target[:count] == self.model[:size]
            del self.model[:size]

    @precondition(lambda self: self.view is None and self.model)
    @rule(size=sizes)
    def peek(self, size):
        self.view = self.ring.peek(size)
        assert len(self.view) > 0

    @precondition(lambda self: self.view is not None)
    @rule(is_advancing=st.booleans())
    def release(self, is_advancing):
        size = len(self.view) * is_advancing
        self.view.release()
        self.view = None
        self.ring.advance(size)
        del self.model[:size]

    @rule()
    def get_buffer(self):
        is_full = True if len(self.model) == self.capacity else None
        if not self.refused(lambda: self.ring.get_buffer(-1), self.window, is_full):
            self.window = self.ring.get_buffer(-1)

    @precondition(lambda self: self.window is not None)
    @rule(data=data)
    def buffer_updated(self, data):
        data = data[: len(self.window)]
        self.window[: len(data)] = data
        self.ring.buffer_updated(len(data))
        self.window.release()
        self.window = None
        self.model += data

    @rule(more=st.integers(0, 4))
    def resize(self, more):
        capacity = len(self.model) + more
        if capacity in (0, self.capacity):
            return
        if not self.refused(lambda: self.ring.resize(capacity), self.view, self.window):
            self.ring.resize(capacity)
            self.capacity = capacity

    @rule(sub=st.binary(max_size=2), start=st.integers(-9, 9))
    def find(self, sub, start):
        assert self.ring.find(sub, start) == self.model.find(sub, start)


LikeAByteArray.TestCase.settings = settings(max_examples=25, stateful_step_count=15)
TestLikeAByteArray = pytest.mark.rule(8)(LikeAByteArray.TestCase)
