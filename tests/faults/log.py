"""Log: everything in some topics, read straight from the broker, a record at a time.

A million records do not fit in memory as objects; nobody here keeps one.
"""

import asyncio
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

__all__ = ["read_log"]

_STALLED = 60.0  # seconds without a record
_PER_POLL = 5000


async def read_log(
    servers: str,
    topics: Sequence[str],
    take: Callable[["ConsumerRecord[bytes, bytes]"], None],
) -> int:
    """Hand over every record that is there now, in order within a partition; return how many.

    Raises:
        TimeoutError: the broker does not give them out.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    await consumer.start()
    try:
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in await _partitions_of(consumer, topic)
        ]
        consumer.assign(partitions)
        return await _read(consumer, partitions, take)
    finally:
        await consumer.stop()


async def _partitions_of(consumer: AIOKafkaConsumer, topic: str) -> Sequence[int]:
    """Return a topic's partitions; none where there is no such topic."""
    await consumer._client.add_topic(topic)  # the public way asks for known topics only
    return sorted(consumer.partitions_for_topic(topic) or ())


async def _read(
    consumer: AIOKafkaConsumer,
    partitions: Sequence[TopicPartition],
    take: Callable[["ConsumerRecord[bytes, bytes]"], None],
) -> int:
    ends = await consumer.end_offsets(partitions)
    left = {partition for partition, end in ends.items() if end}
    count = 0
    while left:
        async with asyncio.timeout(_STALLED):
            batches = await consumer.getmany(timeout_ms=1000, max_records=_PER_POLL)
        for partition, records in batches.items():
            for record in records:
                take(record)
            count += len(records)
            if records and records[-1].offset >= ends[partition] - 1:
                left.discard(partition)
                consumer.pause(partition)
        if not batches:
            left = {one for one in left if await consumer.position(one) < ends[one]}
    return count
