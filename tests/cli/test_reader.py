"""Reader: what consumers of some topics read, from the moment one begins."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from gateway.cli.reader import Reader
from gateway.embedded import Kafka
from gateway.sink.settings import KafkaSettings
from tests.kafka_reading import create_topics


@pytest.fixture
async def producer(kafka: Kafka) -> AsyncIterator[AIOKafkaProducer]:
    """A producer of the shared broker."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
    await producer.start()
    yield producer
    await producer.stop()


def settings(kafka: Kafka) -> KafkaSettings:
    """Return how to reach the shared broker."""
    return KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)


async def take(
    records: AsyncIterator[ConsumerRecord[bytes, bytes]], count: int
) -> list[bytes | None]:
    """Return the values of the next records."""
    async with asyncio.timeout(30):
        return [(await anext(records)).value for _ in range(count)]


async def test_it_begins_with_what_comes_next(
    kafka: Kafka, unique_prefix: str, producer: AIOKafkaProducer
) -> None:
    """What was there before is passed over; from then on nothing is missed, on any partition."""
    topic = f"{unique_prefix}.a"
    await create_topics(kafka.bootstrap_servers, [topic], partitions=3)
    for partition in range(3):
        await producer.send_and_wait(topic, b"old", partition=partition)
    async with Reader(settings(kafka), [topic]) as reader:
        for number in range(30):
            await producer.send_and_wait(topic, b"%d" % number, partition=number % 3)
        values = await take(reader.records(), 30)
    assert sorted(map(int, filter(None, values))) == list(range(30))


async def test_it_begins_with_the_oldest_on_wish(
    kafka: Kafka, unique_prefix: str, producer: AIOKafkaProducer
) -> None:
    """From the beginning means from the first record there is, of each topic."""
    topics = [f"{unique_prefix}.{name}" for name in "ab"]
    await create_topics(kafka.bootstrap_servers, topics)
    for topic in topics:
        await producer.send_and_wait(topic, topic.encode())
    async with Reader(settings(kafka), topics, from_beginning=True) as reader:
        assert await take(reader.records(), 2) == [topic.encode() for topic in topics]


async def test_topics_that_appear_later_are_read_whole(
    kafka: Kafka, unique_prefix: str, producer: AIOKafkaProducer
) -> None:
    """A topic made after the reader is read from its first record; the others go on."""
    first, second = f"{unique_prefix}.a", f"{unique_prefix}.b"
    await create_topics(kafka.bootstrap_servers, [first])
    async with Reader(settings(kafka), [first, second]) as reader:
        records = reader.records()
        await producer.send_and_wait(first, b"1")
        assert await take(records, 1) == [b"1"]
        await create_topics(kafka.bootstrap_servers, [second], partitions=2)
        await producer.send_and_wait(second, b"2", partition=0)
        await producer.send_and_wait(second, b"3", partition=1)
        assert sorted(filter(None, await take(records, 2))) == [b"2", b"3"]
        await producer.send_and_wait(first, b"4")
        assert await take(records, 1) == [b"4"]


async def test_it_may_begin_before_any_topic(
    kafka: Kafka, unique_prefix: str, producer: AIOKafkaProducer
) -> None:
    """Started before the gateway, it waits; it makes no topic by waiting."""
    topic = f"{unique_prefix}.a"
    async with Reader(settings(kafka), [topic]) as reader:
        reading = asyncio.create_task(take(reader.records(), 1))
        await create_topics(kafka.bootstrap_servers, [topic])
        await producer.send_and_wait(topic, b"1")
        assert await reading == [b"1"]


async def test_no_kafka_is_an_error_at_once() -> None:
    """Where nobody answers the block is not entered, and nothing is left open."""
    with pytest.raises((KafkaError, OSError)):
        async with Reader(KafkaSettings(bootstrap_servers="127.0.0.1:1"), ["a"]):
            pass
