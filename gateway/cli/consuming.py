"""Consuming: a consumer without a group, and what topics hold up to where they end now.

May live here: connecting, and reading to an end. May not: following without end (`reader`), and
what records mean.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from gateway.sink.client import end_consumer
from gateway.sink.consumer import begin, groupless
from gateway.sink.settings import KafkaSettings
from gateway.sink.topics import Admin

__all__ = ["Passed", "connected", "read"]

_CONNECT_SECONDS = 15.0
_SILENT_SECONDS = 30.0
_POLL_MS = 200

Passed = Callable[[int, int], None]
"""Told, now and then, how many records were passed of how many."""


@contextlib.asynccontextmanager
async def connected(settings: KafkaSettings) -> AsyncIterator[tuple[AIOKafkaConsumer, Admin]]:
    """Connect a consumer that commits nothing, and who tells it what topics there are.

    Raises:
        KafkaError, OSError, TimeoutError: Kafka cannot be reached, refuses us, or is too slow.
    """
    consumer = groupless(settings)
    admin = Admin(settings)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await admin.start()
            await consumer.start()
        yield consumer, admin
    finally:
        await end_consumer(consumer)
        await admin.close()


async def read(
    settings: KafkaSettings,
    topics: Sequence[str],
    *,
    since: float | None = None,
    starts: Mapping[int, int] | None = None,
    passed: Passed | None = None,
) -> AsyncGenerator[ConsumerRecord[bytes, bytes], None]:
    """Yield what the topics hold, each partition in order, up to where it ends at this moment.

    Args:
        settings: how to reach Kafka.
        topics: whole names; one that is not there holds nothing.
        since: leave out what is older, by the records' timestamps, seconds since the epoch.
        starts: read these partitions only, of every topic, each from this offset.
        passed: told of the progress.

    Raises:
        KafkaError, OSError, TimeoutError: Kafka cannot be reached, or falls silent.
    """
    async with connected(settings) as (consumer, admin):
        async with asyncio.timeout(_CONNECT_SECONDS):
            found = (await admin.view(topics)).partitions
            partitions = [
                TopicPartition(topic, number)
                for topic, count in found.items()
                for number in range(count)
                if starts is None or number in starts
            ]
            span = await _span(consumer, partitions, since, starts)
        way = _Way(consumer, span)
        while way.open:
            for partition, batch in (await consumer.getmany(timeout_ms=_POLL_MS)).items():
                for record in batch:
                    if record.offset < span[partition][1]:
                        yield record
            await way.look()
            if passed is not None:
                passed(way.total - way.left, way.total)


class _Way:
    """How far a consumer has come.

    Attributes:
        total: records from its beginning to its ends, or a few more.
        left: of them.
        open: whether it has not arrived.
    """

    def __init__(
        self, consumer: AIOKafkaConsumer, span: Mapping[TopicPartition, tuple[int, int]]
    ) -> None:
        self._consumer = consumer
        self._ends = {each: end for each, (start, end) in span.items() if start < end}
        self._loop = asyncio.get_running_loop()
        self._moved_at = self._loop.time()
        self.total = self.left = sum(end - start for start, end in span.values())

    @property
    def open(self) -> bool:
        return bool(self._ends)

    async def look(self) -> None:
        """Find out where it is: by position, for the last offsets may be of what is no record.

        Raises:
            TimeoutError: it has stood still for too long.
        """
        at = {each: await self._consumer.position(each) for each in self._ends}
        over = [each for each, end in self._ends.items() if at[each] >= end]
        self._consumer.pause(*over)
        for each in over:
            del self._ends[each]
        before, self.left = self.left, sum(end - at[each] for each, end in self._ends.items())
        if self.left < before:
            self._moved_at = self._loop.time()
        elif self._loop.time() - self._moved_at > _SILENT_SECONDS:
            raise TimeoutError(f"no record came for {_SILENT_SECONDS:.0f} s")


async def _span(
    consumer: AIOKafkaConsumer,
    partitions: Sequence[TopicPartition],
    since: float | None,
    starts: Mapping[int, int] | None,
) -> dict[TopicPartition, tuple[int, int]]:
    """Return from where to where each partition is read, and go there."""
    spans = await begin(consumer, partitions, None if starts else since)
    firsts = {each: span.start for each, span in spans.items()}
    if starts is not None:
        firsts = {each: max(first, starts[each.partition]) for each, first in firsts.items()}
        for partition, first in firsts.items():
            consumer.seek(partition, first)
    return {each: (firsts[each], span.end) for each, span in spans.items()}
