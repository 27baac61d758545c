"""Connection: whatever bytes come, however cut, the listener stands and the ledger holds."""

import asyncio
import logging
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.ingress.fakes import Sender, listening, post

GOOD = post(b'{"id":"evt_1"}')
CHUNKED = post(
    b"7\r\n" + b'{"id":1' + b"\r\n1\r\n}\r\n0\r\n\r\n",
    length=None,
    headers=("Transfer-Encoding: chunked",),
)
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
ALLOWED = {100, 200, 202, 400, 401, 404, 405, 408, 413, 415, 417, 431, 503}


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    """Return a good request with a few bytes cut out, put in or changed."""
    request = bytearray(draw(st.sampled_from([GOOD, CHUNKED, GOOD * 3])))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(request)))
        length = draw(st.integers(0, 8))
        request[place : place + length] = draw(st.binary(max_size=8))
    return bytes(request)


@st.composite
def segmented(draw: st.DrawFn) -> list[bytes]:
    """Return bytes, cut into segments."""
    stream = draw(st.one_of(st.binary(max_size=200), mutilated(), st.just(GOOD), st.just(CHUNKED)))
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    return [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


async def spoken(sender: Sender, segments: list[bytes]) -> bytes:
    """Send segments, half-close, and return all that was answered."""
    try:
        for segment in segments:
            sender.writer.write(segment)
            await asyncio.sleep(0)
        sender.writer.write_eof()
    except OSError:  # the listener has closed already
        pass
    return await sender.rest()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@example(streams=[[GOOD[:-1], GOOD[-1:]], [CHUNKED]])
@given(streams=st.lists(segmented(), min_size=1, max_size=4))
def test_any_bytes_are_answered_or_refused(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], streams: list[list[bytes]]
) -> None:
    """Only statuses of the table are answered, the listener goes on, and nothing is logged."""
    caplog.set_level(logging.WARNING)

    async def story() -> None:
        async with listening(body_timeout=1) as gateway:
            for segments in streams:
                answered = await spoken(await gateway.connect(), segments)
                assert {int(status) for status in STATUS.findall(answered)} <= ALLOWED
            assert (await gateway.exchange(GOOD)).status == 202

    asyncio.run(story())
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
