"""Load: what is beyond the limits is refused at once, and everything held is given back."""

import pytest
from aiohttp.streams import EMPTY_PAYLOAD

from gateway.ingress.load import Load
from gateway.ingress.request import Request
from gateway.pipeline.reasons import Ended, Reason
from tests.ingress.fakes import listening, post
from tests.waiting import until


def request() -> Request:
    """Return a request of which only what is held for it matters."""
    return Request(None, EMPTY_PAYLOAD, None)  # type: ignore[arg-type]


def test_a_delivery_gives_back_what_it_held() -> None:
    """After all are released, nothing is in flight."""
    load = Load(2, 100)
    first, second = request(), request()
    load.admit(first)
    load.admit(second)
    load.hold(first, 60)
    load.hold(first, 30)
    load.hold(second, 10)
    assert (load.deliveries, load.bytes, first.held) == (2, 100, 90)
    load.release(first)
    load.release(second)
    assert (load.deliveries, load.bytes) == (0, 0)


def test_deliveries_beyond_the_limit_are_refused() -> None:
    """One more than may be in flight is overloaded; one that left makes room."""
    load = Load(1, 100)
    first, second = request(), request()
    load.admit(first)
    with pytest.raises(Ended) as ended:
        load.admit(second)
    assert ended.value.reason is Reason.OVERLOADED
    load.release(second)  # it was not let in
    load.release(first)
    assert load.deliveries == 0
    load.admit(second)


def test_bytes_beyond_the_limit_are_refused_and_still_given_back() -> None:
    """A byte too many is overloaded, for the one that brings it and for those that would follow."""
    load = Load(10, 100)
    first = request()
    load.admit(first)
    with pytest.raises(Ended):
        load.hold(first, 101)
    with pytest.raises(Ended):
        load.admit(request())
    load.release(first)
    assert (load.deliveries, load.bytes) == (0, 0)
    load.admit(request())


async def test_overload_is_a_503_at_once() -> None:
    """Beyond the deliveries in flight the answer is 503, unread, with a time to come back."""
    async with listening(max_in_flight=1) as gateway:
        gateway.intake.open.clear()
        first = await gateway.connect()
        await first.send(post())
        await until(lambda: bool(gateway.intake.taken))
        answer = await gateway.exchange(post())
        assert (answer.status, answer.reason) == (503, "overloaded")
        assert int(answer.headers["retry-after"]) > 0
        assert gateway.value("cstar_gateway_in_flight_deliveries") == 1
        assert gateway.value("cstar_gateway_in_flight_bytes") == 2
        gateway.intake.open.set()
        assert (await first.answer()).status == 202
        assert (await gateway.exchange(post())).status == 202


async def test_declared_bytes_take_no_room() -> None:
    """Senders that declare much and send nothing keep nobody out."""
    async with listening(max_in_flight_bytes=1024 * 1024, body_timeout=60) as gateway:
        for _ in range(8):
            silent = await gateway.connect()
            await silent.send(post(b"", length=1024 * 1024))
        await until(lambda: gateway.value("cstar_gateway_in_flight_deliveries") == 8)
        assert (await gateway.exchange(post())).status == 202
        for sender in gateway.senders:
            await sender.close()


async def test_bytes_in_flight_are_bounded() -> None:
    """Where the bodies held would be more than allowed, the one too many is 503."""
    async with listening(max_in_flight_bytes=1000) as gateway:
        gateway.intake.open.clear()
        first = await gateway.connect()
        await first.send(post(b"x" * 900))
        await until(lambda: bool(gateway.intake.taken))
        answer = await gateway.exchange(post(b"x" * 200))
        assert (answer.status, answer.reason) == (503, "overloaded")
        assert len(gateway.intake.proved) == 1
        gateway.intake.open.set()
        assert (await first.answer()).status == 202
