"""Connection: HTTP's framing is kept to the letter, nothing of it is echoed or logged."""

import asyncio
import contextlib
import inspect
import logging
import socket
import struct
from collections.abc import Callable
from hashlib import sha256
from typing import cast

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol

from gateway.ingress.connection import Connection
from gateway.ingress.front import Front
from tests.ingress.fakes import Listening, Sender, listening, post
from tests.inputs import framing, limits, odd
from tests.inputs.case import MARK, Case
from tests.inputs.framing import chunked
from tests.waiting import until


def quiet(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> bool:
    """Tell whether nothing was said at all, by whatever road."""
    out, err = capfd.readouterr()
    return not caplog.records and not out and not err


@pytest.mark.parametrize("case", framing.CASES, ids=lambda case: case.name)
async def test_malformed_http_is_refused(
    case: Case, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is not well-formed HTTP gets 400 and the end; nothing is touched, echoed or logged."""
    caplog.set_level(logging.DEBUG)
    async with listening() as gateway:
        sender = await gateway.connect()
        await sender.send(case.request)
        answer = await sender.answer()
        assert (answer.status, answer.reason) == (400, "http_malformed")
        assert answer.closes
        assert await sender.rest() == b""
        assert MARK not in answer.raw.decode()
        assert gateway.untouched
        assert not gateway.intake.proved
    assert quiet(caplog, capfd)


@pytest.mark.parametrize("case", limits.LARGE, ids=lambda case: case.name)
async def test_a_large_head_is_refused(
    case: Case, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A head beyond 8 kB a line or 64 fields gets 431 and the end; nothing is logged."""
    caplog.set_level(logging.DEBUG)
    async with listening() as gateway:
        answer = await gateway.exchange(case.request)
        assert (answer.status, answer.reason) == (431, "headers_too_large")
        assert answer.closes
        assert gateway.untouched
    assert quiet(caplog, capfd)


async def test_a_megabyte_of_junk_is_one_refusal(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """However much junk comes, it is one delivery received, one rejected, and no log."""
    async with listening() as gateway:
        sender = await gateway.connect()
        with contextlib.suppress(ConnectionError):
            await sender.send(b"\x00\xff junk" * 150_000)
        await sender.rest()
        await sender.close()
        await until(
            lambda: gateway.value("cstar_gateway_deliveries_received_total") == 1, within=10
        )
    assert quiet(caplog, capfd)


@pytest.mark.parametrize(
    "broken", [b"zz\r\n", b"2\r\n{}X", b"0\r\nX Bad: a\r\n\r\n"], ids=["size", "end", "trailer"]
)
async def test_a_body_that_turns_out_malformed_ends_at_once(broken: bytes) -> None:
    """Where the fault comes in a later segment than the head, nobody waits for the rest."""
    async with listening(body_timeout=60) as gateway:
        answer = await gateway.exchange(chunked(b"2\r\n{}\r\n"), broken)
        assert (answer.status, answer.reason) == (400, "http_malformed")
        assert answer.closes
        assert gateway.untouched


async def test_a_fault_behind_a_good_request_does_not_cost_its_answer() -> None:
    """A well-formed request is answered although junk comes behind it on the connection."""
    async with listening() as gateway:
        gateway.intake.open.clear()
        sender = await gateway.connect()
        await sender.send(post())
        await until(lambda: bool(gateway.intake.taken))
        await sender.send(b"\x00junk\r\n\r\n")
        await asyncio.sleep(0.05)
        gateway.intake.open.set()
        assert (await sender.answer()).status == 202
        assert (await sender.answer()).reason == "http_malformed"
        assert await sender.rest() == b""


@pytest.mark.parametrize("case", odd.TAKEN, ids=lambda case: case.name)
async def test_what_is_odd_but_legal_is_taken(case: Case) -> None:
    """Rare forms that HTTP allows are deliveries as any other: one answer, the exact body."""
    async with listening() as gateway:
        answer = await gateway.exchange(case.request)
        assert answer.status == 202
        assert [delivery.body for delivery in gateway.intake.taken] == [case.body]


async def test_a_declined_upgrade_ends_the_connection() -> None:
    """What follows an upgrade may be another protocol: it is not parsed as HTTP."""
    async with listening() as gateway:
        sender = await gateway.connect()
        await sender.send(post(headers=("Connection: Upgrade", "Upgrade: websocket")) + post())
        assert (await sender.answer()).closes
        assert await sender.rest() == b""
        await sender.close()
        assert len(gateway.intake.taken) == 1


async def test_pipelined_requests_are_answered_in_order() -> None:
    """500 requests in one write get 500 answers, in order, on one connection."""
    async with listening() as gateway:
        sender = await gateway.connect()
        bodies = [b'{"n":%d}' % number for number in range(500)]
        await sender.send(b"".join(post(body) for body in bodies))
        for _ in bodies:
            assert (await sender.answer()).status == 202
        assert [delivery.body for delivery in gateway.intake.taken] == bodies
        await sender.close()


async def test_pipelined_requests_that_wait_are_all_answered() -> None:
    """However long the first takes, and wherever reads cut the others, none is left unparsed."""
    async with listening() as gateway:
        gateway.intake.open.clear()
        sender = await gateway.connect()
        sender.writer.write(post(b" " * 400) * 500)  # more than is read at once, and cut anywhere
        await until(lambda: bool(gateway.intake.taken))
        await asyncio.sleep(0.1)
        gateway.intake.open.set()
        for _ in range(500):
            assert (await sender.answer()).status == 202
        await sender.close()


async def test_a_connection_is_not_worn_out_by_bodies_that_come_after_their_heads() -> None:
    """After hundreds of requests in two segments each, pipelined ones are still all answered."""
    async with listening() as gateway:
        sender = await gateway.connect()
        whole = post(b'{"id":"evt_1"}')
        for _ in range(100):
            sender.writer.write(whole[:-5])
            await asyncio.sleep(0.001)
            sender.writer.write(whole[-5:])
            assert (await sender.answer()).status == 202
        await sender.send(whole * 50)
        for _ in range(50):
            assert (await sender.answer()).status == 202
        await sender.close()


async def test_answers_nobody_reads_stop_the_parsing_and_then_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sender that never reads holds a buffer of answers for a while, and no other sender up."""
    monkeypatch.setattr("gateway.ingress.framing._TAKEN_WITHIN", 1.0)
    async with listening() as gateway:
        sender = await gateway.connect()
        sender.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await until(lambda: gateway.server._count_connections() == 1)
        set_buffers(gateway, sender, 4096)
        sender.writer.write(post() * 5_000)
        await until(lambda: len(gateway.intake.taken) > 100)
        assert (await gateway.exchange(post())).status == 202
        await until(lambda: gateway.server._count_connections() == 0)
        assert len(gateway.intake.taken) < 5_000


def set_buffers(gateway: Listening, sender: Sender, size: int) -> None:
    """Make the kernel's buffers between the listener and a sender as small as may be."""
    held = gateway.server._connections
    assert held is not None
    (connection,) = held._open
    assert connection.transport is not None
    connection.transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_SNDBUF, size
    )
    sender.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)


async def test_one_byte_a_segment_is_a_delivery() -> None:
    """However a request is cut into segments, it is the same request."""
    async with listening() as gateway:
        sender = await gateway.connect()
        for byte in post(b'{"id":"evt_1"}'):
            sender.writer.write(bytes([byte]))
            await sender.writer.drain()
            await asyncio.sleep(0)
        assert (await sender.answer()).status == 202
        assert gateway.intake.taken[0].body == b'{"id":"evt_1"}'
        await sender.close()


@pytest.mark.parametrize("pause", [0.0, 0.2])
async def test_a_half_closed_sender_is_answered(pause: float) -> None:
    """A sender may close its half once it has sent, and still get its answer."""
    async with listening() as gateway:
        sender = await gateway.connect()
        gateway.intake.open.clear()
        await sender.send(post())
        await asyncio.sleep(pause)
        sender.writer.write_eof()
        await until(lambda: bool(gateway.intake.taken))
        await asyncio.sleep(0.05)
        gateway.intake.open.set()
        answer = await sender.answer()
        assert (answer.status, answer.closes) == (202, True)
        assert await sender.rest() == b""
        await sender.close()


BEGUN = b"POST /other HTTP/1.1\r\nHost: gateway.example\r\nContent-Length: 2\r\nX-Note: "


@pytest.mark.parametrize(
    "before",
    [
        [BEGUN],
        [post() + BEGUN],
        [post()[:-1], post()[-1:] + BEGUN],
        [post()[:-2], post()[-2:] + BEGUN[:20], BEGUN[20:]],
    ],
    ids=["alone", "behind a request", "behind a body", "in pieces"],
)
async def test_what_looks_like_a_request_amid_another_is_none(before: list[bytes]) -> None:
    """Wherever a segment begins, bytes amid a head are of that head, whatever they look like."""
    async with listening() as gateway:
        sender = await gateway.connect()
        whole = before != [BEGUN]
        for part in before:
            await sender.send(part)
            await asyncio.sleep(0.02)
        if whole:
            assert (await sender.answer()).status == 202
        await asyncio.sleep(0.02)
        await sender.send(post(b'{"id":"evt_hidden"}'))
        assert (await sender.answer()).status == 400  # two Hosts, two lengths
        assert await sender.rest() == b""
        assert [delivery.body for delivery in gateway.intake.taken] == [b"{}"] * whole


async def test_what_looks_like_a_request_amid_a_body_is_the_body() -> None:
    """A body that is itself a whole request is a body, though it comes in a segment of its own."""
    inner = post(b'{"id":"evt_hidden"}')
    async with listening() as gateway:
        sender = await gateway.connect()
        await sender.send(post(b"", length=len(inner)))
        await asyncio.sleep(0.02)
        await sender.send(inner)
        assert (await sender.answer()).status == 202
        await sender.send(post())
        assert (await sender.answer()).status == 202
        assert [delivery.body for delivery in gateway.intake.taken] == [inner, b"{}"]


async def test_a_half_closed_sender_is_answered_all_it_asked() -> None:
    """Every pipelined request before the half-close is answered; then the connection ends."""
    async with listening() as gateway:
        gateway.intake.open.clear()
        sender = await gateway.connect()
        await sender.send(post() * 3)
        sender.writer.write_eof()
        await until(lambda: bool(gateway.intake.taken))
        await asyncio.sleep(0.05)
        gateway.intake.open.set()
        closes = [(await sender.answer()).closes for _ in range(3)]
        assert closes == [False, False, True]
        assert await sender.rest() == b""


async def test_a_body_cut_by_a_half_close_is_told_at_once() -> None:
    """A sender that stops amid the body and listens hears why, without waiting for a timeout."""
    async with listening(body_timeout=60) as gateway:
        sender = await gateway.connect()
        await sender.send(post(b'{"id"', length=100))
        sender.writer.write_eof()
        answer = await sender.answer()
        assert (answer.status, answer.reason) == (400, "body_incomplete")
        assert answer.json["retriable"] is True
        assert gateway.untouched
        await sender.close()


def reset(sender_socket: socket.socket) -> None:
    """Make the close of a socket a reset."""
    sender_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("leave", ["close", "reset"])
async def test_a_sender_that_leaves_amid_its_body_is_rejected(
    leave: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A body that never becomes whole is one rejected delivery, whoever is there to hear it."""
    async with listening(body_timeout=60) as gateway:
        sender = await gateway.connect()
        await sender.send(post(b'{"id"', length=100))
        await asyncio.sleep(0.05)
        if leave == "reset":
            reset(sender.writer.get_extra_info("socket"))
            sender.writer.transport.abort()
        else:
            await sender.close()
        await until(
            lambda: (
                gateway.value(
                    "cstar_gateway_deliveries_total",
                    outcome="rejected",
                    reason="body_incomplete",
                    event_type="none",
                )
                == 1
            )
        )
        assert gateway.untouched
    assert quiet(caplog, capfd)


@pytest.mark.parametrize("leave", ["close", "reset"])
async def test_a_delivery_outlives_its_sender(
    leave: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A sender that leaves before the answer does not stop what was begun; nothing is logged."""
    async with listening() as gateway:
        gateway.intake.open.clear()
        sender = await gateway.connect()
        await sender.send(post())
        await until(lambda: bool(gateway.intake.taken))
        if leave == "reset":
            reset(sender.writer.get_extra_info("socket"))
            sender.writer.transport.abort()
        else:
            await sender.close()
        await asyncio.sleep(0.05)
        gateway.intake.open.set()
        await until(lambda: gateway.telemetry.ledger.in_flight == 0)
        assert accepted(gateway) == 1
    assert quiet(caplog, capfd)


def accepted(gateway: Listening) -> float | None:
    """Return how many deliveries were accepted."""
    return gateway.value(
        "cstar_gateway_deliveries_total",
        outcome="accepted",
        reason="acked",
        event_type="ticket.created",
    )


async def test_a_sender_may_leave_at_every_byte(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Wherever a sender breaks off, the delivery is taken whole or not at all; nothing is said."""
    request = post(b'{"id":"evt_1"}')
    async with listening() as gateway:
        for place in range(1, len(request) + 1):
            sender = await gateway.connect()
            await sender.send(request[:place])
            reset(sender.writer.get_extra_info("socket"))
            sender.writer.transport.abort()
        await until(lambda: gateway.value("cstar_gateway_http_connections") == 0)
        assert {delivery.body for delivery in gateway.intake.taken} <= {b'{"id":"evt_1"}'}
        assert len(gateway.intake.taken) <= 1
        assert (await gateway.exchange(post())).status == 202
    assert quiet(caplog, capfd)


@pytest.mark.parametrize(
    ("version", "field", "says"),
    [
        ("1.1", None, None),
        ("1.1", "Connection: close", "close"),
        ("1.0", None, "close"),
        ("1.0", "Connection: keep-alive", "keep-alive"),
    ],
)
async def test_a_connection_lasts_as_its_sender_wishes(
    version: str, field: str | None, says: str | None
) -> None:
    """HTTP/1.1 stays and HTTP/1.0 ends unless the sender says otherwise, and the answer says so."""
    async with listening() as gateway:
        sender = await gateway.connect()
        request = post(version=version, headers=(field,) if field else ())
        await sender.send(request)
        assert (await sender.answer()).headers.get("connection") == says
        if says == "close":
            assert await sender.rest() == b""
        else:
            await sender.send(request)
            assert (await sender.answer()).status == 202
        await sender.close()


async def test_a_silent_connection_is_closed() -> None:
    """A connection that asks nothing, or half a head, is closed after the keep-alive time."""
    async with listening(keepalive_timeout=0.3) as gateway:
        silent, slow, used = [await gateway.connect() for _ in range(3)]
        await slow.send(post()[:20])
        await used.send(post())
        assert (await used.answer()).status == 202
        for sender in (silent, slow, used):
            assert await sender.rest() == b""
            await sender.close()


async def test_a_connection_that_was_long_at_work_is_closed_when_idle() -> None:
    """The keep-alive time begins with the answer, however long that took."""
    async with listening(keepalive_timeout=0.2) as gateway:
        gateway.intake.open.clear()
        sender = await gateway.connect()
        await sender.send(post())
        await asyncio.sleep(0.5)
        gateway.intake.open.set()
        answer = await sender.answer()
        assert (answer.status, answer.closes) == (202, False)
        assert await sender.rest() == b""


async def test_a_sender_hears_its_refusal_though_it_is_still_sending() -> None:
    """An unwanted body is read away for a while: a reset would take the answer along."""
    async with listening(max_body_bytes=1000) as gateway:
        sender = await gateway.connect()
        await sender.send(post(b"", length=4_000_000))
        for _ in range(40):
            await asyncio.sleep(0.005)
            await sender.send(b"x" * 100_000)
        answer = await sender.answer()
        assert (answer.status, answer.reason) == (413, "body_too_large")
        assert await sender.rest() == b""


LEANED_ON = (  # noqa: SIM905 - read as words
    "_request_count _messages _waiter _force_close _handler_waiter _request_in_progress "
    "_current_request _task_handler _next_keepalive_close_time _keepalive_handle "
    "_keepalive_timeout _lingering_time _buffer_paused _reading_paused _upgraded _parser "
    "_max_msg_queue_size _msg_queue_resume_size _loop _close _message_tail "
    "_pause_reading_for_buffer"
).split()

READ_THROUGH: dict[Callable[..., object], str] = {
    web.RequestHandler.start: "2e565fd40c8e",
    web.RequestHandler._handle_request: "a88a34ee65a2",
    web.RequestHandler.finish_response: "b7eb53db8f4b",
    web.RequestHandler.data_received: "1ee57ebe052e",
    web.RequestHandler._process_keepalive: "b472e0fb8445",
    web.RequestHandler._resume_reading_if_drained: "27f2a6fbbb3a",
    web.RequestHandler.connection_lost: "df2fe6e95fd0",
    web.RequestHandler.shutdown: "5eb4bd473db6",
    BaseProtocol.resume_reading: "21dee847a31a",
    StreamReader._read_nowait_chunk: "672849652cf2",
}


async def test_aiohttp_is_still_what_was_read() -> None:
    """The private parts leaned on exist, and the code they replace or rely on has not changed.

    Where this fails on a newer aiohttp: read what changed, adapt `Connection`, then the digests.
    """
    async with listening() as gateway:
        connections = gateway.server._connections
        assert connections is not None
        front = cast("object", connections())
        assert isinstance(front, Front)
        connection = front.general
        assert isinstance(connection, Connection)
        assert [name for name in LEANED_ON if not hasattr(connection, name)] == []
    found = {
        read.__qualname__: sha256(inspect.getsource(read).encode()).hexdigest()[:12]
        for read in READ_THROUGH
    }
    assert found == {read.__qualname__: digest for read, digest in READ_THROUGH.items()}


class Broken:
    """A transport that fails at every write; all else it does."""

    def __init__(self, transport: object) -> None:
        self._transport = transport

    def write(self, _data: bytes) -> None:
        """Fail."""
        raise ZeroDivisionError

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)


@pytest.mark.parametrize("field", ["Accept: */*", "Expect: 100-continue"])
@pytest.mark.parametrize("answered", ["at once", "later"])
async def test_an_answer_that_cannot_be_written_ends_its_connection(
    answered: str, field: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever goes wrong with an answer, its connection does not hang, and the others go on."""
    async with listening() as gateway:
        sender = await gateway.connect()
        await until(lambda: gateway.server._count_connections() == 1)
        held = gateway.server._connections
        assert held is not None
        (connection,) = held._open
        connection.transport = cast("asyncio.Transport", Broken(connection.transport))
        if answered == "later":
            gateway.intake.open.clear()
        await sender.send(post(headers=("Content-Type: application/json", field)))
        await until(lambda: bool(gateway.intake.taken))
        gateway.intake.open.set()
        assert await sender.rest() == b""
        assert (await gateway.exchange(post())).status == 202
    assert "".join(capfd.readouterr()).count("unexpected fault") == 1
