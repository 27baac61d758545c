"""Usual: what is read in one go is what aiohttp's parser reads, byte for byte."""

import asyncio
from typing import Any, NamedTuple

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpVersion
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpRequestParser
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.ingress.head import check_head
from gateway.ingress.usual import UsualHead, read_usual
from gateway.pipeline.delivery import ASKED, read_hints
from tests.ingress.fakes import listening, post

MOST = 1000
JSON = "Content-Type: application/json"
LENGTH = "Content-Length: 2"
HOST = "Host: gateway.example"
NAMES = [
    *map(str, ASKED),
    *(str(name).lower() for name in ASKED),
    *(str(name).upper() for name in ASKED),
    *("Host", "host", "Content-Length", "content-length", "Content-Type", "Connection"),
    *("User-Agent", "Accept", "X-Forwarded-For", "Keep-Alive", "TE", "Trailer", "Server", "ETag"),
    *("Expect", "Upgrade", "Transfer-Encoding", "Content-Encoding", "Sec-WebSocket-Key1"),
    *("Proxy-Connection", "Max-Forwards", "Content-Location", "Content-Range", "Date", "Via"),
]
VALUES = [
    *("2", "02", "+2", "0", "1000", "1001", "2, 2", "2 ", "", " ", "\t2", "a\tb", "é", "\x00"),
    *("application/json", "application/json; charset=utf-8", "text/plain", "close", "keep-alive"),
    *("Keep-Alive", "upgrade", "chunked", "identity", "gzip", "100-continue", "websocket"),
    *("gateway.example", "t=1,v1=ab", "a\r\n b", "a\rb", "a\nb", "x" * 8200),
]


class Read(NamedTuple):
    """What aiohttp makes of bytes that begin a connection."""

    head: Any
    body: bytes


LOOP = asyncio.new_event_loop()  # never run: the parser wants one to make streams with


def read_by_aiohttp(data: bytes) -> Read | None:
    """Return the one whole request that the bytes are, with the listener's limits; None: no."""
    parser = HttpRequestParser(
        BaseProtocol(LOOP),
        LOOP,
        1 << 16,
        max_line_size=8190,
        max_field_size=8190,
        max_headers=64,
        auto_decompress=False,
    )
    try:
        messages, upgraded, _ = parser.feed_data(data)
    except HttpProcessingError:
        return None
    if len(messages) != 1 or upgraded or not messages[0][1].is_eof():
        return None
    head, content = messages[0]
    return Read(head, content.read_nowait())


fields = st.one_of(
    st.sampled_from([JSON, LENGTH, HOST, "X-Signature: t=1,v1=ab", "X-Event-ID: evt_1"]),
    st.builds(
        "{}{}{}".format,
        st.one_of(st.sampled_from(NAMES), st.text(max_size=6)),
        st.sampled_from([": "] * 9 + [":", " : ", ":  ", ";"]),
        st.one_of(st.sampled_from(VALUES), st.text(max_size=12)),
    ),
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Return something near a usual request, at times with a byte changed."""
    lines = [HOST, LENGTH, JSON, *draw(st.lists(fields, max_size=5))]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        lines.pop(draw(st.integers(0, len(lines) - 1)))
    opening = draw(
        st.sampled_from(
            ["POST /webhooks/cstar HTTP/1.1"] * 9
            + ["POST /webhooks/cstar HTTP/1.0", "post /webhooks/cstar HTTP/1.1", "GET / HTTP/1.1"]
        )
    )
    text = "\r\n".join([opening, *draw(st.permutations(lines)), "", ""])
    request = bytearray(
        text.encode("utf-8", "surrogatepass") + draw(st.sampled_from([b"{}", b"["]))
    )
    if draw(st.booleans()) and draw(st.booleans()):
        place = draw(st.integers(0, len(request) - 1))
        request[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(request)


def hold_equal(data: bytes) -> bool:
    """Hold what is read in one go to aiohttp's word; return whether it was."""
    head = read_usual(data, MOST)
    if head is None or head.ends != len(data):
        return False
    theirs = read_by_aiohttp(data)
    assert theirs is not None
    assert data[head.begins : head.ends] == theirs.body
    for name in ("method", "path", "version", "should_close"):
        assert getattr(head, name) == getattr(theirs.head, name)
    assert not theirs.head.upgrade
    assert not theirs.head.chunked
    check_head(theirs.head, MOST)
    for name in ASKED:
        assert [*head.headers.getall(name, ())] == [*theirs.head.headers.getall(name, ())]
        assert head.headers.get(name) == theirs.head.headers.get(name)
    assert read_hints(head.headers) == read_hints(theirs.head.headers)
    return True


@settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))
@example(data=post())
@example(data=b"POST /webhooks/cstar HTTP/1.1\r\n\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
@given(data=requests())
def test_a_usual_request_is_what_aiohttp_reads(data: bytes) -> None:
    """What is taken in one go, aiohttp takes, with the same fields and body, and finds no fault."""
    hold_equal(data)


@pytest.mark.parametrize(
    "field",
    [
        "Connection: keep-alive",
        "User-Agent: cStar-Webhooks/1.0",
        "x-event-id: evt_1",
        "X-FORWARDED-FOR: 10.0.0.1",
        "Accept-Encoding: gzip, deflate",
        "Empty: ",
    ],
)
def test_what_senders_and_proxies_write_is_usual(field: str) -> None:
    """Neither the case of a name, nor fields that nobody asks for, make a request unusual."""
    assert hold_equal(post(headers=(JSON, field)))


@pytest.mark.parametrize(
    "odd",
    [
        post(version="1.0"),
        post(method="PUT"),
        post(target="/webhooks/cstar?a=b"),
        post(length=None),
        post(length="02"),
        post(length="+2"),
        post(b"x" * (MOST + 1)),
        post(headers=()),
        post(headers=("Content-Type: text/plain",)),
        *(
            post(headers=(JSON, line))
            for line in (
                "Content-Encoding: identity",
                "Connection: close",
                "Connection: Upgrade",
                "Expect: 100-continue",
                "Transfer-Encoding: chunked",
                "Upgrade: websocket",
                "Host: other.example",
                "X-Signature: t=2,v1=cd",
                "X-Event-ID:evt_1",
                "X-Event-ID:  evt_1",
                "X-Event-ID: evt_1 ",
                "X-Event-ID: \t",
                "X-Event-ID: é",
                "Bad Name: x",
                "Foo",
                " folded",
                "a: " + "x" * 8190,
            )
        ),
        post(headers=(JSON, *(f"x-{number}: a" for number in range(64)))),
    ],
)
def test_all_else_is_left_to_aiohttp(odd: bytes) -> None:
    """What could be read in more than one way, or is to be refused, is not read here."""
    assert read_usual(odd, MOST) is None


def test_spellings_do_not_fill_the_memory() -> None:
    """However many names a stranger thinks of, only so many are remembered; all are read."""
    for number in range(3000):
        assert hold_equal(post(headers=(JSON, f"x-{number}: a"))) or number
    assert hold_equal(post(headers=(JSON, "X-evt-known-too-late: a", "x-EVENT-id: evt_1")))


def test_where_a_body_ends_is_told_while_it_lacks() -> None:
    """A head tells where its request ends, whether or not the body is here, or has more behind."""
    whole = post(b'{"id":"evt_1"}')
    for data in (whole, whole[:-5], whole + b"POST"):
        head = read_usual(data, MOST)
        assert isinstance(head, UsualHead)
        assert head.ends == len(whole)
        assert head.version == HttpVersion(1, 1)


KINDS = [
    post(b'{"n":%d}'),
    post(b'{"n":%d}', headers=(JSON, "Accept: */*", "Connection: keep-alive")),
    post(b'{"n":%d}', headers=()),
    post(b'{"n":%d}', target="/webhooks/cstar?x"),
    post(
        b"8\r\n" + b'{"n":%d}' + b"\r\n0\r\n\r\n",
        length=None,
        headers=("Transfer-Encoding: chunked",),
    ),
]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_usual_and_unusual_requests_share_a_connection(data: st.DataObject) -> None:
    """However requests of both kinds are mixed, cut and pipelined, each is answered, in order."""
    kinds = data.draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=9))
    stream = b"".join(kind % (number,) for number, kind in enumerate(kinds, start=10))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    ends = [0]
    for kind in kinds:  # cuts where requests end are those that matter
        ends.append(ends[-1] + len(kind % (10,)))
    cuts = sorted({*cuts, *data.draw(st.lists(st.sampled_from(ends), max_size=9))})
    slow = data.draw(st.booleans())

    async def story() -> None:
        async with listening() as gateway:
            if slow:
                gateway.intake.open.clear()
            sender = await gateway.connect()
            for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
                sender.writer.write(stream[start:end])
                await asyncio.sleep(0.001)
            gateway.intake.open.set()
            for _ in kinds:
                answer = await sender.answer()
                assert (answer.status, answer.closes) == (202, False)
            bodies = [delivery.body for delivery in gateway.intake.taken]
            assert bodies == [b'{"n":%d}' % number for number, _ in enumerate(kinds, start=10)]
            await sender.send(post(b'{"n":1}'))
            assert (await sender.answer()).status == 202
            await sender.close()

    asyncio.run(story())
