"""Bytes on their way through a ring that is half as long as they are."""

from collections.abc import Callable
from typing import Any

SIZES = (1_000, 1_000_000)


def passing(kata: Any, size: int) -> Callable[[], object]:
    """As many bytes as the size, in and out in four pieces."""
    ring = kata.RingBuffer(size // 2)
    piece, target = bytes(size // 4), bytearray(size // 4)

    def run() -> None:
        for _ in range(4):
            ring.write(piece)
            ring.readinto(target)

    return run


def finding(kata: Any, size: int) -> Callable[[], object]:
    """The last of the bytes that wait, on both sides of the seam."""
    ring = kata.RingBuffer(size)
    ring.write(bytes(size // 2))
    ring.read()
    ring.write(bytes(size - 1) + b"x")
    return lambda: ring.find(b"x")
