"""Flood: distinct ids without end, beside good senders; memory is bounded, and none is refused."""

import asyncio
import time
from collections import Counter

import msgspec

from gateway.events.catalogue import CATEGORIES
from tests.e2e.running import Client
from tests.e2e.serving import Served
from tests.faults.overload import Given, faults_in, gateway
from tests.faults.row import Row
from tests.faults.traffic import Traffic, request
from tests.kafka_reading import end_offsets

__all__ = ["flood_of_ids"]

_REACH = "cstar_gateway_idempotency_window_seconds"
_IDS = "cstar_gateway_idempotency_ids"
_MIB = 1024 * 1024
_CALM_SECONDS = 10.0
_CONNECTIONS = 32


class _Flood(msgspec.Struct):
    """What was sent, each id once, and what it did to the gateway."""

    statuses: Counter[bytes] = msgspec.field(default_factory=Counter)
    reaches: list[float] = msgspec.field(default_factory=list)
    sizes: list[int] = msgspec.field(default_factory=list)
    sent: int = 0
    seconds: float = 0.0


async def flood_of_ids(given: Given, ids: int, memory: str) -> Row:
    """So many distinct ids as fast as they are taken, under a limit to the memory for ids."""
    failures, flood = [], _Flood()
    async with gateway(given, IDEMPOTENCY__MEMORY_LIMIT=memory) as (serving, client):
        traffic = Traffic(serving.port, "beside")
        before = serving.memory
        async with traffic.flowing():
            await asyncio.sleep(_CALM_SECONDS)
            calm, begun = traffic.percentile(0.99), time.monotonic()
            await _pour_all(flood, serving, client, ids)
            beside = traffic.percentile(0.99, begun)
        statuses = traffic.statuses()
        known, reach = await client.metric(_IDS), await client.metric(_REACH)
        unavailable = int((await client.ledger())["unavailable"])
        failures += faults_in(serving)
    topics = [f"{given.prefix}.{category}" for category in (*CATEGORIES, "other")]
    records = sum((await end_offsets(given.kafka.bootstrap_servers, topics)).values())
    if flood.statuses.keys() | {str(status).encode() for status in statuses} != {b"202"}:
        failures.append(f"answers {dict(flood.statuses)}, good senders' {dict(statuses)}")
    sent = flood.sent + sum(statuses.values())
    accepted = flood.statuses[b"202"] + statuses[202]
    return Row(
        fault="F25",
        name="a flood of distinct ids",
        injected=f"{flood.sent:,} ids, memory_limit {memory}",
        sent=sent,
        deliveries=sent,
        acked=accepted,
        unavailable=unavailable,
        lost=max(0, accepted - records),
        duplicates=max(0, records - sent),
        slowest=max(one.seconds for one in traffic.exchanges),
        notes=(
            f"{flood.sent / flood.seconds:,.0f}/s; p99 of good traffic {calm:.0f} → {beside:.0f} "
            f"ms; memory {before / _MIB:.0f} → {max(flood.sizes) / _MIB:.0f} MiB; {known:,.0f} "
            f"ids remembered, window {flood.reaches[0]:,.0f} → {reach:,.0f} s"
        ),
        failures=tuple(failures),
    )


async def _pour_all(flood: _Flood, serving: Served, client: Client, ids: int) -> None:
    """Send as many as asked for, watching the gateway meanwhile."""
    begun = time.monotonic()
    watching = asyncio.create_task(_watch(flood, serving, client))
    await asyncio.gather(*(_pour(flood, serving.port, ids) for _ in range(_CONNECTIONS)))
    flood.seconds = time.monotonic() - begun
    watching.cancel()
    flood.sizes.append(serving.memory)


async def _watch(flood: _Flood, serving: Served, client: Client) -> None:
    while True:
        flood.reaches.append(await client.metric(_REACH))
        flood.sizes.append(serving.memory)
        await asyncio.sleep(1)


async def _pour(flood: _Flood, port: int, ids: int, together: int = 16) -> None:
    """Send distinct events, some together on one connection, until there were enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while flood.sent < ids:
        first, flood.sent = flood.sent, flood.sent + together
        numbers = range(first, first + together)
        writer.write(b"".join(request(f"evt_flood_{number}", number % 64) for number in numbers))
        for _ in numbers:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.rpartition(b"Content-Length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            flood.statuses[head[9:12]] += 1
    writer.close()
