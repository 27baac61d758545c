"""Backfill: how many stored events one core ingests a second, with the command that is shipped.

`python -m benchmarks backfill` starts a real Kafka, writes a file of events of all types, ingests
it into all topics with the default configuration, journal and checkpoint included, holds the topics
against the file, and writes benchmarks/results/backfill.json. The figure is events for each second
of the process's own CPU time, of all its threads, from its start to its end: imports and connecting
are in it.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from benchmarks.contenders import shipped
from benchmarks.deliveries import Mix, deliveries
from benchmarks.failure import BenchFailed
from benchmarks.result import Head, head, keep
from benchmarks.servers import environment
from gateway.embedded import Kafka
from gateway.events.catalogue import CATEGORIES
from gateway.sink.log import KafkaLog
from gateway.sink.settings import KafkaSettings

__all__ = ["Backfill", "Run", "backfill"]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One ingest of the whole file.

    Attributes:
        seconds: from the start of the process to its end.
        cpu_seconds: what it used, user and system, all threads.
        start_cpu_seconds: of that, what an ingest of an empty file uses.
        resident: the most bytes it had in memory.
    """

    seconds: float
    cpu_seconds: float
    start_cpu_seconds: float
    resident: int


class Backfill(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured.

    Attributes:
        head: when, where and how.
        server: the gateway's name, as in `contenders`.
        events: lines of the file, of all types by turns.
        bytes_an_event: of a line.
        runs: each into topics of its own.
    """

    head: Head
    server: str
    events: int
    bytes_an_event: float
    runs: list[Run]


def backfill(
    events: Annotated[int, typer.Option(min=1_000, help="Lines of the file.")] = 500_000,
    runs: Annotated[int, typer.Option(min=1, help="Each into topics of its own.")] = 3,
) -> None:
    """Measure ingests of stored events."""
    console, began, of = Console(), head(), shipped()
    package = of.folder()  # built before the clock runs
    measured: list[Run] = []
    with tempfile.TemporaryDirectory() as folder, Kafka() as kafka:
        file = Path(folder) / "events.ndjson"
        size = _write(file, events)
        empty = Path(folder) / "empty.ndjson"
        empty.touch()
        for number in range(runs):
            variables = environment(kafka.bootstrap_servers, f"bench{number}")
            start = _ingest(package, empty, variables, 0)
            run = _ingest(package, file, variables, events, start.cpu_seconds)
            _check(kafka, f"bench{number}", events)
            (file.with_name(f"{file.name}.checkpoint")).unlink()
            (empty.with_name(f"{empty.name}.checkpoint")).unlink()
            measured.append(run)
            console.print(
                f"{events / run.cpu_seconds:,.0f} events a CPU second "
                f"({run.cpu_seconds / events * 1e6:.1f} µs an event), "
                f"{events / run.seconds:,.0f} a second, {run.resident / 2**20:.0f} MiB resident",
                highlight=False,
            )
    result = Backfill(
        head=began,
        server=of.name,
        events=events,
        bytes_an_event=round(size / events, 1),
        runs=measured,
    )
    keep(result, "backfill")


def _write(file: Path, events: int) -> int:
    """Write so many events; return their bytes."""
    with file.open("wb") as lines:
        for each in islice(deliveries(Mix()), events):
            lines.write(each.body + b"\n")
    return file.stat().st_size


def _ingest(
    package: Path,
    file: Path,
    variables: Mapping[str, str],
    events: int,
    start_cpu_seconds: float = 0.0,
) -> Run:
    """Run the command of the gateway in a folder over a file.

    Raises:
        BenchFailed: it did not accept every event.
    """
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "gateway", "ingest", "--yes", "--json", str(file)],
        cwd=package,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    said = json.loads(out.splitlines()[-1]) if out else {}
    if process.returncode or said["summary"]["accepted"] != events:
        raise BenchFailed(f"The ingest ended with {process.returncode}: {said}")
    cpu = used.ru_utime + used.ru_stime
    return Run(
        seconds=round(seconds, 2),
        cpu_seconds=round(cpu, 2),
        start_cpu_seconds=round(start_cpu_seconds, 2),
        resident=used.ru_maxrss * 1024,
    )


def _check(kafka: Kafka, prefix: str, events: int) -> None:
    """Hold the topics against the file.

    Raises:
        BenchFailed: they do not hold as many records.
    """

    async def count() -> int:
        settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
        topics = [f"{prefix}.{category}" for category in CATEGORIES]
        async with KafkaLog(settings).open(topics, 0.0) as reader:
            return reader.left

    held = asyncio.run(count())
    if held != events:
        raise BenchFailed(f"The topics hold {held} records of {events} events.")
