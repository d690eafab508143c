"""Answering lines over loopback: sent at once by one client, and by clients in turn."""

import asyncio
import atexit
import socket
from collections.abc import Callable
from typing import Any

SIZES = (10, 250)


def _running(kata: Any) -> tuple[asyncio.Runner, tuple[str, int]]:
    async def echo(line: bytes) -> bytes:
        return line

    runner = asyncio.Runner()
    server = runner.run(kata.start_line_server(echo, "127.0.0.1", 0, backlog=1024))

    def end() -> None:
        runner.run(server.shutdown(1.0))
        runner.close()

    atexit.register(end)
    return runner, server.sockets[0].getsockname()


def _client(address: tuple[str, int]) -> socket.socket:
    client = socket.create_connection(address)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.setblocking(False)
    atexit.register(client.close)
    return client


async def _ask(client: socket.socket, lines: bytes) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, lines)
    answers = lines.count(b"\n")
    while answers:
        answers -= (await loop.sock_recv(client, 2**16)).count(b"\n")


def pipelining(kata: Any, size: int) -> Callable[[], object]:
    """As many lines as the size, sent by one client at once."""
    runner, address = _running(kata)
    client = _client(address)
    return lambda: runner.run(_ask(client, b"get some key\r\n" * size))


def taking_turns(kata: Any, size: int) -> Callable[[], object]:
    """Ten lines, one after the other, beside as many idle clients as the size."""
    runner, address = _running(kata)
    idle = [_client(address) for _ in range(size)]

    async def run() -> None:
        for client in idle[:10]:
            await _ask(client, b"get some key\r\n")

    return lambda: runner.run(run())
