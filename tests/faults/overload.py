"""Overload: more connections and ids than may be held. `python -m tests.faults.overload`.

F24 descriptors run out; F25 a flood of distinct ids under a memory limit; and connections beyond
`max_connections`, silent ones and such as bring bodies byte by byte.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import msgspec

from gateway.embedded import Kafka
from gateway.events.catalogue import CATEGORIES
from tests.e2e.running import Client, environment
from tests.e2e.serving import Served, served
from tests.faults.crowd import crowd
from tests.faults.row import Row
from tests.faults.traffic import Traffic, request
from tests.kafka_reading import end_offsets

__all__ = [
    "Given",
    "descriptors_run_out",
    "flood_of_connections",
    "flood_of_ids",
    "gateway",
    "main",
]

_REACH = "cstar_gateway_idempotency_window_seconds"
_MIB = 1024 * 1024


class Given(Protocol):
    """What a scenario here needs of what it is given.

    Attributes:
        kafka: a broker it may restart.
        prefix: of its topics.
        events: about how many distinct events to send.
    """

    @property
    def kafka(self) -> Kafka: ...  # noqa: D102
    @property
    def prefix(self) -> str: ...  # noqa: D102
    @property
    def events(self) -> int: ...  # noqa: D102


@asynccontextmanager
async def gateway(
    given: Given, *, descriptors: int | None = None, **more: str
) -> AsyncIterator[tuple[Served, Client]]:
    """Run a gateway as it is deployed; ready when this yields."""
    settings = environment(given.kafka.bootstrap_servers, given.prefix, **more)
    with TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with served(settings, log, descriptors=descriptors) as serving:
            async with serving.client() as client:
                yield serving, client


async def descriptors_run_out(given: Given) -> Row:
    """64 open files, 600 silent connections, and the broker is restarted meanwhile."""
    failures = []
    async with gateway(given, descriptors=64, KAFKA__PUBLISH_TIMEOUT="2s") as (serving, client):
        traffic = Traffic(serving.port, "few_files", senders=4)
        async with traffic.flowing(), crowd(serving.port, idle=600):
            await asyncio.sleep(2)
            most = serving.descriptors
            given.kafka.kill()
            await asyncio.sleep(1)
            await given.kafka.restart()
            back = time.monotonic()
            await client.wait_ready()
            healed = time.monotonic() - back
            begun = time.monotonic()
            await asyncio.sleep(2)
        if set(traffic.statuses(begun)) - {0, 202, 200} or not traffic.statuses(begun)[202]:
            failures.append(f"after the restart: {dict(traffic.statuses(begun))}")
        failures += faults_in(serving)
        accounted = await traffic.account(given.kafka.bootstrap_servers, given.prefix)
    return Row(
        fault="F24",
        name="descriptors run out",
        injected="64 open files, 600 silent connections, broker restarted",
        heal=healed,
        notes=f"{most} open under the flood; the broker was reached again",
        failures=tuple(failures),
        **accounted,
    )


async def flood_of_connections(given: Given, seconds: float = 10.0) -> Row:
    """200 connections may be open; 1,500 silent and 500 slow ones want in, again and again."""
    failures = []
    async with gateway(given, INGRESS__MAX_CONNECTIONS="200") as (serving, client):
        traffic = Traffic(serving.port, "crowded")
        async with traffic.flowing():
            await asyncio.sleep(seconds / 2)
            before = traffic.percentile(0.99)
            async with crowd(serving.port, idle=1500, slow=500):
                begun = time.monotonic()
                await asyncio.sleep(seconds)
                during, statuses = traffic.percentile(0.99, begun), traffic.statuses(begun)
                most = await client.metric("cstar_gateway_http_connections")
        if not statuses[202]:
            failures.append(f"good senders met {dict(statuses)}")
        if most > 205:  # those that give way are closed a moment later
            failures.append(f"{most:.0f} connections were open")
        failures += faults_in(serving)
        accounted = await traffic.account(given.kafka.bootstrap_servers, given.prefix)
    return Row(
        fault="F24b",
        name="connections beyond the limit",
        injected="200 allowed; 1,500 silent and 500 slow ones, reopened whenever closed",
        notes=f"p99 of good traffic {before:.0f} → {during:.0f} ms; {dict(statuses)}",
        failures=tuple(failures),
        **accounted,
    )


class _Flood(msgspec.Struct):
    """A million events, each sent once."""

    statuses: Counter[bytes] = msgspec.field(default_factory=Counter)
    reaches: list[float] = msgspec.field(default_factory=list)
    sizes: list[int] = msgspec.field(default_factory=list)
    sent: int = 0


async def flood_of_ids(given: Given, memory: str = "24MiB") -> Row:
    """Distinct ids without end, under a memory limit that does not hold them all."""
    failures, flood = [], _Flood()
    async with gateway(given, IDEMPOTENCY__MEMORY_LIMIT=memory) as (serving, client):
        before, began = serving.memory, time.monotonic()
        watching = asyncio.create_task(_watch(flood, serving, client))
        await asyncio.gather(*(_pour(flood, serving.port, given.events) for _ in range(32)))
        seconds = time.monotonic() - began
        watching.cancel()
        reach, ids = (
            await client.metric(_REACH),
            await client.metric("cstar_gateway_idempotency_ids"),
        )
        ledger = await client.ledger()
        failures += faults_in(serving)
        topics = [f"{given.prefix}.{category}" for category in (*CATEGORIES, "other")]
        records = sum((await end_offsets(given.kafka.bootstrap_servers, topics)).values())
    if flood.statuses.keys() != {b"202"}:
        failures.append(f"answers {dict(flood.statuses)}")
    return Row(
        fault="F25",
        name="a flood of distinct ids",
        injected=f"{flood.sent:,} ids, memory_limit {memory}",
        sent=flood.sent,
        deliveries=flood.sent,
        acked=flood.statuses[b"202"],
        unavailable=int(ledger["unavailable"]),
        lost=max(0, flood.statuses[b"202"] - records),
        duplicates=max(0, records - flood.sent),
        notes=(
            f"{flood.sent / seconds:,.0f}/s; memory {before / _MIB:.0f} MiB before, "
            f"{max(flood.sizes, default=0) / _MIB:.0f} at most, "
            f"{flood.sizes[-1] / _MIB:.0f} at the end; {ids:,.0f} ids remembered, "
            f"window {flood.reaches[0]:,.0f} → {reach:,.0f} s"
        ),
        failures=tuple(failures),
    )


async def _watch(flood: _Flood, serving: Served, client: Client) -> None:
    while True:
        flood.reaches.append(await client.metric(_REACH))
        flood.sizes.append(serving.memory)
        await asyncio.sleep(1)


async def _pour(flood: _Flood, port: int, events: int, together: int = 16) -> None:
    """Send distinct events, some together on one connection, until there were enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while flood.sent < events:
        first, flood.sent = flood.sent, flood.sent + together
        numbers = range(first, first + together)
        writer.write(b"".join(request(f"evt_flood_{number}", number % 64) for number in numbers))
        for _ in numbers:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.rpartition(b"Content-Length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            flood.statuses[head[9:12]] += 1
    writer.close()


def faults_in(serving: Served) -> list[str]:
    """Return what the log has that must not be there."""
    lines = serving.log.splitlines()
    found = [line for line in lines if "fault" in line or "Traceback" in line]
    return [f"logged: {line[:200]}" for line in found[:3]]


async def main(*scenarios: Any, events: int = 2000) -> int:
    """Run scenarios against a broker of their own, and print their rows; return the exit code."""
    good = True
    with Kafka() as broker:
        for number, scenario in enumerate(scenarios):
            given = _Alone(kafka=broker, prefix=f"alone{number}", events=events)
            row: Row = await scenario(given)
            good = good and row.good
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(row)).decode() + "\n")
            sys.stdout.flush()
    return 0 if good else 1


class _Alone(msgspec.Struct, frozen=True):
    """What `main` gives."""

    kafka: Kafka
    prefix: str
    events: int


if __name__ == "__main__":
    found: dict[str, Any] = {
        "F24": descriptors_run_out,
        "F24b": flood_of_connections,
        "F25": flood_of_ids,
        "F25b": partial(flood_of_ids, memory="64MiB"),  # a million fit
    }
    wanted = [found[name] for name in sys.argv[2:]] or found.values()
    sys.exit(asyncio.run(main(*wanted, events=int((sys.argv[1:] or ["1000000"])[0]))))
