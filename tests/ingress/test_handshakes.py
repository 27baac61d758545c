"""Handshakes: TLS on the public listener, and what stands at its door."""

import asyncio
import os
import resource
import socket
import ssl
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvloop

from gateway.config import listener_context
from gateway.ingress import handshakes
from tests.certificates import Authority
from tests.ingress.fakes import Listening, Sender, listening, post
from tests.waiting import until

HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64)  # the beginning of one

Loop = Callable[[Coroutine[Any, Any, None]], None]
both_loops = pytest.mark.parametrize("loop", [asyncio.run, uvloop.run])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Signs the listener's certificate and those of its friends."""
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def context(authority: Authority) -> ssl.SSLContext:
    """The listener's, asking senders for nothing."""
    return listener_context(*authority.sign("127.0.0.1"), None)


@pytest.fixture
def strict(authority: Authority) -> ssl.SSLContext:
    """The listener's, asking senders for a certificate of the same authority."""
    return listener_context(*authority.sign("127.0.0.1"), authority.file)


def endings(gateway: Listening) -> dict[str, float | None]:
    """Return how many handshakes ended in which way."""
    name = "cstar_gateway_tls_handshakes_total"
    results = ("done", "failed", "timeout", "evicted")
    return {result: gateway.value(name, result=result) for result in results}


def open_files() -> int:
    """Return how many files this process has open."""
    return len([*Path("/dev/fd").iterdir()])


@contextmanager
def no_file_left() -> Iterator[None]:
    """Let this process open no file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    fillers: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files() + 16, hard))
    try:
        with suppress(OSError):
            while True:
                fillers.append(os.dup(0))
        yield
    finally:
        for filler in fillers:
            os.close(filler)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@both_loops
def test_deliveries_are_taken_over_tls(
    loop: Loop, authority: Authority, context: ssl.SSLContext
) -> None:
    """The certificate is checked by the sender, TLS 1.3 is spoken, connections are kept."""

    async def story() -> None:
        async with listening(context) as gateway:
            sender = await gateway.connect(authority.trusting())
            for _ in range(2):
                await sender.send(post())
                assert (await sender.answer()).status == 202
            assert sender.writer.get_extra_info("ssl_object").version() == "TLSv1.3"
            assert endings(gateway)["done"] == 1

    loop(story())


@both_loops
def test_a_friend_is_let_in_and_a_stranger_is_not(
    loop: Loop, authority: Authority, strict: ssl.SSLContext, tmp_path: Path
) -> None:
    """Where senders must show a certificate, none and another authority's get no answer."""
    friend = authority.sign(common_name="cstar.example")
    stranger = Authority(tmp_path / "other").sign(common_name="cstar.example")

    async def story() -> None:
        async with listening(strict) as gateway:
            assert (await gateway.exchange(post(), tls=authority.trusting(friend))).status == 202
            for refused in (authority.trusting(), authority.trusting(stranger)):
                with pytest.raises((ConnectionError, ssl.SSLError, asyncio.IncompleteReadError)):
                    await gateway.exchange(post(), tls=refused)
            await until(lambda: endings(gateway)["failed"] == 2)
            assert len(gateway.intake.taken) == 1

    loop(story())


async def test_old_versions_are_refused(authority: Authority, context: ssl.SSLContext) -> None:
    """TLS 1.1 gets no further than its first words; TLS 1.2 is spoken."""
    async with listening(context) as gateway:
        old, good = authority.trusting(), authority.trusting()
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        good.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await gateway.connect(old)
        assert (await gateway.exchange(post(), tls=good)).status == 202


@both_loops
def test_plain_http_is_turned_away_and_harms_nobody(
    loop: Loop, authority: Authority, context: ssl.SSLContext
) -> None:
    """A sender who forgot the s is cut off, answered nothing, and counted."""

    async def story() -> None:
        async with listening(context) as gateway:
            plain = await gateway.connect()
            await plain.send(post())
            assert b"HTTP/1.1" not in await plain.rest()
            await until(lambda: endings(gateway)["failed"] == 1)
            assert (await gateway.exchange(post(), tls=authority.trusting())).status == 202

    loop(story())


@both_loops
@pytest.mark.parametrize("said", [b"", HELLO])
def test_a_handshake_does_not_last(
    loop: Loop, said: bytes, context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who connects and says nothing, or half of a hello, is cut off in time."""
    monkeypatch.setattr(handshakes, "_WITHIN", 0.2)

    async def story() -> None:
        async with listening(context) as gateway:
            mute = await gateway.connect()
            await mute.send(said)
            assert await mute.rest() == b""
            await until(lambda: endings(gateway)["timeout"] == 1)

    loop(story())


@both_loops
def test_the_mute_give_way_to_those_who_speak(
    loop: Loop, authority: Authority, context: ssl.SSLContext
) -> None:
    """Handshakes count as connections: the oldest is cut, and a delivery comes through."""

    async def story() -> None:
        async with listening(context, max_connections=8) as gateway:
            before = open_files()
            for _ in range(100):
                mute = socket.create_connection(("127.0.0.1", gateway.port))
                gateway.senders.append(Sender(*await asyncio.open_connection(sock=mute)))
            assert (await gateway.exchange(post(), tls=authority.trusting())).status == 202
            await until(lambda: (endings(gateway)["evicted"] or 0) >= 92)
            await until(lambda: open_files() - before <= 100 + 8)  # our own ends are files too

    loop(story())


@both_loops
def test_what_is_abandoned_half_way_leaves_nothing(loop: Loop, context: ssl.SSLContext) -> None:
    """Senders that leave in the middle of their hello leave no file, task or connection."""

    async def story() -> None:
        async with listening(context) as gateway:
            before = open_files(), len(asyncio.all_tasks())
            for turn in range(200):
                with socket.create_connection(("127.0.0.1", gateway.port)) as sender:
                    sender.sendall(HELLO[: turn % len(HELLO)])
                await asyncio.sleep(0)
            await until(lambda: endings(gateway)["failed"] == 200)
            await until(lambda: (open_files(), len(asyncio.all_tasks())) <= before)

    loop(story())


async def test_a_process_out_of_files_takes_connections_up_again(
    authority: Authority, context: ssl.SSLContext
) -> None:
    """Where no file is left to accept with, the listener waits rather than spins or ends."""
    async with listening(context) as gateway:
        waiting = [socket.socket() for _ in range(3)]
        with no_file_left():
            for sender in waiting:
                sender.connect(("127.0.0.1", gateway.port))
                sender.sendall(b"GET / HTTP/1.1\r\n\r\n")
            await asyncio.sleep(0.25)
            assert endings(gateway)["failed"] == 0
        await until(lambda: endings(gateway)["failed"] == 3)
        for sender in waiting:
            sender.close()
        assert (await gateway.exchange(post(), tls=authority.trusting())).status == 202


@both_loops
def test_a_handshake_begun_before_the_drain_is_served(
    loop: Loop, authority: Authority, context: ssl.SSLContext
) -> None:
    """Connections that only the kernel had accepted are shaken hands with and answered."""

    async def story() -> None:
        async with listening(context) as gateway:
            senders = [asyncio.create_task(_deliver(gateway, authority)) for _ in range(5)]
            await asyncio.sleep(0)
            mute = await gateway.connect()
            assert await gateway.server.drain(5) == 0
            statuses = await asyncio.gather(*senders, return_exceptions=True)
            assert all(status in (202, None) for status in statuses), statuses
            assert await mute.rest() == b""
            with pytest.raises(ConnectionError):
                await gateway.connect()

    loop(story())


async def _deliver(gateway: Listening, authority: Authority) -> int | None:
    """Deliver; None where the listener was gone before we came."""
    try:
        return (await gateway.exchange(post(), tls=authority.trusting())).status
    except ConnectionRefusedError:
        return None
