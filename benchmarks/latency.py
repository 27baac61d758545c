"""Latency: how long until cStar has its 2xx, at a pace, and when nothing else happens.

Beside each, in the same seconds, stands what the broker takes for a record by itself: that much of
an answer is Kafka's, whoever asks.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from benchmarks.accounting import cpu_time
from benchmarks.contenders import Contender
from benchmarks.deliveries import Mix
from benchmarks.failure import BenchFailed
from benchmarks.paced import NO_ANSWER, Pace, Paced
from benchmarks.percentiles import Percentiles
from benchmarks.probe import Alternated, Probe
from benchmarks.result import Head
from benchmarks.serving import place, serving
from benchmarks.task import Task, ask
from benchmarks.topics import make_topic
from gateway.embedded import Kafka

__all__ = ["AtPace", "Idle", "Latency", "Times", "at_paces", "idle"]

_PROBES = 20  # a second
_PARTITIONS = 6
_FINE = {"200", "202", NO_ANSWER}


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """How latencies are taken.

    Attributes:
        rates: events a second, one run each.
        warm_up: seconds before each.
        seconds: of each.
        idle: pairs of one event and one record.
        every: seconds from one event to the next, when idle.
        mix: what is sent.
    """

    rates: Sequence[float] = (100, 500, 2000)
    warm_up: float = 5.0
    seconds: float = 30.0
    idle: int = 60
    every: float = 1.0
    mix: Mix = Mix()


class AtPace(msgspec.Struct, frozen=True, kw_only=True):
    """One server at one pace.

    Attributes:
        server: its name.
        rate: events a second that were due.
        found: by the open loop.
        ack: of the broker for a record by itself, meanwhile.
        share: of one core that the server had.
    """

    server: str
    rate: float
    found: Paced
    ack: Percentiles
    share: float


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """One server with nothing else to do.

    Attributes:
        server: its name.
        found: by turns with the broker.
        share: of one core that the server had.
    """

    server: str
    found: Alternated
    share: float = 0.0


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    head: Head
    times: Times
    paced: list[AtPace]
    idle: list[Idle]


def at_paces(
    kafka: Kafka, contender: Contender, times: Times, tell: Callable[[str], None]
) -> Iterator[AtPace]:
    """Yield a server's latencies, pace by pace; it runs through, to the first it falls behind of.

    Raises:
        BenchFailed: an answer was no 2xx.
    """
    with place(kafka, contender, _PARTITIONS) as of, serving(contender, of) as servers:
        topic = f"{of.prefix}.probe"
        asyncio.run(make_topic(of.servers, topic))
        for rate in times.rates:
            tell(f"{contender.says}: {rate:g} events a second")
            pace = Pace(
                port=servers[0].port,
                rate=rate,
                warm_up=times.warm_up,
                seconds=times.seconds,
                mix=times.mix,
            )
            lasting = times.warm_up + times.seconds
            count = max(1, int(lasting * _PROBES / 2))
            probe = Probe(servers=of.servers, topic=topic, count=count, every=1 / _PROBES)
            before = cpu_time(servers[0].pid).total
            with Task("paced", pace) as loop, Task("probe", probe) as probing:
                found, ack = loop.found(Paced), probing.found(Percentiles)
            used = cpu_time(servers[0].pid).total - before
            _hold(contender, rate, found)
            yield AtPace(
                server=contender.name, rate=rate, found=found, ack=ack, share=used / lasting
            )
            if found.unanswered:
                return  # what it still owes would fall to the next pace


def _hold(contender: Contender, rate: float, found: Paced) -> None:
    strange = {status: n for status, n in found.statuses.items() if status not in _FINE}
    if strange:
        raise BenchFailed(f"{contender.says} at {rate:g} events a second: {strange}, not all 2xx.")


def idle(kafka: Kafka, contender: Contender, times: Times) -> Idle:
    """Return a server's latency, and the broker's, with a pause between any two.

    Raises:
        BenchFailed: an answer was no 2xx.
    """
    with place(kafka, contender, _PARTITIONS) as of, serving(contender, of) as servers:
        topic = f"{of.prefix}.probe"
        asyncio.run(make_topic(of.servers, topic))
        probe = Probe(
            servers=of.servers,
            topic=topic,
            count=times.idle,
            every=times.every,
            port=servers[0].port,
            mix=times.mix,
        )
        before, began = cpu_time(servers[0].pid).total, time.monotonic()
        found = ask("probe", probe, Alternated)
        used, lasted = cpu_time(servers[0].pid).total - before, time.monotonic() - began
        return Idle(server=contender.name, found=found, share=used / lasted)
