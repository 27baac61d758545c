"""Log: topics of Kafka, read back; see `gateway.retrieval.Log`.

May live here: reading on from where a `consumer` began. May not: what the records mean.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import TopicAuthorizationFailedError

from gateway.retrieval import LogFailed, Stored
from gateway.sink.client import end_consumer
from gateway.sink.consumer import Span, begin, groupless
from gateway.sink.knock import why
from gateway.sink.settings import KafkaSettings
from gateway.sink.tail import Tail, stored
from gateway.sink.topics import Admin

__all__ = ["KafkaLog", "KafkaReader"]

_OPEN_WITHIN = 15.0  # seconds
_FETCH_BYTES = 4 * 1024 * 1024  # of a partition at once
_MOST_RECORDS = 500  # of one read: the loop has others to serve


class KafkaLog:
    """Opens topics for reading.

    Args:
        settings: how to reach Kafka.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    @asynccontextmanager
    async def open(self, topics: Sequence[str], since: float) -> AsyncIterator["KafkaReader"]:
        """Open topics at their first record of `since` or later; see `gateway.retrieval.Log`."""
        consumer = groupless(self._settings, max_partition_fetch_bytes=_FETCH_BYTES)
        try:
            try:
                async with asyncio.timeout(_OPEN_WITHIN):
                    partitions = await self._partitions(topics)
                    await consumer.start()
                    reader = KafkaReader(consumer, await begin(consumer, partitions, since))
            except LogFailed:
                raise
            except Exception as error:  # SASL code raises anything
                raise LogFailed(f"{_named(topics)} cannot be read: {_because(error)}") from error
            yield reader
        finally:
            await end_consumer(consumer)

    async def _partitions(self, topics: Sequence[str]) -> list[TopicPartition]:
        admin = Admin(self._settings)
        try:
            await admin.start()
            view = await admin.view(topics)
        finally:
            await admin.close()
        absent = [topic for topic in topics if topic not in view.partitions]
        if absent:
            raise LogFailed(f"Kafka has, or shows us, no {', '.join(absent)}")
        return [
            TopicPartition(topic, number)
            for topic, count in view.partitions.items()
            for number in range(count)
        ]


class KafkaReader:
    """Reads on from where it was opened; see `gateway.retrieval.LogReader`."""

    def __init__(self, consumer: AIOKafkaConsumer, spans: Mapping[TopicPartition, Span]) -> None:
        self._consumer = consumer
        self._positions = {partition: span.start for partition, span in spans.items()}
        self._ends = {partition: span.end for partition, span in spans.items()}
        self._tail: Tail | None = None
        self.from_first = all(span.start <= span.first for span in spans.values())

    @property
    def left(self) -> int:
        """Records up to the ends of the opening that were not read yet."""
        return sum(
            max(0, end - self._positions[partition]) for partition, end in self._ends.items()
        )

    async def read(self, within: float) -> Sequence[Stored]:
        """Return what comes next, waiting up to `within` seconds; maybe nothing."""
        if self._tail is not None:
            try:
                return await self._tail.read(within)
            except Exception:  # noqa: BLE001 - the consumer meets it too, and knows what to do
                self._tail.end()
                self._tail = None
        try:
            fetched = await self._consumer.getmany(
                timeout_ms=round(within * 1000), max_records=_MOST_RECORDS
            )
            if not fetched and self.left:
                await self._look_again(within)
        except Exception as error:  # SASL code raises anything
            raise LogFailed(f"Kafka cannot be read: {_because(error)}") from error
        records: list[Stored] = []
        for partition, batch in fetched.items():
            self._positions[partition] = batch[-1].offset + 1
            records += [stored(partition.topic, each) for each in batch]
        if records and not self.left:
            self._tail = Tail.of(self._consumer, self._positions)
        return records

    async def _look_again(self, within: float) -> None:
        """Take note of where we are: offsets may be skipped, for deleted records are not read."""
        for partition in self._ends:
            with suppress(asyncio.TimeoutError):
                at = await asyncio.wait_for(self._consumer.position(partition), within)
                self._positions[partition] = max(at, self._positions[partition])


def _named(topics: Sequence[str]) -> str:
    return topics[0] if len(topics) == 1 else f"{len(topics)} topics"


def _because(error: Exception) -> str:
    if isinstance(error, TopicAuthorizationFailedError):
        return "it denies us this: grant Read on every topic of the gateway's"
    return why(error)
