"""Restart: how long a gateway is unready for a journal of so many ids, and what they cost.

`python -m benchmarks restart` fills a real Kafka's journal, starts the gateway as it is deployed,
and writes benchmarks/results/restart.json.
"""

import asyncio
import time
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from benchmarks.accounting import cpu_time, resident
from benchmarks.contenders import GATEWAY, Contender, shipped
from benchmarks.filling import PER_ENTRY, ROOM, fill
from benchmarks.result import Head, head, keep
from benchmarks.servers import environment
from gateway.embedded import Kafka

__all__ = ["Restart", "restart"]

_PREFIX = "bench"
_PARTITIONS = 6


class Restart(msgspec.Struct, frozen=True, kw_only=True):
    """One start over a full journal.

    Attributes:
        head: when, where and how.
        ids: marks in the journal.
        entries: records that hold them.
        seconds: from the start of the process until it is ready, Kafka's connection included.
        cpu_seconds: what the process used by then.
        resident: bytes of the process when it was ready.
        resident_empty: bytes of one that is ready with an empty journal.
        server: the gateway's name; results older than this field are of the interpreted one.
    """

    head: Head
    ids: int
    entries: int
    seconds: float
    cpu_seconds: float
    resident: int
    resident_empty: int
    server: str = GATEWAY.name

    @property
    def bytes_an_id(self) -> float:
        """Memory of one id."""
        return (self.resident - self.resident_empty) / self.ids


def restart(
    ids: Annotated[int, typer.Option(min=1_000, help="Marks in the journal.")] = 10_000_000,
) -> None:
    """Measure a start over a journal of so many ids."""
    console, began, gateway = Console(), head(), shipped()
    entries = -(-ids // PER_ENTRY)
    with Kafka() as kafka:
        variables = environment(kafka.bootstrap_servers, _PREFIX, _PARTITIONS) | ROOM
        _, _, empty = _start(gateway, kafka)
        console.print(f"writing {ids:,} marks in {entries:,} entries")
        asyncio.run(fill(variables, entries))
        seconds, cpu, full = _start(gateway, kafka)
    result = Restart(
        head=began,
        ids=entries * PER_ENTRY,
        entries=entries,
        seconds=round(seconds, 2),
        cpu_seconds=cpu,
        resident=full,
        resident_empty=empty,
        server=gateway.name,
    )
    keep(result, "restart")
    console.print(
        f"ready after {seconds:.1f} s ({result.ids / seconds:,.0f} ids/s), "
        f"{full / 2**20:.0f} MiB resident, {result.bytes_an_id:.1f} bytes an id"
    )


def _start(gateway: Contender, kafka: Kafka) -> tuple[float, float, int]:
    """Start a gateway; return seconds until ready, CPU seconds, and resident bytes."""
    gateway.folder()  # built before the clock runs
    began = time.monotonic()
    with gateway.start(kafka.bootstrap_servers, _PREFIX, _PARTITIONS, **ROOM) as server:
        seconds = time.monotonic() - began
        return seconds, cpu_time(server.pid).total, resident(server.pid)
