"""One task for each connection, and a bound on everything that a client can make the server hold.

Idea
    A connection is always in one of four places, and each has its way out:

        wait for a line ──▶ handler ──▶ wait until the answer is taken ──▶ others' turn ─┐
          ▲  idle time       error         idle time                                     │
          └──────────────────────────────────────────────────────────────────────────────┘

    It holds at most the line that is being answered, one answer, and what the
    reader has taken in ahead.  The number of connections is bounded, too, so
    the product is what the server can need.

Why the write buffer's limit is 0
    `drain` waits only while more than the transport's high-water mark (64 KiB
    by default) is buffered.  With 0 it returns when the operating system has
    the whole answer, so at most one is held, and `close` has nothing to lose.

Why one clock for line and answer
    Who sends one byte a minute and who takes one byte a minute hold a place
    for nothing.  The timeout is for the whole line: bytes don't renew it.

Why a turn for others after each line
    Neither `readuntil` nor `drain` lets another task run unless it has to
    wait.  memcached, too, serves a number of commands and yields (`-R`).

Why refuse instead of not accepting
    A connection that is not accepted waits in the kernel's backlog, and its
    client waits with it, until it gives up and tries again.

Why shutdown cancels only tasks that wait for a line
    A handler may be half-way through a change.  It gets until the deadline.

In CPython
    `Server.close` leaves open connections alone.  `Server.wait_closed` waits
    for them since 3.12; up to 3.11 it returns at once after `close`.  Here
    the tasks of the connections are awaited instead.

Sources
    Lib/asyncio/streams.py, Lib/asyncio/base_events.py, memcached's doc/protocol.txt
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

Handler = Callable[[bytes], Awaitable[bytes]]

_log = logging.getLogger(__name__)


class Stats(NamedTuple):
    """What a server has counted since its start; `curr_connections` is of now."""

    curr_connections: int
    total_connections: int
    rejected_connections: int
    idle_kicks: int
    too_long: int
    lines: int
    errors: int


class LineServer:
    """A running server; `start_line_server` makes it."""

    def __init__(
        self, handler: Handler, limit: int, max_connections: int, idle_timeout: float | None
    ) -> None:
        self._handler = handler
        self._limit = limit
        self._max_connections = max_connections
        self._idle_timeout = idle_timeout
        self._server: asyncio.Server
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._waiting: set[asyncio.Task[None]] = set()
        self._closing = False
        self._total = self._rejected = self._idle_kicks = 0
        self._too_long = self._lines = self._errors = 0

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """The sockets on which the server listens; none after a shutdown."""
        return self._server.sockets

    def stats(self) -> Stats:
        """Return the counts as they are now."""
        return Stats(
            curr_connections=len(self._connections),
            total_connections=self._total,
            rejected_connections=self._rejected,
            idle_kicks=self._idle_kicks,
            too_long=self._too_long,
            lines=self._lines,
            errors=self._errors,
        )

    async def shutdown(self, graceful_timeout: float) -> int:
        """Stop listening, let what has begun end, and return how many connections were cut off."""
        self._closing = True
        self._server.close()
        for task in self._waiting:
            task.cancel()
        late: set[asyncio.Task[None]] = set()
        if self._connections:
            _, late = await asyncio.wait(self._connections, timeout=graceful_timeout)
        for task in late:
            # `close` would go on sending to a client that takes nothing.
            self._connections[task].transport.abort()
            task.cancel()
        if late:
            await asyncio.wait(late)
        return len(late)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= self._max_connections:
            self._rejected += 1
            writer.write(b"SERVER_ERROR too many connections\r\n")
            writer.close()
            return
        self._total += 1
        task = asyncio.create_task(self._serve(reader, writer))
        # The event loop itself holds its tasks by weak references only.
        self._connections[task] = writer
        task.add_done_callback(self._connections.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=0)
        try:
            while not self._closing:
                line = await self._next_line(reader)
                if line is None:
                    self._too_long += 1
                    await self._send(writer, b"CLIENT_ERROR line too long\r\n")
                    break
                await self._send(writer, await self._answer(line))
        except TimeoutError:
            self._idle_kicks += 1
            writer.transport.abort()
        except (asyncio.IncompleteReadError, OSError):
            pass  # the client has gone, which is its right
        finally:
            # The system has all answers, so there is nothing to wait for.
            writer.close()

    async def _next_line(self, reader: asyncio.StreamReader) -> bytes | None:
        """Return the next line, or None if it is too long."""
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        try:
            await asyncio.sleep(0)  # others' turn
            async with asyncio.timeout(self._idle_timeout):
                line = await reader.readuntil()
        except asyncio.LimitOverrunError:
            return None
        finally:
            self._waiting.discard(task)
        line = line[:-1].removesuffix(b"\r")
        return line if len(line) <= self._limit else None

    async def _answer(self, line: bytes) -> bytes:
        self._lines += 1
        try:
            answer = await self._handler(line)
            if not isinstance(answer, bytes):
                raise TypeError(f"not bytes: {answer!r}")  # noqa: TRY301 - logged as the others
            return answer + b"\r\n"
        except Exception:  # noqa: BLE001 - whatever it is, it must not end the connection
            # Not to the client: the text of an error may tell what is nobody's business.
            _log.exception("the handler failed")
            self._errors += 1
            return b"SERVER_ERROR\r\n"

    async def _send(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(answer)
        async with asyncio.timeout(self._idle_timeout):
            await writer.drain()


async def start_line_server(
    handler: Handler,
    host: str | None = None,
    port: int | None = None,
    *,
    limit: int = 2**16,
    max_connections: int = 1024,
    idle_timeout: float | None = 60.0,
    **kwds: Any,
) -> LineServer:
    r"""Start a server that answers each line with what `await handler(line)` returns.

    `**kwds` (such as `sock` and `backlog`) go to `loop.create_server`.

    >>> async def shout(line):
    ...     return line.upper()
    >>> async def main():
    ...     server = await start_line_server(shout, "127.0.0.1", 0)
    ...     reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    ...     writer.write(b"hello\n")
    ...     print(await reader.readline())
    ...     print(await server.shutdown(5.0))
    ...     writer.close()
    ...     await writer.wait_closed()
    >>> asyncio.run(main())
    b'HELLO\r\n'
    0

    Raises:
        ValueError: `limit` or `max_connections` is below 1, or `idle_timeout` is not above 0.
    """
    if min(limit, max_connections) < 1 or (idle_timeout is not None and idle_timeout <= 0):
        raise ValueError("limits must be positive")
    server = LineServer(handler, limit, max_connections, idle_timeout)
    # One more, for the "\r" that may stand before the "\n".
    server._server = await asyncio.start_server(  # noqa: SLF001 - the maker of the class
        server._connected,  # noqa: SLF001
        host,
        port,
        limit=limit + 1,
        **kwds,
    )
    return server
