"""Callbacks instead of streams: a protocol that is told what happens.

Idea
    Each connection is an `asyncio.Protocol` with a buffer of its own.  `_pump`
    is called after every event and begins the next line if nothing forbids it:
    a handler that runs, an answer that waits, a server that closes.  A task
    exists only while a handler runs, so idle connections cost no task, and
    there is nothing to cancel when the server shuts down.

Trade-off
    Less memory and fewer turns of the loop for many idle connections.  But what
    a coroutine says by its place in the code is state here, and each callback
    must leave it right.  One would choose it for a protocol library, or where
    measurements ask for it.
"""

# ruff: noqa: SLF001 - the classes of this module are one piece

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast

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
        self._connections: dict[_Connection, asyncio.Future[None]] = {}
        self._closing = False
        self._counts = dict.fromkeys(Stats._fields, 0)

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """The sockets on which the server listens; none after a shutdown."""
        return self._server.sockets

    def stats(self) -> Stats:
        """Return the counts as they are now."""
        return Stats(**{**self._counts, "curr_connections": len(self._connections)})

    async def shutdown(self, graceful_timeout: float) -> int:
        """Stop listening, let what has begun end, and return how many connections were cut off."""
        self._closing = True
        self._server.close()
        waiting = [each for each in self._connections if not each.is_at_work()]
        late = [each for each in self._connections if each.is_at_work()]
        for connection in waiting:
            connection.transport.close()
        await self._gone(waiting, None)
        late = await self._gone(late, graceful_timeout)
        for connection in late:
            connection.cut_off()
        await self._gone(late, None)
        return len(late)

    async def _gone(
        self, connections: "list[_Connection]", seconds: float | None
    ) -> "list[_Connection]":
        """Wait for the end of these connections, and return those that are still there."""
        if ends := [self._connections[each] for each in connections if each in self._connections]:
            await asyncio.wait(ends, timeout=seconds)
        return [each for each in connections if each in self._connections]


class _Connection(asyncio.Protocol):
    """One client: its buffer, its timer, and the handler that runs for it."""

    def __init__(self, server: LineServer) -> None:
        self._server = server
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._blocked = self._ended = self._lost = False

    def is_at_work(self) -> bool:
        return self._task is not None or self._blocked

    def cut_off(self) -> None:
        self.transport.abort()
        if self._task:
            self._task.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        server = self._server
        if server._closing:  # it was accepted before
            self.transport.close()
            return
        if len(server._connections) >= server._max_connections:
            server._counts["rejected_connections"] += 1
            self._refuse(b"SERVER_ERROR too many connections\r\n")
            return
        server._counts["total_connections"] += 1
        server._connections[self] = asyncio.get_running_loop().create_future()
        self.transport.set_write_buffer_limits(high=0)
        self._watch()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._pump()

    def eof_received(self) -> bool:
        self._ended = True
        self._pump()
        return True

    def pause_writing(self) -> None:
        self._blocked = True

    def resume_writing(self) -> None:
        self._blocked = False
        self._watch()
        self._soon()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._lost = True
        self._watch(on=False)
        self._leave()

    def _pump(self) -> None:
        """Begin the next line, if there is one and nothing forbids it."""
        if self.is_at_work() or self.transport.is_closing():
            if len(self._buffer) > self._server._limit + 2:
                self.transport.pause_reading()
            return
        if self._server._closing:
            self.transport.close()
            return
        end = self._buffer.find(b"\n")
        has_cr = self._buffer[max(end - 1, 0) : max(end, 0)] == b"\r"
        size = end - has_cr if end >= 0 else len(self._buffer) - 1
        if size > self._server._limit:
            self._server._counts["too_long"] += 1
            self._refuse(b"CLIENT_ERROR line too long\r\n")
        elif end >= 0:
            line = bytes(self._buffer[:size])
            del self._buffer[: end + 1]
            self._watch(on=False)
            self._task = asyncio.create_task(self._answer(line))
            self._task.add_done_callback(self._answered)
        elif self._ended:
            self.transport.close()
        else:
            self.transport.resume_reading()

    async def _answer(self, line: bytes) -> None:
        counts = self._server._counts
        counts["lines"] += 1
        try:
            answer = await self._server._handler(line)
            if not isinstance(answer, bytes):
                raise TypeError(f"not bytes: {answer!r}")  # noqa: TRY301 - logged as the others
        except Exception:  # noqa: BLE001 - whatever it is, it must not end the connection
            _log.exception("the handler failed")
            counts["errors"] += 1
            answer = b"SERVER_ERROR"
        if not self._lost:
            self.transport.write(answer + b"\r\n")

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if self._lost:
            self._leave()
        elif task.cancelled():
            self.transport.abort()
        else:
            self._watch()
            self._soon()

    def _soon(self) -> None:
        """Look for the next line when the other connections have had their turn."""
        asyncio.get_running_loop().call_soon(self._pump)

    def _watch(self, *, on: bool = True) -> None:
        """Start the time anew, or stop it."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if on and self._server._idle_timeout is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._server._idle_timeout, self._kick)

    def _kick(self) -> None:
        self._server._counts["idle_kicks"] += 1
        self.transport.abort()

    def _refuse(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()

    def _leave(self) -> None:
        if self._task is None and self in self._server._connections:
            self._server._connections.pop(self).set_result(None)


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
    loop = asyncio.get_running_loop()
    server._server = await loop.create_server(lambda: _Connection(server), host, port, **kwds)
    return server
