"""Turns of the loop: calls, timers and tasks."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

ORIGINAL = SimpleNamespace(EventLoop=asyncio.SelectorEventLoop)
SIZES = (10, 1_000)


def tasks(kata: Any, size: int) -> Callable[[], object]:
    """As many tasks as the size, each of which goes on ten times."""

    async def wait() -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(*[wait() for _ in range(size)])

    def run() -> None:
        loop = kata.EventLoop()
        loop.run_until_complete(main())
        loop.close()

    return run


def timers(kata: Any, size: int) -> Callable[[], object]:
    """As many timers as the size, all of which are cancelled."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for handle in [loop.call_later(3600, print) for _ in range(size)]:
            handle.cancel()

    def run() -> None:
        loop = kata.EventLoop()
        loop.run_until_complete(main())
        loop.close()

    return run
