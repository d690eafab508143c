import asyncio
import contextlib
import functools
import gc
import inspect
import select
import socket
import struct
import threading
import unittest

import pytest

from katas.server_scaling.line_server import start_line_server

# Real seconds that a whole test may take; it needs some hundredths of one.  To wait in vain takes
# processor time, too, and the runner ends a test after five seconds of it.
PATIENCE = 3.0
# More than the buffers of the system hold here, and less than the 64 KiB of a transport.
BIG = b"x" * 60_000
REFUSED = b"SERVER_ERROR too many connections\r\n"
TOO_LONG = b"CLIENT_ERROR line too long\r\n"

# A wrong server leaves connections open; its own test says so, and not the next one.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


class StillLoop(asyncio.SelectorEventLoop):
    """A loop whose time moves only when a test moves it."""

    now = 1000.0

    def __init__(self):
        super().__init__()
        self.servers, self.on_exit, self.problems = [], contextlib.ExitStack(), []
        self.waits_for = "the server to start"
        self.set_exception_handler(lambda _, context: self.problems.append(context))

    def time(self):
        return self.now


async def in_still_loop(test, args):
    loop = asyncio.get_running_loop()
    tests_own = asyncio.all_tasks()
    with loop.on_exit:
        await test(**args)
        for server in loop.servers:
            await server.shutdown(0)
    await until(lambda: asyncio.all_tasks() == tests_own, "the server's tasks to end")
    assert loop.problems == []


def rule(number):
    """Make a test of a coroutine function: it runs in a StillLoop, with a limit of real time."""

    def decorate(test):
        @pytest.mark.rule(number)
        @functools.wraps(test)
        def run(**args):
            with asyncio.Runner(loop_factory=StillLoop) as runner:
                loop = runner.get_loop()
                task = loop.create_task(in_still_loop(test, args))
                watchdog = threading.Timer(PATIENCE, loop.call_soon_threadsafe, [task.cancel])
                watchdog.start()
                try:
                    loop.run_until_complete(task)
                except asyncio.CancelledError:
                    pytest.fail(f"waited in vain for {loop.waits_for}")
                finally:
                    watchdog.cancel()
                    watchdog.join()

        return run

    return decorate


async def until(condition, what):
    asyncio.get_running_loop().waits_for = what
    while not condition():  # noqa: ASYNC110 - the server knows of no event of ours
        await asyncio.sleep(0)


async def settle():
    """Give the server all the turns that it can need to get to where it waits."""
    for _ in range(50):
        await asyncio.sleep(0)


async def after(seconds):
    """Move the time, once the server waits."""
    await settle()
    asyncio.get_running_loop().now += seconds
    await settle()


class Client:
    """A client that reads only when it is asked to, through buffers of known size."""

    def __init__(self):
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**13)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**16)
        self.sock.setblocking(False)
        self.received = b""

    async def send(self, data):
        loop = asyncio.get_running_loop()
        loop.waits_for = f"the server to read {data[:20]!r}"
        await loop.sock_sendall(self.sock, data)

    async def _receive(self, enough, what):
        loop = asyncio.get_running_loop()
        loop.waits_for = what
        with contextlib.suppress(ConnectionResetError):
            while not enough() and (data := await loop.sock_recv(self.sock, 2**18)):
                self.received += data

    async def line(self):
        await self._receive(lambda: b"\n" in self.received, "an answer")
        line, end, self.received = self.received.partition(b"\n")
        return line + end

    async def rest(self):
        await self._receive(lambda: False, "the end of the connection")
        return self.received

    async def ask(self, line):
        await self.send(line + b"\n")
        return await self.line()

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Gate:
    """A handler that notes its calls and answers when its gate is open."""

    def __init__(self, closed_for):
        self.lines, self.cancelled, self.closed_for = [], [], closed_for
        self.open = asyncio.Event()

    async def __call__(self, line):
        self.lines.append(line)
        if line in self.closed_for:
            try:
                await self.open.wait()
            except asyncio.CancelledError:
                await settle()
                self.cancelled.append(line)
                raise
        return BIG if line == b"big" else b"<" + line + b">"

    async def take(self, client, data):
        """Wait until the handler has the first line of what the client sends."""
        await client.send(data)
        line = data.split(b"\n")[0]
        await until(lambda: line in self.lines, f"the handler's call for {line!r}")


async def serve(handler, **options):
    listener = socket.socket()
    # Accepted connections inherit these.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**13)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
    listener.bind(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    loop.on_exit.callback(listener.close)
    server = await start_line_server(handler, sock=listener, **options)
    loop.servers.append(server)
    return server


async def connect(server):
    client, loop = Client(), asyncio.get_running_loop()
    loop.on_exit.callback(client.sock.close)
    await loop.sock_connect(client.sock, server.sockets[0].getsockname())
    return client


async def start(*closed_for, clients=1, **options):
    """A gate, its server, and clients that are connected to it."""
    gate = Gate(closed_for)
    server = await serve(gate, **options)
    connected = [await connect(server) for _ in range(clients)]
    await connections(server, clients)
    return gate, server, *connected


async def connections(server, count):
    await until(lambda: server.stats().curr_connections == count, f"{count} open connections")


@pytest.mark.parametrize("line", [b"get a", b"", b" a\rb ", b"\xff"])
@rule(1)
async def test_a_line_is_answered_however_it_is_cut_into_packets(line):
    gate, _, client = await start()
    for end in (b"\n", b"\r\n"):
        for piece in (line[:1], line[1:] + end[:1], end[1:] + line + end):
            await client.send(piece)
            await settle()
        assert [await client.line() for _ in "ab"] == [b"<" + line + b">\r\n"] * 2
    assert gate.lines == [line] * 4


@rule(1)
async def test_only_one_carriage_return_belongs_to_the_end():
    _, _, client = await start()
    await client.send(b"a\r\r\n\r\r\n")
    assert await client.line() + await client.line() == b"<a\r>\r\n<\r>\r\n"


@rule(1)
async def test_it_listens_where_it_is_told_to():
    server = await start_line_server(Gate(()), "127.0.0.1", 0)
    asyncio.get_running_loop().servers.append(server)
    host, port = server.sockets[0].getsockname()
    assert (host, await (await connect(server)).ask(b"a")) == ("127.0.0.1", b"<a>\r\n")
    with pytest.raises(OSError):  # in use
        await start_line_server(Gate(()), "127.0.0.1", port)


@rule(1)
async def test_only_lines_of_one_connection_wait_for_one_another():
    gate, _, client, other = await start(b"a", clients=2)
    await gate.take(client, b"a\nb\nc\n")
    await settle()
    assert gate.lines == [b"a"]
    assert await other.ask(b"x") == b"<x>\r\n"
    gate.open.set()
    assert [await client.line() for _ in "abc"] == [b"<a>\r\n", b"<b>\r\n", b"<c>\r\n"]


@rule(1)
async def test_who_has_sent_all_gets_all_answers():
    gate, _, client = await start(b"a")
    await client.send(b"a\nb\nno line")
    client.sock.shutdown(socket.SHUT_WR)
    await settle()
    gate.open.set()
    assert (await client.rest(), gate.lines) == (b"<a>\r\n<b>\r\n", [b"a", b"b"])


@pytest.mark.parametrize(
    "line", [b"123456\n", b"123456\r\n", b"12345\r\r\n", b"1234567", b"1234567" * 100]
)
@rule(2)
async def test_a_line_of_limit_bytes_is_handled_and_a_longer_one_refused(line):
    gate, server, *clients, other = await start(clients=3, limit=5)
    for client in clients:
        await client.send(b"12345\n12345\r\n" + line)
        assert await client.rest() == b"<12345>\r\n" * 2 + TOO_LONG
    assert (gate.lines, server.stats().too_long) == ([b"12345"] * 4, 2)
    assert await other.ask(b"c") == b"<c>\r\n"


@rule(3)
async def test_a_connection_too_many_is_refused():
    _, server, *clients = await start(clients=2, max_connections=2)
    for count in (1, 2):
        assert await (await connect(server)).rest() == REFUSED
        assert server.stats()[:3] == (2, 2, count)
    assert [await each.ask(b"a") for each in clients] == [b"<a>\r\n"] * 2


@rule(3)
async def test_a_connection_too_many_is_closed_in_both_directions():
    _, server, _ = await start(max_connections=1)
    refused = await connect(server)
    assert await refused.rest() == REFUSED
    await refused.send(b"x")
    await settle()
    with pytest.raises(OSError):  # its system has answered with a reset
        refused.sock.send(b"x")


@rule(3)
async def test_a_connection_that_has_ended_makes_room():
    loop = asyncio.get_running_loop()
    _, server = await start(clients=0, max_connections=1, limit=5, idle_timeout=60)
    for end in (
        lambda client: client.sock.close(),
        lambda client: client.reset(),
        lambda client: client.sock.send(b"1234567"),
        lambda client: setattr(loop, "now", loop.now + 60),
    ):
        client = await connect(server)
        assert await client.ask(b"a") == b"<a>\r\n"
        await settle()
        end(client)
        await connections(server, 0)
    assert server.stats()[:3] == (0, 4, 0)
    gc.collect()
    tasks = [each for each in gc.get_objects() if isinstance(each, asyncio.Task)]
    assert not [each for each in tasks if each.get_loop() is loop and each.done()]


@rule(3)
async def test_limits_are_checked_and_have_defaults():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        for limits in ((0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, -1.5)):
            options = zip(("limit", "max_connections", "idle_timeout"), limits, strict=True)
            with pytest.raises(ValueError):
                await start_line_server(Gate(()), sock=listener, **dict(options))
        assert not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    parameters = inspect.signature(start_line_server).parameters.values()
    assert [each.default for each in parameters][3:6] == [2**16, 1024, 60]


@rule(4)
async def test_a_connection_on_which_no_whole_line_comes_is_closed():
    _, server, *clients = await start(clients=2, idle_timeout=60)
    for _ in range(3):
        await after(19)
        await clients[0].send(b"x")  # renews nothing
    assert server.stats().idle_kicks == 0
    await after(3)
    assert [await each.rest() for each in clients] == [b"", b""]
    assert server.stats().idle_kicks == 2


@rule(4)
async def test_the_time_begins_anew_with_each_answer():
    gate, server, client = await start(b"s", limit=1, max_connections=1, idle_timeout=0.5)
    for _ in range(3):
        await after(0.4)
        assert await client.ask(b"a") == b"<a>\r\n"
    await gate.take(client, b"s\n")
    await after(1000)
    gate.open.set()
    assert await client.line() == b"<s>\r\n"
    await after(0.4)
    assert await client.ask(b"b") == b"<b>\r\n"
    await after(0.5)
    assert (await client.rest(), server.stats().idle_kicks) == (b"", 1)


@pytest.mark.parametrize("size", [0, 4096])
@rule(4)
async def test_a_client_that_does_not_take_a_whole_answer_in_time_is_cut_off(size):
    gate, server, client = await start(idle_timeout=60)
    await gate.take(client, b"big\n")
    for _ in range(3):
        await after(19)
        client.sock.recv(size)  # renews nothing
    assert server.stats().curr_connections == 1
    await after(3)
    await connections(server, 0)
    assert server.stats().idle_kicks == 1
    assert len(await client.rest()) < len(BIG)


@rule(4)
async def test_without_a_limit_a_connection_may_be_idle_for_ever():
    gate, _, idle, slow = await start(clients=2, idle_timeout=None)
    await gate.take(slow, b"big\n")
    await after(1e6)
    assert await idle.ask(b"a") == b"<a>\r\n"
    assert await slow.line() == BIG + b"\r\n"


@rule(5)
async def test_one_answer_waits_at_most():
    gate, _, slow, other = await start(clients=2)
    await gate.take(slow, b"big\n" * 3)
    assert await other.ask(b"a") == b"<a>\r\n"
    await settle()
    assert gate.lines.count(b"big") == 1
    assert [await slow.line() for _ in range(3)] == [BIG + b"\r\n"] * 3


@rule(5)
async def test_what_a_client_sends_in_advance_is_not_hoarded():
    gate, _, client = await start(b"first", limit=100)
    await gate.take(client, b"first\n")
    sent, stopped = 0, False
    while sent < 2**22 and not stopped:
        try:
            sent += client.sock.send(b"x\n" * 2**15)
        except BlockingIOError:
            await settle()
            stopped = not select.select([], [client.sock], [], 0)[1]
    assert stopped, f"the server has read {sent} bytes, and goes on"
    client.reset()
    gate.open.set()


@rule(5)
async def test_a_client_that_sends_many_lines_does_not_keep_others_waiting():
    gate, _, many, one = await start(b"first", clients=2)
    await gate.take(many, b"first\n" + b"x\n" * 500)
    await settle()
    await one.send(b"one\n")
    gate.open.set()
    assert await one.line() == b"<one>\r\n"
    await until(lambda: len(gate.lines) == 502, "all lines to be handled")
    assert gate.lines[-1] == b"x"


ERRORS = [ArithmeticError, TimeoutError, ConnectionError, EOFError]
NOT_BYTES = [pytest.param(each, id=type(each).__name__) for each in ("a", bytearray(b"a"), None)]


@pytest.mark.parametrize("bad", ERRORS + NOT_BYTES)
@rule(6)
async def test_an_error_of_the_handler_is_answered_and_logged(bad):
    async def handler(line):
        if line == b"bad" and bad in ERRORS:
            raise bad("a secret")
        return bad if line == b"bad" else line

    server = await serve(handler)
    client = await connect(server)
    await client.send(b"a\nbad\nb\nbad\nc\n")
    with unittest.TestCase().assertLogs() as logs:
        answers = [await client.line() for _ in range(5)]
    failed = b"SERVER_ERROR\r\n"
    assert answers == [b"a\r\n", failed, b"b\r\n", failed, b"c\r\n"]
    assert (server.stats().errors, server.stats().lines) == (2, 5)
    logged = [record.exc_info and record.exc_info[0] for record in logs.records]
    assert logged == [bad, bad] if bad in ERRORS else len(logged) == 2


@pytest.mark.parametrize("sent", [b"", b"half a line", b"slow\n", b"slow\nmore\n", b"big\n"])
@rule(6)
async def test_a_client_that_goes_away_ends_its_own_connection_only(sent):
    gate, server, client, other = await start(b"slow", clients=2)
    with unittest.TestCase().assertNoLogs(level="ERROR"):
        await client.send(sent)
        await settle()
        client.reset()
        await settle()
        gate.open.set()
        await connections(server, 1)
    assert await other.ask(b"a") == b"<a>\r\n"
    assert (server.stats().errors, server.stats().idle_kicks) == (0, 0)


async def shutting_down(server, graceful_timeout):
    """A shutdown that has done what it does at once."""
    task = asyncio.create_task(server.shutdown(graceful_timeout))
    await settle()
    return task


@pytest.mark.parametrize("graceful_timeout", [0, 30])
@rule(7)
async def test_a_shutdown_closes_what_waits_for_a_line_at_once(graceful_timeout):
    gate, server, fresh, used, halfway = await start(clients=3)
    await used.ask(b"a")
    await halfway.send(b"b")
    await settle()
    assert await (await shutting_down(server, graceful_timeout)) == 0
    assert [await each.rest() for each in (fresh, used, halfway)] == [b""] * 3
    assert (gate.lines, server.stats().curr_connections) == ([b"a"], 0)


@rule(7)
async def test_a_shutdown_lets_nobody_in_and_may_be_called_again():
    gate, server, client = await start(b"slow")
    address = server.sockets[0].getsockname()
    await gate.take(client, b"slow\n")
    tasks = [await shutting_down(server, 30) for _ in range(2)]
    with socket.socket() as late, pytest.raises(ConnectionRefusedError):
        late.connect(address)
    gate.open.set()
    assert [await task for task in tasks] == [0, 0]
    assert (await (await shutting_down(server, 30)), len(server.sockets)) == (0, 0)


@rule(7)
async def test_a_shutdown_closes_a_connection_that_has_just_begun():
    _, server, client = await start()
    assert await server.shutdown(30) == 0
    assert await client.rest() == b""


@pytest.mark.parametrize("turns", range(5))
@rule(7)
async def test_a_line_that_comes_at_the_same_moment_is_answered_if_it_is_handled(turns):
    gate, server, client = await start()
    await client.ask(b"a")
    await settle()
    await client.send(b"b\n")
    for _ in range(turns):
        await asyncio.sleep(0)
    assert await server.shutdown(30) == 0
    assert await client.rest() == (b"<b>\r\n" if b"b" in gate.lines else b"")


@rule(7)
async def test_what_has_begun_is_answered():
    gate, server, slow, big, idle = await start(b"slow", clients=3)
    await gate.take(slow, b"slow\nnot begun\n")
    await gate.take(big, b"big\nnot begun\n")
    task = await shutting_down(server, 30)
    assert await idle.rest() == b""  # without waiting for the others
    await after(29)
    assert not task.done()
    gate.open.set()
    assert await slow.rest() == b"<slow>\r\n"
    assert await big.rest() == BIG + b"\r\n"
    assert (await task, gate.lines) == (0, [b"slow", b"big"])


@rule(7)
async def test_handlers_that_have_not_ended_in_time_are_cancelled():
    gate, server, *clients = await start(b"one", b"two", clients=2)
    for client, line in zip(clients, [b"one\n", b"two\n"], strict=True):
        await gate.take(client, line)
    task = await shutting_down(server, 30)
    await after(29)
    assert (task.done(), gate.cancelled) == (False, [])
    await after(1)
    assert (await task, sorted(gate.cancelled)) == (2, [b"one", b"two"])
    assert [await each.rest() for each in clients] == [b"", b""]
    assert (server.stats().curr_connections, server.stats().errors) == (0, 0)


@rule(7)
async def test_after_a_shutdown_nothing_is_left():
    tests_own = asyncio.all_tasks()
    gate, server, slow, big, idle = await start(b"slow", clients=3, idle_timeout=None)
    await gate.take(slow, b"slow\n")
    await gate.take(big, b"big\n")
    await settle()
    # No turn of the loop comes between the end of the shutdown and the look at what is left.
    assert (await server.shutdown(0), asyncio.all_tasks() == tests_own) == (2, True)
    assert (slow.sock.recv(1), idle.sock.recv(1)) == (b"", b"")
    assert len(await big.rest()) < len(BIG)


@rule(8)
async def test_the_counts_tell_what_has_happened():
    gate, server, one, other = await start(b"slow", clients=2, max_connections=2, limit=5)
    old = server.stats()
    assert await (await connect(server)).rest() == REFUSED
    await other.send(b"123456\n")
    assert await other.rest() == TOO_LONG
    await connections(server, 1)
    await gate.take(one, b"slow\nnext\n")
    assert server.stats() == (1, 2, 1, 0, 1, 1, 0)
    gate.open.set()
    assert [await one.line() for _ in range(2)] == [b"<slow>\r\n", b"<next>\r\n"]
    assert server.stats().lines == 2
    assert tuple(old) == (2, 2, 0, 0, 0, 0, 0)
