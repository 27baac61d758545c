"""Serving: a contender that runs, on topics of its own, which go when it has ended."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from benchmarks.contenders import Contender
from benchmarks.servers import Server
from benchmarks.topics import make_topics, remove_topics
from gateway.embedded import Kafka

__all__ = ["Place", "place", "serving"]


class Place(NamedTuple):
    """Where a contender writes.

    Attributes:
        servers: of Kafka.
        prefix: of its topics.
        partitions: of each.
    """

    servers: str
    prefix: str
    partitions: int


@contextmanager
def place(kafka: Kafka, contender: Contender, partitions: int = 6) -> Iterator[Place]:
    """Give a contender topics."""
    of = Place(kafka.bootstrap_servers, f"bench-{uuid.uuid4().hex[:8]}", partitions)
    if contender.lacks_topics:
        asyncio.run(make_topics(*of))
    try:
        yield of
    finally:
        asyncio.run(remove_topics(of.servers, of.prefix))


@contextmanager
def serving(contender: Contender, of: Place, replicas: int = 1) -> Iterator[list[Server]]:
    """Run a contender, or several of it; when this returns, all that was answered is written.

    Raises:
        BenchFailed: one did not start, or did not end well.
    """
    with ExitStack() as running:
        yield [running.enter_context(contender.start(*of)) for _ in range(replicas)]
