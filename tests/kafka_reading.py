"""Reading Kafka as a consumer would, for tests: everything that is in some topics now."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import ConsumerRecord

__all__ = ["create_topics", "end_offsets", "read_topics"]

_SECONDS = 30.0


async def create_topics(
    bootstrap_servers: str,
    topics: Iterable[str],
    *,
    partitions: int = 1,
    configs: Mapping[str, str] | None = None,
) -> None:
    """Create the topics; return when they can be written to."""
    names = list(topics)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics(
            [NewTopic(name, partitions, 1, topic_configs=dict(configs or {})) for name in names]
        )
        async with asyncio.timeout(_SECONDS):
            while len(await _led(admin, names)) < len(names) * partitions:  # noqa: ASYNC110 - Kafka tells nobody
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


async def read_topics(
    bootstrap_servers: str, topics: Iterable[str]
) -> list[ConsumerRecord[bytes, bytes]]:
    """Return all records the topics hold now; in order of offset within a partition.

    Topics that do not exist are empty. Fails where it takes more than 30 s.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        partitions = await _led(admin, topics)
    finally:
        await admin.close()
    if not partitions:
        return []
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest", enable_auto_commit=False
    )
    consumer.assign(partitions)
    await consumer.start()
    try:
        async with asyncio.timeout(_SECONDS):
            return await _read(consumer, partitions)
    finally:
        await consumer.stop()


async def end_offsets(bootstrap_servers: str, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """Return the offset that each partition's next record will have, of those topics there are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        partitions = await _led(admin, topics)
    finally:
        await admin.close()
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(partitions)
    finally:
        await consumer.stop()
    return {(at.topic, at.partition): end for at, end in ends.items()}


async def _read(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
) -> list[ConsumerRecord[bytes, bytes]]:
    ends = await consumer.end_offsets(partitions)
    records: list[ConsumerRecord[bytes, bytes]] = []
    while True:
        at = {partition: await consumer.position(partition) for partition in partitions}
        if all(at[partition] >= end for partition, end in ends.items()):
            return records
        for batch in (await consumer.getmany(timeout_ms=200)).values():
            records += batch


async def _led(admin: AIOKafkaAdminClient, topics: Iterable[str]) -> list[TopicPartition]:
    """Return those partitions of the topics that have a leader."""
    described: list[dict[str, Any]] = await admin.describe_topics(list(topics))
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        for partition in topic["partitions"]
        if partition["leader"] != -1
    ]
