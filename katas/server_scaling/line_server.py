r"""Write a server that stays up, whatever its clients do.

In the manner of memcached's text protocol, on top of asyncio; its parameters are those of
`asyncio.start_server`, with limits as gunicorn, hypercorn and memcached have them.  Everything
that a client can make a server hold (lines, answers, connections, time) needs a bound.

All time is that of the running event loop (`loop.time`, `loop.call_later`, `asyncio.timeout`, …).

Rules
    1. `await start_line_server(handler, host, port)` listens and returns a
       `LineServer`.  A line ends with `\n` or `\r\n`.  For each, without that
       end, `await handler(line)` gives the answer, which is sent with `\r\n`
       behind it.  Lines of one connection are handled one after the other, in
       their order; connections don't wait for one another's handlers.  A
       client that has closed its sending side still gets its answers, then the
       connection is closed.  What is left without an end is no line.
    2. A line of more than `limit` bytes, its end not counted, is not handled.
       It is answered with `CLIENT_ERROR line too long`, after the answers to
       the lines before it, and the connection is closed.  This happens at
       the latest when `limit + 2` bytes have come without an end.
    3. Of more than `max_connections` connections at a time, each further one is
       answered with `SERVER_ERROR too many connections` and closed at once.  A
       connection that has ended, however it ended, makes room, and nothing of
       it is kept.  A limit below 1 (also rule 2's) or an `idle_timeout` that is
       not above 0 is a `ValueError`, and nothing is opened.
    4. A connection is closed if no whole line has come for `idle_timeout`
       seconds, from its beginning or from its last answer.  Single bytes don't
       renew the time, and the handler's time doesn't count.  It is closed also
       if the client has not taken an answer after as many seconds.  None
       means no such limit.
    5. The handler is not called for the next line of a connection before the
       operating system has taken the whole answer to the last one.  While a
       client's lines wait, the server soon stops reading from it.  Neither a
       client that doesn't read nor one that sends many lines at once keeps
       others waiting.
    6. An `Exception` of the handler is logged with its traceback (`logging`), an
       answer that is not `bytes` is logged, too.  The client is answered with
       `SERVER_ERROR` and no more; the connection goes on.  A client that goes
       away at any moment ends its own connection only, and that is no error.
    7. `await server.shutdown(graceful_timeout)` stops listening and closes
       the connections that wait for a line, both at once.  A line whose handler
       has begun is answered, and its connection closed; no other handler
       begins.  What has not ended after `graceful_timeout` seconds is cancelled
       and closed, with whatever was not sent.  The result is the number of
       connections that this happened to.  Afterwards nothing is left open and
       no task runs.  Calling it again is harmless.
    8. `server.stats()` returns a `Stats`, which later events don't change:
       connections that are open now, and all those that were admitted, rejected
       (rule 3) and closed for their time (rule 4); lines that were too long
       (rule 2), calls of the handler, and errors of the handler (rule 6).

Left out
    TLS, UDP, memcached's commands, more than one process, and clients that
    send on after they have been refused: the system may then drop the answer
    that tells them so.
"""

import socket
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

Handler = Callable[[bytes], Awaitable[bytes]]


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

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """The sockets on which the server listens; none after a shutdown."""
        raise NotImplementedError

    def stats(self) -> Stats:
        """Return the counts as they are now."""
        raise NotImplementedError

    async def shutdown(self, graceful_timeout: float) -> int:
        """Stop listening, let what has begun end, and return how many connections were cut off."""
        raise NotImplementedError


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
    raise NotImplementedError
