"""Written: how many records are in Kafka, by the brokers' own word.

Every record of the gateway's producer is one offset: it is idempotent, not transactional, and the
topics are not compacted. So the ends of the logs count what was written, each record once.
"""
# mypy: allow-untyped-calls
# aiokafka carries no types.

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from gateway.sink.settings import KafkaSettings
from gateway.sink.topics import Admin

__all__ = ["count_records"]


async def count_records(settings: KafkaSettings, topics: Sequence[str]) -> dict[str, int]:
    """Return how many records were ever written to each topic."""
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
    counts = dict.fromkeys(topics, 0)
    for partition, end in ends.items():
        counts[partition.topic] += end
    return counts
