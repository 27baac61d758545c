"""Topics: made before a run, counted and removed after it.

Every record of an idempotent producer is one offset: nothing is transactional or compacted here. So
the ends of the logs count what was written, each record once, by the broker's own word.
"""
# mypy: allow-untyped-calls
# aiokafka carries no types.

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from benchmarks.failure import BenchFailed
from gateway.pipeline.routes import Topics
from gateway.sink.settings import KafkaSettings, TopicSpec
from gateway.sink.topics import Admin

__all__ = ["count_records", "make_topic", "make_topics", "remove_topics"]


async def make_topics(servers: str, prefix: str, partitions: int) -> None:
    """Make the category topics, as the gateway makes its own.

    Raises:
        BenchFailed: Kafka refused one.
    """
    await _make(servers, Topics(prefix).categories, partitions)


async def make_topic(servers: str, name: str) -> None:
    """Make one topic, as `make_topics` does."""
    await _make(servers, (name,), 6)


async def _make(servers: str, names: Sequence[str], partitions: int) -> None:
    admin = Admin(KafkaSettings(bootstrap_servers=servers, partitions=partitions))
    try:
        await admin.start()
        refused = await admin.create([TopicSpec(name=name) for name in names])
    finally:
        await admin.close()
    if refused:
        raise BenchFailed(f"Kafka refused topics: {refused}")


async def count_records(servers: str, topics: Sequence[str]) -> int:
    """Return how many records were ever written to topics; of none to one that is not there."""
    settings = KafkaSettings(bootstrap_servers=servers)
    admin = Admin(settings)
    consumer = AIOKafkaConsumer(**settings.client_options(), enable_auto_commit=False)
    try:
        await admin.start()
        await consumer.start()
        view = await admin.view(topics)
        ends = await consumer.end_offsets(
            [
                TopicPartition(topic, number)
                for topic, count in view.partitions.items()
                for number in range(count)
            ]
        )
    finally:
        await consumer.stop()
        await admin.close()
    return sum(ends.values())


async def remove_topics(servers: str, prefix: str) -> None:
    """Remove every topic under a prefix: thousands of idle partitions would slow the broker."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        found = [name for name in await admin.list_topics() if name.startswith(f"{prefix}.")]
        if found:
            await admin.delete_topics(found)
    finally:
        await admin.close()
