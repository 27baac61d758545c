"""Sinks on a real Kafka, and what tests do to them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from gateway.embedded import Kafka
from gateway.sink import KafkaSettings, KafkaSink, SinkObserver, TopicSpec
from tests.kafka_reading import read_topics
from tests.sink.contract import PARTITIONS, Stored
from tests.waiting import until

__all__ = ["Counted", "KafkaRig", "alter_topic", "delete_topics", "opened", "read"]


class Counted:
    """An observer that counts."""

    def __init__(self) -> None:
        self.acked: Counter[str] = Counter()
        self.batches = 0
        self.failed: Counter[str] = Counter()
        self.replaced: list[str] = []
        self.connections: list[bool] = []

    def batch_acked(self, topic: str, records: int, size: int, seconds: float) -> None:
        """Count the batch and its records."""
        assert size > 0
        assert seconds >= 0
        self.acked[topic] += records
        self.batches += 1

    def batch_failed(self, topic: str, kind: str) -> None:
        """Count the kind."""
        assert topic
        self.failed[kind] += 1

    def producer_replaced(self, cause: str) -> None:
        """Note the cause."""
        self.replaced.append(cause)

    def connected(self, *, connected: bool) -> None:
        """Note the change."""
        self.connections.append(connected)


async def read(servers: str, topic: str) -> list[Stored]:
    """Return what the topic holds, partition by partition."""
    records = await read_topics(servers, [topic])
    return sorted(
        Stored(r.partition, r.offset, r.key, r.value or b"", tuple(r.headers), r.timestamp)
        for r in records
    )


@asynccontextmanager
async def _admin(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def alter_topic(servers: str, topic: str, **configs: str) -> None:
    """Set the topic's configs, dots written as underscores, to these and no others."""
    named = {name.replace("_", "."): value for name, value in configs.items()}
    async with _admin(servers) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, named)])


async def delete_topics(servers: str, *topics: str) -> None:
    """Delete the topics; return when Kafka no longer tells of them."""
    async with _admin(servers) as admin:
        await admin.delete_topics(list(topics))
        async with asyncio.timeout(30):
            while {*topics} & {*await admin.list_topics()}:  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.05)


class KafkaRig:
    """A `KafkaSink` whose broker can be frozen, and its topics made narrow."""

    def __init__(self, sink: KafkaSink, broker: Kafka, prefix: str) -> None:
        self.sink = sink
        self.broker = broker
        self.topic = f"{prefix}.tickets"
        self.other = f"{prefix}.crm"

    async def read(self, topic: str) -> list[Stored]:
        """Return what the topic holds."""
        return await read(self.broker.bootstrap_servers, topic)

    async def hold(self) -> None:
        """Freeze the broker."""
        self.broker.pause()

    async def release(self) -> None:
        """Thaw it."""
        self.broker.resume()

    async def refuse(self) -> None:
        """Have the broker refuse what is larger than 2 KiB."""
        await alter_topic(self.broker.bootstrap_servers, self.topic, max_message_bytes="2048")

    async def heal(self) -> None:
        """Have it take up to 3 MiB."""
        await alter_topic(self.broker.bootstrap_servers, self.topic, max_message_bytes="3145728")


@asynccontextmanager
async def opened(
    broker: Kafka,
    prefix: str,
    *,
    observer: SinkObserver | None = None,
    topics: Sequence[TopicSpec] | None = None,
    ready: bool = True,
    **settings: Any,
) -> AsyncIterator[KafkaRig]:
    """Start a sink on `broker` and, unless told otherwise, wait until it is ready."""
    specs = topics or [TopicSpec(name=f"{prefix}.tickets"), TopicSpec(name=f"{prefix}.crm")]
    options: dict[str, Any] = {"partitions": PARTITIONS, "replication_factor": 1, **settings}
    sink = KafkaSink(
        KafkaSettings(bootstrap_servers=broker.bootstrap_servers, **options), specs, observer
    )
    await sink.start()
    try:
        if ready:
            await until(lambda: sink.unready is None)
        yield KafkaRig(sink, broker, prefix)
    finally:
        if broker.runs:
            broker.resume()
        await sink.stop(10.0)
