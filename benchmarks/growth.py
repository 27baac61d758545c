"""Growth: what an event costs, and how many pass, when there is more of something.

One thing grows in each series, and all else is as in the comparison. Where HTTP alone may be the
cause the bare server is run beside the gateway.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from benchmarks.contenders import BARE, Contender
from benchmarks.failure import BenchFailed
from benchmarks.filling import PER_ENTRY, ROOM, fill
from benchmarks.result import Head
from benchmarks.run import Demand, Run, run, run_at
from benchmarks.servers import environment
from benchmarks.serving import place
from gateway.embedded import Kafka

__all__ = ["SERIES", "Growth", "Point", "Series", "grow"]


class Series(NamedTuple):
    """One thing that grows.

    Attributes:
        says: what, for people.
        sizes: how much of it.
        at: the demand for one size, from the usual one.
        beside: the bare server is run, too.
    """

    says: str
    sizes: Sequence[int]
    at: Callable[[Demand, int], Demand]
    beside: bool = False


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a series.

    Attributes:
        series: its name.
        size: how much there was of it.
        server: its name.
        run: what was found.
    """

    series: str
    size: int
    server: str
    run: Run


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """All series."""

    head: Head
    demand: Demand
    points: list[Point]


SERIES = {
    "connections": Series(
        "connections",
        (1, 4, 16, 64, 256, 1000),
        lambda demand, size: replace(demand, connections=size),
        beside=True,
    ),
    "size": Series(
        "bytes of a body",
        (512, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10),
        lambda demand, size: replace(demand, mix=replace(demand.mix, types="one", size=size)),
        beside=True,
    ),
    "teams": Series(
        "teams",
        (1, 16, 256, 4096),
        lambda demand, size: replace(demand, mix=replace(demand.mix, types="one", teams=size)),
    ),
    "partitions": Series(
        "partitions of a topic",
        (1, 6, 24, 96),
        # Kafka makes its files with the first batch of each partition: not what is measured here.
        lambda demand, size: replace(
            demand, partitions=size, warm_up=demand.warm_up * max(1, size // 12)
        ),
    ),
    "topics": Series(
        "topics",
        (1, 2, 4, 7),
        lambda demand, size: replace(demand, mix=replace(demand.mix, topics=size)),
    ),
    "ids": Series(
        "ids in the window", (0, 100_000, 1_000_000, 10_000_000), lambda demand, _: demand
    ),
    "replicas": Series("processes", (1, 2, 4), lambda demand, size: replace(demand, replicas=size)),
}
"""What grows, by name."""


def grow(
    kafka: Kafka,
    gateway: Contender,
    names: Sequence[str],
    demand: Demand,
    most: int,
    tell: Callable[[str], None],
) -> Iterator[Point]:
    """Yield the points of series, each when it was run.

    Args:
        kafka: a broker, for all of them.
        gateway: compiled or not.
        names: of the series.
        demand: the usual one.
        most: at most so many sizes of each, the smallest.
        tell: told of each step.

    Raises:
        BenchFailed: a run does not count.
    """
    for name in names:
        series = SERIES[name]
        for size in series.sizes[:most]:
            for contender in (BARE, gateway) if series.beside else (gateway,):
                tell(f"{size:,} {series.says}: {contender.says}")
                wanted = series.at(demand, size)
                try:
                    if name == "ids":
                        found = _run_full(kafka, gateway, size, wanted)
                    else:
                        found = run(kafka, contender, wanted)
                except BenchFailed as failure:
                    raise BenchFailed(f"{size:,} {series.says}: {failure}") from None
                yield Point(series=name, size=size, server=contender.name, run=found)


def _run_full(kafka: Kafka, gateway: Contender, ids: int, demand: Demand) -> Run:
    """Run the gateway, with room for every id, over a journal of so many."""
    roomy = gateway._replace(start=partial(gateway.start, **ROOM))
    with place(kafka, roomy) as of:
        with roomy.start(*of):
            pass  # it makes its topics
        asyncio.run(fill(environment(*of) | ROOM, ids // PER_ENTRY))
        return run_at(of, kafka, roomy, demand)
