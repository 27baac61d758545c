"""Run: one server under one load, for one window.

It counts only when every answer was a 2xx and Kafka has each event that was answered, once.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal

import msgspec

from benchmarks import wrk
from benchmarks.accounting import resident
from benchmarks.contenders import Contender
from benchmarks.deliveries import Mix
from benchmarks.failure import BenchFailed
from benchmarks.load import Figures, Plan
from benchmarks.servers import Server
from benchmarks.serving import Place, place, serving
from benchmarks.task import ask
from benchmarks.topics import count_records
from gateway.embedded import Kafka
from gateway.pipeline.routes import Topics

__all__ = ["Demand", "Run", "Sender", "judged", "load", "require", "run", "run_at"]

Sender = Literal["own", "wrk"]

_LEAST = 0.1  # seconds of a window that is worth its name
_SUCCESS = {"200", "202"}


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a server.

    Attributes:
        seconds: of the window.
        warm_up: seconds before it.
        connections: open at once, each with one request under way.
        sender: the load generator.
        mix: what is sent.
        partitions: of every topic.
        replicas: of the server, each a process, behind the load's round-robin.
    """

    seconds: float = 5.0
    warm_up: float = 2.0
    connections: int = 64
    sender: Sender = "own"
    mix: Mix = Mix()
    partitions: int = 6
    replicas: int = 1


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found.

    Attributes:
        events: answered within the window, each with a 2xx.
        seconds: of the window.
        cpu_seconds: the server's CPU time within the window, all its processes together.
        broker_cpu_seconds: Kafka's; of no meaning to a server that does not use it.
        load_cpu_seconds: the sender's.
        answers: all, those before and after the window included.
        records: in Kafka after the run; None where the server writes none.
        resident: memory of the server's processes after the load, bytes.
    """

    events: int
    seconds: float
    cpu_seconds: float
    broker_cpu_seconds: float
    load_cpu_seconds: float
    answers: int
    records: int | None = None
    resident: int = 0

    @property
    def cpu_per_event(self) -> float:
        """CPU time of the server for one event, microseconds."""
        return self.cpu_seconds / self.events * 1e6

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def share(self) -> float:
        """How much of one core the server had; well below 1, something else was the bottleneck."""
        return self.cpu_seconds / self.seconds

    @property
    def load_share(self) -> float:
        """How much of one core the sender had."""
        return self.load_cpu_seconds / self.seconds


def require(sender: Sender) -> None:
    """Say at once where a load generator is not there.

    Raises:
        BenchFailed: it is not.
    """
    if sender == "wrk" and not wrk.installed():
        raise BenchFailed("wrk is not installed: install it, or leave out --load wrk.")


def run(kafka: Kafka, contender: Contender, demand: Demand) -> Run:
    """Run a contender once, on topics of its own.

    Raises:
        BenchFailed: the run does not count.
    """
    with place(kafka, contender, demand.partitions) as of:
        return run_at(of, kafka, contender, demand)


def run_at(of: Place, kafka: Kafka, contender: Contender, demand: Demand) -> Run:
    """Run a contender once, on topics to which nobody else has written.

    Raises:
        BenchFailed: the run does not count.
    """
    with serving(contender, of, demand.replicas) as servers:
        figures = load(servers, kafka, demand)
        memory = sum(resident(each.pid) for each in servers)
    records = None
    if contender.writes:
        records = asyncio.run(count_records(of.servers, Topics(of.prefix).categories))
    return msgspec.structs.replace(judged(figures, records), resident=memory)


def load(servers: Sequence[Server], kafka: Kafka, demand: Demand) -> Figures:
    """Put a load on servers that run.

    Raises:
        BenchFailed: the sender failed.
    """
    plan = Plan(
        ports=[each.port for each in servers],
        pids={"broker": kafka.pid}
        | {f"server {number}": each.pid for number, each in enumerate(servers)},
        connections=demand.connections,
        warm_up=demand.warm_up,
        seconds=demand.seconds,
        mix=demand.mix,
    )
    if demand.sender == "wrk":
        return wrk.drive(plan)
    return ask("load", plan, Figures)


def judged(figures: Figures, records: int | None) -> Run:
    """Return the run that figures tell of, with the records that Kafka has of it.

    Raises:
        BenchFailed: it does not count.
    """
    strange = {status: n for status, n in figures.statuses.items() if status not in _SUCCESS}
    if strange:
        told = ", ".join(f"{count} {status}" for status, count in strange.items())
        raise BenchFailed(f"Not every answer was a 2xx ({told}): such a run measures nothing.")
    if not figures.events:
        raise BenchFailed(f"Nothing was answered within the window: {figures}.")
    if figures.seconds < _LEAST:
        raise BenchFailed(f"The requests ran out after {figures.seconds:.3f} s: a shorter warm-up.")
    answers = sum(figures.statuses.values())
    if records is not None and not answers <= records <= answers + figures.cut:
        raise BenchFailed(
            f"Kafka has {records} records for {answers} answers of 2xx and {figures.cut} that were "
            "not waited for: the server did not do the whole work, or did some of it twice."
        )
    cpu = figures.cpu_seconds
    return Run(
        events=figures.events,
        seconds=figures.seconds,
        cpu_seconds=sum(used for name, used in cpu.items() if name != "broker"),
        broker_cpu_seconds=cpu["broker"],
        load_cpu_seconds=figures.load_cpu_seconds,
        answers=answers,
        records=records,
    )
