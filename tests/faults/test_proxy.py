"""The proxy does to bytes what it is told, and heals."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import pytest

from tests.faults.proxy import Proxy
from tests.waiting import until


class Broker:
    """Answers each line with the same in capitals, and keeps what it heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def serve(self) -> asyncio.Protocol:
        """Serve one connection."""
        return _Serving(self.heard)


class _Serving(asyncio.Protocol):
    def __init__(self, heard: list[bytes]) -> None:
        self._heard = heard
        self._begun = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer each line that is whole."""
        *lines, self._begun = (self._begun + data).split(b"\n")
        self._heard.extend(line + b"\n" for line in lines)
        for line in lines:
            self._transport.write(line.upper() + b"\n")


class Caller:
    """One connection through the proxy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, line: bytes) -> bytes:
        """Send a line; return the answer, empty where the connection ends."""
        self.writer.write(line)
        try:
            return await self.reader.readline()
        except ConnectionError:
            return b""

    async def hears_nothing(self) -> bool:
        """Tell whether no answer comes for a while."""
        try:
            async with asyncio.timeout(0.2):
                await self.reader.readexactly(1)
        except TimeoutError:
            return True
        return False


@pytest.fixture
def broker() -> Broker:
    """What stands behind the proxy."""
    return Broker()


@pytest.fixture
async def proxy(broker: Broker) -> AsyncIterator[Proxy]:
    """A proxy before it."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(broker.serve, "127.0.0.1", 0)
    async with server, Proxy() as proxy:
        proxy.target = server.sockets[0].getsockname()[1]
        yield proxy


Call = Callable[[], Awaitable[Caller]]


@pytest.fixture
async def call(proxy: Proxy) -> AsyncIterator[Call]:
    """Connects through the proxy."""
    callers: list[Caller] = []

    async def connect() -> Caller:
        callers.append(Caller(*await asyncio.open_connection("127.0.0.1", proxy.port)))
        return callers[-1]

    yield connect
    for caller in callers:
        caller.writer.transport.abort()
    await until(lambda: proxy.links == 0)
    for caller in callers:
        with contextlib.suppress(ConnectionError):
            await caller.writer.wait_closed()


async def test_it_passes(proxy: Proxy, broker: Broker, call: Call) -> None:
    """Untold, it passes everything both ways."""
    caller = await call()
    assert await caller.ask(b"one\n") == b"ONE\n"
    assert await caller.ask(b"x" * 50_000 + b"\n") == b"X" * 50_000 + b"\n"
    assert len(broker.heard) == 2
    caller.writer.close()
    await until(lambda: proxy.links == 0)


async def test_a_black_hole(proxy: Proxy, broker: Broker, call: Call) -> None:
    """Held, nothing passes, on old connections and new ones; healed, all of it comes, late."""
    old = await call()
    assert await old.ask(b"one\n") == b"ONE\n"
    proxy.hold()
    new = await call()
    for caller in (old, new):
        caller.writer.write(b"two\n")
        assert await caller.hears_nothing()
    assert broker.heard == [b"one\n"]
    await proxy.heal()
    for caller in (old, new):
        assert await caller.reader.readline() == b"TWO\n"


async def test_lost_replies(proxy: Proxy, broker: Broker, call: Call) -> None:
    """Swallowing, requests arrive and replies do not; healed, such a connection is reset."""
    caller = await call()
    proxy.swallow()
    caller.writer.write(b"one\n")
    assert await caller.hears_nothing()
    assert broker.heard == [b"one\n"]
    await proxy.heal()
    assert await caller.ask(b"two\n") == b""
    assert await (await call()).ask(b"three\n") == b"THREE\n"


async def test_late_replies(proxy: Proxy, call: Call) -> None:
    """Delayed, replies come late, all of them and in order."""
    caller = await call()
    proxy.delay = 0.4
    caller.writer.write(b"one\n")
    assert await caller.hears_nothing()
    caller.writer.write(b"two\n")
    assert await caller.reader.readline() == b"ONE\n"
    assert await caller.reader.readline() == b"TWO\n"


async def test_refusal(proxy: Proxy, call: Call) -> None:
    """Refusing, it resets what is there and takes no connection; healed, on the same port."""
    caller, port = await call(), proxy.port
    assert await caller.ask(b"one\n") == b"ONE\n"
    await proxy.refuse()
    assert await caller.ask(b"two\n") == b""
    with pytest.raises(ConnectionRefusedError):
        await call()
    await proxy.heal()
    assert proxy.port == port
    assert await (await call()).ask(b"three\n") == b"THREE\n"


async def test_resets_amid_a_request(proxy: Proxy, broker: Broker, call: Call) -> None:
    """One in one: each request is cut, none arrives whole, each connection is reset."""
    proxy.one_in(1)
    assert await (await call()).ask(b"one\n") == b""
    assert await (await call()).ask(b"two\n") == b""
    assert proxy.cut == 2
    assert all(not line.endswith(b"\n") for line in broker.heard)
    await proxy.heal()
    assert await (await call()).ask(b"three\n") == b"THREE\n"


async def test_the_choice_of_resets_is_seeded(proxy: Proxy) -> None:
    """The same seed cuts the same chunks."""
    picked = []
    for seed in (7, 7, 8):
        proxy.one_in(3, seed)
        picked.append([proxy.cuts() for _ in range(60)])
    assert picked[0] == picked[1] != picked[2]
    assert 5 < sum(picked[0]) < 40
