"""Manners: senders that are slow, silent, many, or gone; each a function of the port.

May live here: what such a sender does, and the answer it must get. May not: what is looked at in
the gateway meanwhile (tests/e2e/test_inputs_connections.py).
"""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tests.ingress.fakes import post
from tests.inputs.case import MARK, event
from tests.signing import sign

__all__ = ["MANNERS", "MOST", "Manner", "heard", "leave", "signed_request"]

MOST = 200
"""Connections the gateway takes at once, in these tests."""

_WITHIN = 20.0


class Manner(NamedTuple):
    """How a sender behaves.

    Attributes:
        answer: status and reason or outcome; `closed` where the connection ends without a word.
        play: behaves so; returns the answer.
        published: whether its event may be in Kafka, once: None where either is right.
    """

    answer: str
    play: Callable[[int], Awaitable[str]]
    published: bool | None = False


def signed_request(name: str) -> bytes:
    """Return a good delivery, signed now."""
    body = event(f"evt_{name}")
    return post(body, signature=sign(body, int(time.time())), headers=(f"X-Junk: {MARK}",))


async def heard(reader: asyncio.StreamReader) -> str:
    """Return what is answered: status and reason or outcome, or `closed`."""
    try:
        async with asyncio.timeout(_WITHIN):
            text = (await reader.read(4096)).decode()
    except ConnectionError:
        return "closed"
    if not text:
        return "closed"
    head, _, body = text.partition("\r\n\r\n")
    answer = json.loads(body)
    return f"{head.split(' ', 2)[1]} {answer.get('reason', answer['status'])}"


def leave(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    """Close a connection, or reset it."""
    if reset:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def _after(port: int, sent: bytes) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        return await heard(reader)
    finally:
        writer.close()


async def _silent(port: int) -> str:
    return await _after(port, b"")


async def _half_a_head(port: int) -> str:
    return await _after(port, signed_request("head")[:60])


async def _stalled(port: int) -> str:
    return await _after(port, signed_request("stalled")[:-1])


async def _in_pieces(port: int, name: str, size: int, pause: float) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = signed_request(name)
    head = request.index(b"\r\n\r\n") + 4

    async def send() -> None:
        writer.write(request[:head])
        for start in range(head, len(request), size):
            writer.write(request[start : start + size])
            await asyncio.sleep(pause)

    sending = asyncio.create_task(send())
    try:
        return await heard(reader)
    finally:
        sending.cancel()
        writer.close()


async def _trickle(port: int) -> str:
    return await _in_pieces(port, "trickle", 1, 0.05)


async def _byte_by_byte(port: int) -> str:
    return await _in_pieces(port, "bytes", 1, 0)


async def _half_closed(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(signed_request("half_closed"))
    writer.write_eof()
    try:
        return await heard(reader)
    finally:
        writer.close()


async def _reset_amid_the_body(port: int) -> str:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(signed_request("reset")[:-20])
    await writer.drain()
    leave(writer, reset=True)
    return "closed"


async def _gone_before_the_answer(port: int) -> str:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(signed_request("gone"))
    await writer.drain()
    leave(writer, reset=False)
    return "closed"


async def _many_idle(port: int) -> str:
    idle = []
    try:
        for _ in range(10 * MOST // 100):
            opened = (asyncio.open_connection("127.0.0.1", port) for _ in range(100))
            idle += await asyncio.gather(*opened)
        return await _after(port, signed_request("among_idle"))
    finally:
        for _, writer in idle:
            writer.transport.abort()


MANNERS = {
    "silent": Manner("closed", _silent),
    "half a head, then nothing": Manner("closed", _half_a_head),
    "a body that stalls": Manner("408 body_timeout", _stalled),
    "a body of a byte now and then": Manner("408 body_timeout", _trickle),
    "a byte a segment": Manner("202 accepted", _byte_by_byte, published=True),
    "half-closed, waiting": Manner("202 accepted", _half_closed, published=True),
    "reset amid the body": Manner("closed", _reset_amid_the_body),
    "gone before the answer": Manner("closed", _gone_before_the_answer, published=None),
    "one among 2,000 idle": Manner("202 accepted", _many_idle, published=True),
}
