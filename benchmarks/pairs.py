"""Pairs: the bare server and the gateway under the same load, by turns.

By turns, because machines drift: only what ran a moment apart is compared. A run counts only when
every answer was a 2xx and Kafka has each event that was answered.
"""

import asyncio
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import msgspec

from benchmarks import servers
from benchmarks.deliveries import Types
from benchmarks.failure import BenchFailed
from benchmarks.load import Figures, Plan
from benchmarks.result import Pair, Run
from benchmarks.servers import ROOT, Server
from benchmarks.written import count_records
from gateway import parts
from gateway.config import load
from gateway.embedded import Kafka
from gateway.sink.settings import KafkaSettings

__all__ = ["Settings", "run_pairs"]

_SUCCESS = {"200", "202"}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How pairs are run.

    Attributes:
        pairs: how many.
        seconds: of each run's window.
        warm_up: seconds before it.
        connections: open at once.
        types: of events.
        seed: of their order.
    """

    pairs: int
    seconds: float
    warm_up: float
    connections: int
    types: Types
    seed: int


def run_pairs(kafka: Kafka, settings: Settings, tell: Callable[[str], None]) -> Iterator[Pair]:
    """Yield each pair when it has run.

    Args:
        kafka: a broker, for all of them.
        settings: how.
        tell: told of each step.

    Raises:
        BenchFailed: a run does not count.
    """
    for number in range(1, settings.pairs + 1):
        tell(f"pair {number} of {settings.pairs}: bare aiohttp")
        bare = _run_bare(kafka, settings)
        tell(f"pair {number} of {settings.pairs}: the gateway")
        yield Pair(bare, _run_gateway(kafka, settings))


def _run_bare(kafka: Kafka, settings: Settings) -> Run:
    with servers.bare() as server:
        figures = _load(server, kafka, settings)
    return _run(figures, None)


def _run_gateway(kafka: Kafka, settings: Settings) -> Run:
    prefix = f"bench-{uuid.uuid4().hex[:8]}"
    with servers.gateway(servers.environment(kafka.bootstrap_servers, prefix)) as server:
        figures = _load(server, kafka, settings)
    run = _run(figures, _records(kafka.bootstrap_servers, prefix))
    if run.records != run.answers:
        raise BenchFailed(
            f"Kafka has {run.records} records for {run.answers} answers of 2xx: "
            "the gateway did not do the whole work, or did some of it twice."
        )
    return run


def _load(server: Server, kafka: Kafka, settings: Settings) -> Figures:
    plan = Plan(
        port=server.port,
        pids={"server": server.pid, "broker": kafka.pid},
        connections=settings.connections,
        warm_up=settings.warm_up,
        seconds=settings.seconds,
        types=settings.types,
        seed=settings.seed,
    )
    loaded = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks.load", msgspec.json.encode(plan).decode()],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if loaded.returncode != 0:
        said = loaded.stderr.decode(errors="replace").strip()
        raise BenchFailed(f"The load failed: {said}")
    return msgspec.json.decode(loaded.stdout, type=Figures)


def _run(figures: Figures, records: int | None) -> Run:
    strange = {status: n for status, n in figures.statuses.items() if status not in _SUCCESS}
    if strange:
        told = ", ".join(f"{count} {status}" for status, count in strange.items())
        raise BenchFailed(f"Not every answer was a 2xx ({told}): such a run measures nothing.")
    if not figures.events:
        raise BenchFailed("Nothing was answered within the window: give it more --seconds.")
    return Run(
        events=figures.events,
        seconds=figures.seconds,
        cpu_seconds=figures.cpu_seconds["server"],
        broker_cpu_seconds=figures.cpu_seconds["broker"],
        load_cpu_seconds=figures.load_cpu_seconds,
        answers=sum(figures.statuses.values()),
        records=records,
    )


def _records(bootstrap_servers: str, prefix: str) -> int:
    """Return how many events are on the category topics; what was quarantined is not."""
    config = load(None, servers.environment(bootstrap_servers, prefix))
    topics = [spec.name for spec in parts.topic_specs(config) if spec.role == "category"]
    settings = KafkaSettings(bootstrap_servers=bootstrap_servers)
    return sum(asyncio.run(count_records(settings, topics)).values())
