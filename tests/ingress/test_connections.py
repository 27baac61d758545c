"""Connections: silence makes room for those who speak, and an end is orderly."""

import asyncio

import pytest

from tests.ingress.fakes import Listening, ledger, listening, post
from tests.waiting import until

OVER = "cstar_gateway_http_connections_over_limit_total"
OPEN = "cstar_gateway_http_connections"


async def test_the_oldest_idle_connection_gives_way() -> None:
    """A flood of silent connections takes room from its own, not from a delivery."""
    async with listening(max_connections=3) as gateway:
        silent = [await gateway.connect() for _ in range(3)]
        await until(lambda: gateway.value(OPEN) == 3)
        assert (await gateway.exchange(post())).status == 202
        assert await silent[0].rest() == b""
        assert gateway.value(OVER, how="evicted") == 1
        for sender in silent[1:]:
            await sender.send(post())
            assert (await sender.answer()).status == 202


async def test_who_has_asked_stays_before_who_has_not() -> None:
    """A sender that is known to send gives way last, however long it has been connected."""
    async with listening(max_connections=3) as gateway:
        known = await gateway.connect()
        await known.send(post())
        await known.answer()
        for number in range(10):
            other = await gateway.connect()
            await other.send(post(b'{"id"', length=100) if number % 2 else b"")
        await until(lambda: (gateway.value(OVER, how="evicted") or 0) >= 8)
        await known.send(post())
        assert (await known.answer()).status == 202
        await leave(gateway)


async def leave(gateway: Listening) -> None:
    """Have every sender leave: a body that still arrives would hold the end up."""
    for sender in gateway.senders:
        await sender.close()


async def test_half_a_body_keeps_no_room() -> None:
    """Bodies that do not come are given up for one that does, and end as incomplete."""
    async with listening(max_connections=3, body_timeout=60) as gateway:
        for _ in range(3):
            slow = await gateway.connect()
            await slow.send(post(b'{"id"', length=100))
        await until(lambda: gateway.value("cstar_gateway_in_flight_deliveries") == 3)
        assert (await gateway.exchange(post())).status == 202
        assert gateway.value(OVER, how="evicted") == 1
        await until(lambda: gateway.value("cstar_gateway_in_flight_deliveries") == 2)
        assert (
            gateway.value(
                "cstar_gateway_deliveries_total",
                outcome="rejected",
                reason="body_incomplete",
                event_type="none",
            )
            == 1
        )
        await leave(gateway)


async def test_half_a_head_keeps_no_room() -> None:
    """Who sends a head a byte at a time is idle still, and gives way."""
    async with listening(max_connections=2) as gateway:
        for _ in range(2):
            slow = await gateway.connect()
            await slow.send(post()[:30])
        await until(lambda: gateway.value(OPEN) == 2)
        assert (await gateway.exchange(post())).status == 202


async def test_a_busy_connection_never_gives_way() -> None:
    """Where every connection is at work, the new one gets 503 and the end; none is cut."""
    async with listening(max_connections=2) as gateway:
        gateway.intake.open.clear()
        busy = [await gateway.connect() for _ in range(2)]
        for sender in busy:
            await sender.send(post())
        await until(lambda: len(gateway.intake.taken) == 2)
        late = await gateway.connect()
        refusal = await late.answer()
        assert (refusal.status, refusal.reason) == (503, "overloaded")
        assert refusal.closes
        assert await late.rest() == b""
        assert gateway.value(OVER, how="refused") == 1
        assert gateway.value("cstar_gateway_deliveries_received_total") == 2
        gateway.intake.open.set()
        for sender in busy:
            assert (await sender.answer()).status == 202
        assert (await gateway.exchange(post())).status == 202


async def test_a_flood_of_connections_is_bounded() -> None:
    """However many connect, no more than the limit are open, and deliveries go on."""
    async with listening(max_connections=20) as gateway:
        for _ in range(15):
            await asyncio.gather(*(gateway.connect() for _ in range(20)))
            assert (await gateway.exchange(post())).status == 202
        await until(lambda: (gateway.value(OPEN) or 0) <= 20)


async def test_a_drain_answers_what_was_begun() -> None:
    """Idle connections end at once, busy ones after their answer; nothing is cut."""
    async with listening() as gateway:
        gateway.intake.open.clear()
        idle, busy = [await gateway.connect() for _ in range(2)]
        await busy.send(post())
        await until(lambda: bool(gateway.intake.taken))
        drain = asyncio.create_task(gateway.server.drain(10))
        assert await idle.rest() == b""
        assert not drain.done()
        gateway.intake.open.set()
        answer = await busy.answer()
        assert (answer.status, answer.closes) == (202, True)
        assert await drain == 0
        with pytest.raises(ConnectionError):
            await gateway.connect()


async def test_a_body_under_way_is_awaited_by_a_drain() -> None:
    """A request whose head has come is begun: the rest of its body is still read."""
    async with listening() as gateway:
        sender = await gateway.connect()
        await sender.send(post(b'{"id"', length=12))
        await until(lambda: gateway.value("cstar_gateway_in_flight_deliveries") == 1)
        drain = asyncio.create_task(gateway.server.drain(10))
        await asyncio.sleep(0.05)
        await sender.send(b':"evt1"')
        assert (await sender.answer()).status == 202
        assert await drain == 0


async def test_a_drain_that_is_over_cuts_and_counts_what_is_left() -> None:
    """Whoever still sends a body at the deadline is cut, and ends in the ledger as draining."""
    async with listening() as gateway:
        sender = await gateway.connect()
        await sender.send(post(b'{"id"', length=12))
        await until(lambda: gateway.value("cstar_gateway_in_flight_deliveries") == 1)
        assert await gateway.server.drain(0.1) == 1
        assert await sender.rest() == b""
        assert (
            gateway.value(
                "cstar_gateway_deliveries_total",
                outcome="unavailable",
                reason="draining",
                event_type="none",
            )
            == 1
        )


async def test_who_is_cut_while_kafka_is_silent_is_counted_by_its_word() -> None:
    """A delivery on its way to Kafka outlives its connection, and ends as Kafka says."""
    async with listening() as gateway:
        gateway.intake.open.clear()
        sender = await gateway.connect()
        await sender.send(post())
        await until(lambda: bool(gateway.intake.taken))
        assert await gateway.server.drain(0.1) == 1
        assert await sender.rest() == b""
        assert gateway.telemetry.ledger.in_flight == 1
        gateway.intake.open.set()
        await until(lambda: gateway.telemetry.ledger.in_flight == 0)
        assert ledger(gateway.telemetry)["accepted"] == 1


async def test_who_connects_amid_a_drain_is_turned_away() -> None:
    """A connection that was accepted as the listener closed is refused, not left to wait."""
    async with listening() as gateway:
        connections = gateway.server._connections
        assert connections is not None
        assert connections.make_room() is None
        await gateway.server.drain(1)
        refusal = connections.make_room()
        assert refusal is not None
        assert refusal.head.startswith(b"HTTP/1.1 503 ")
        assert b'"reason":"draining"' in refusal.body
