"""Server: the public listener starts, serves, retires and stops."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop
from aiohttp.http_parser import HttpRequestParserPy

from gateway.ingress import server
from gateway.ingress.server import IngressServer, Limits, SlowParserError
from gateway.metrics.telemetry import Telemetry
from tests.ingress.fakes import FakeIntake, listening, post


async def test_an_address_in_use_is_an_oserror() -> None:
    """What cannot be bound is said by the system's own error, which names the address."""
    async with listening() as first, listening() as second:
        with pytest.raises(OSError, match=str(first.port)):
            await second.server.start("127.0.0.1", first.port)


async def test_a_retired_listener_serves_on_and_ends_each_connection() -> None:
    """Before it stops listening, each answer asks its sender to connect anew, elsewhere."""
    async with listening() as gateway:
        sender = await gateway.connect()
        await sender.send(post())
        assert not (await sender.answer()).closes
        gateway.server.retire()
        await sender.send(post())
        answer = await sender.answer()
        assert (answer.status, answer.closes) == (202, True)
        assert await sender.rest() == b""
        assert (await gateway.exchange(post())).status == 202


async def test_a_stopped_listener_serves_who_is_connected() -> None:
    """No new connection is taken, and those that are open are served to their next answer."""
    async with listening() as gateway:
        sender = await gateway.connect()
        await sender.send(post())
        await sender.answer()
        gateway.server.stop_listening()
        with pytest.raises(ConnectionError):
            await gateway.connect()
        await sender.send(post())
        assert (await sender.answer()).closes


@pytest.mark.parametrize("loop", [asyncio.run, uvloop.run])
def test_what_only_the_kernel_has_accepted_is_answered(
    loop: Callable[[Coroutine[Any, Any, None]], None],
) -> None:
    """Requests written to connections that the listener did not come to are served all the same."""

    async def story() -> None:
        async with listening() as gateway:
            senders = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(20)]
            for sender in senders:  # the loop has not turned since they connected
                sender.sendall(post())
            assert await gateway.server.drain(5) == 0
            for sender in senders:
                with sender:
                    assert sender.recv(65_536).startswith(b"HTTP/1.1 202 ")

    loop(story())


async def test_a_drain_may_be_asked_for_twice_and_before_the_start() -> None:
    """Leaving is idempotent."""
    telemetry = Telemetry(topics=[], webhooks={})
    never = IngressServer(FakeIntake(), telemetry, unready=lambda: None, limits=Limits())
    assert await never.drain(1) == 0
    async with listening() as gateway:
        assert await gateway.server.drain(1) == 0
        assert await gateway.server.drain(0) == 0


def test_the_python_parser_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without aiohttp's C parser nothing is served, and the error says what to do."""
    monkeypatch.setattr(server, "HttpRequestParser", HttpRequestParserPy)
    telemetry = Telemetry(topics=[], webhooks={})
    with pytest.raises(SlowParserError, match="reinstall"):
        IngressServer(FakeIntake(), telemetry, unready=lambda: None, limits=Limits())


def test_uvloop_serves_the_same() -> None:
    """On the loop that `serve` uses: answers, half-close, malformed HTTP, drain."""

    async def story() -> None:
        async with listening() as gateway:
            assert (await gateway.exchange(post())).status == 202
            sender = await gateway.connect()
            await sender.send(post())
            sender.writer.write_eof()
            assert (await sender.answer()).status == 202
            assert (await gateway.exchange(b"junk\r\n\r\n")).status == 400
            await gateway.connect()

    uvloop.run(story())
