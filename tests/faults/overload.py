"""Overload: more connections than may be held. `python -m tests.faults.overload`.

F24 descriptors run out; and connections beyond `max_connections`, silent ones and such as bring
bodies byte by byte. More ids than may be held: `flood`.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import msgspec

from gateway.embedded import Kafka
from tests.e2e.running import Client, environment
from tests.e2e.serving import Served, served
from tests.faults.crowd import crowd
from tests.faults.row import Row
from tests.faults.traffic import Traffic

__all__ = [
    "Given",
    "descriptors_run_out",
    "flood_of_connections",
    "gateway",
    "main",
]


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
    }
    sys.exit(asyncio.run(main(*([found[name] for name in sys.argv[1:]] or found.values()))))
