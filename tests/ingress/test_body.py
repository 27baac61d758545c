"""Body: the bytes as they were sent, within a time and a size, or a refusal that says why."""

import asyncio
import gzip

import pytest
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol

from gateway.ingress.body import read_body
from gateway.ingress.load import Load
from gateway.ingress.request import Request
from gateway.pipeline.reasons import Ended, Reason
from tests.ingress.fakes import listening, post


def chunks(*parts: bytes) -> bytes:
    """Return parts as HTTP chunks, with the last."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


CHUNKED = ("Transfer-Encoding: chunked",)


async def test_a_body_is_handed_on_as_it_was_sent() -> None:
    """However the body comes, by length or in chunks, whole or in segments, its bytes are kept."""
    body = bytes(range(256)) * 40
    half = len(body) // 2
    async with listening() as gateway:
        await gateway.exchange(post(body))
        await gateway.exchange(post(body[:half], length=len(body)), body[half:])
        await gateway.exchange(post(chunks(body[:7], body[7:]), length=None, headers=CHUNKED))
        await gateway.exchange(
            post(b"", length=None, headers=CHUNKED), chunks(body[:half], body[half:])
        )
        assert [delivery.body for delivery in gateway.intake.taken] == [body] * 4


async def test_a_body_of_the_size_of_the_cap_is_taken() -> None:
    """The cap itself is allowed, though it is beyond every buffer on the way."""
    body = b"x" * (1024 * 1024)
    async with listening() as gateway:
        assert (await gateway.exchange(post(body))).status == 202
        assert gateway.intake.taken[0].body == body


@pytest.mark.parametrize("apart", [True, False], ids=["in segments", "at once"])
async def test_a_body_over_the_cap_is_refused_as_it_arrives(apart: bool) -> None:  # noqa: FBT001
    """A body that declares no length is counted as it comes; a byte over the cap is the end."""
    head = post(b"", length=None, headers=CHUNKED)
    body = chunks(b"x" * 600, b"x" * 401)
    async with listening(max_body_bytes=1000, body_timeout=60) as gateway:
        answer = await gateway.exchange(*((head, body) if apart else (head + body,)))
        assert (answer.status, answer.reason) == (413, "body_too_large")
        assert not gateway.intake.proved


async def test_an_endless_body_is_refused() -> None:
    """A body that never ends is refused at the cap, and its sender hears it."""
    async with listening(max_body_bytes=1000, body_timeout=60) as gateway:
        answer = await gateway.exchange(
            post(b"", length=None, headers=CHUNKED), b"3e8\r\n%b\r\n" % (b"x" * 1000), b"1\r\nx\r\n"
        )
        assert (answer.status, answer.reason) == (413, "body_too_large")
        assert answer.closes


@pytest.mark.parametrize("sent", [b"", b'{"id"'])
async def test_a_stalled_body_is_given_up(sent: bytes) -> None:
    """A body that does not arrive in time is 408 and the end of the connection."""
    async with listening(body_timeout=0.2) as gateway:
        answer = await gateway.exchange(post(sent, length=100))
        assert (answer.status, answer.reason) == (408, "body_timeout")
        assert answer.closes
        assert answer.json["retriable"] is True
        assert not gateway.intake.proved


async def test_a_trickle_does_not_stretch_the_time() -> None:
    """The time is the body's, not each segment's: a byte now and then does not keep it open."""
    async with listening(body_timeout=0.3) as gateway:
        sender = await gateway.connect()
        await sender.send(post(b"", length=1000))

        async def trickle() -> None:
            while True:
                sender.writer.write(b"x")
                await asyncio.sleep(0.05)

        trickling = asyncio.create_task(trickle())
        assert (await sender.answer()).reason == "body_timeout"
        trickling.cancel()


async def test_a_bomb_is_never_inflated() -> None:
    """A compressed body is refused by its head; neither a bomb nor a broken one costs anything."""
    bomb = gzip.compress(bytes(50_000_000))
    async with listening() as gateway:
        for body in (bomb, b"not gzip", gzip.compress(b"{}")):
            answer = await gateway.exchange(post(body, headers=("Content-Encoding: gzip",)))
            assert (answer.status, answer.reason) == (415, "content_encoding")
        assert not gateway.intake.proved


@pytest.mark.parametrize("length", [0, None], ids=["length 0", "no length"])
async def test_an_empty_body_is_proved_as_any_other(length: int | None) -> None:
    """What carries nothing is for the signature to judge: unsigned it is 401."""
    async with listening() as gateway:
        answer = await gateway.exchange(post(b"", length=length, signature=None))
        assert (answer.status, answer.reason) == (401, "signature_missing")
        assert gateway.intake.proved == [b""]
        assert not gateway.intake.taken


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (OSError(113, "no route to host"), Reason.BODY_INCOMPLETE),
        (ConnectionResetError(), Reason.BODY_INCOMPLETE),
        (RuntimeError("Connection closed."), Reason.BODY_INCOMPLETE),
        (TimeoutError(110, "timed out"), Reason.BODY_TIMEOUT),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_however_a_connection_is_lost_it_is_no_fault_of_ours(
    loss: Exception, reason: Reason
) -> None:
    """Every way in which the system tells of a lost sender is a rejection, not a fault."""
    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), 2**16, loop=loop)
    content.set_exception(loss)
    request = Request(None, content, None)  # type: ignore[arg-type]
    with pytest.raises(Ended) as ended:
        await read_body(request, Load(1, 1), limit=1, within=1)
    assert ended.value.reason is reason
