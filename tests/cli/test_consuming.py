"""Reading topics up to where they end."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from gateway.cli.consuming import read
from gateway.embedded import Kafka
from gateway.sink.settings import KafkaSettings
from tests.kafka_reading import create_topics


@pytest.fixture
async def producer(kafka: Kafka, unique_prefix: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer, and a topic of three partitions named by the prefix."""
    await create_topics(kafka.bootstrap_servers, [unique_prefix], partitions=3)
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
    await producer.start()
    yield producer
    await producer.stop()


async def fill(producer: AIOKafkaProducer, topic: str, count: int) -> None:
    """Put records of the times 0, 1, 2, … seconds onto the partitions in turn."""
    for number in range(count):
        await producer.send_and_wait(
            topic, b"%d" % number, partition=number % 3, timestamp_ms=number * 1000
        )


async def test_it_ends_where_the_topics_end(
    kafka: Kafka, unique_prefix: str, producer: AIOKafkaProducer
) -> None:
    """All that is there when it begins is read, in order of each partition; nothing later is."""
    await fill(producer, unique_prefix, 30)
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    steps: list[tuple[int, int]] = []
    found: list[int] = []
    topics = [unique_prefix, f"{unique_prefix}.absent"]
    async for record in read(settings, topics, passed=lambda *step: steps.append(step)):
        if not found:
            await fill(producer, unique_prefix, 3)
        found.append(int(record.value or b""))
    assert sorted(found) == list(range(30))
    for part in range(3):
        assert [each for each in found if each % 3 == part] == list(range(part, 30, 3))
    assert steps[-1] == (30, 30)


async def test_it_begins_where_it_is_told(
    kafka: Kafka, unique_prefix: str, producer: AIOKafkaProducer
) -> None:
    """From a time on, or from an offset of some partitions."""
    await fill(producer, unique_prefix, 30)
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    late = [int(one.value or b"") async for one in read(settings, [unique_prefix], since=27.5)]
    assert sorted(late) == [28, 29]
    some = read(settings, [unique_prefix], starts={1: 8})
    assert [int(one.value or b"") async for one in some] == [25, 28]
    never = read(settings, [unique_prefix], since=1e6)
    assert [one async for one in never] == []


async def test_no_kafka_is_an_error_at_once() -> None:
    """Where nobody answers it says so, and leaves nothing open."""
    with pytest.raises((KafkaError, OSError)):
        async for _ in read(KafkaSettings(bootstrap_servers="127.0.0.1:1"), ["a"]):
            pass
