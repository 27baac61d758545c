"""The end of a topic on a real Kafka, read on where a consumer has caught up."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from gateway.embedded import Kafka
from gateway.sink import KafkaSettings
from gateway.sink.client import end_consumer
from gateway.sink.consumer import begin, groupless
from gateway.sink.log import KafkaLog, KafkaReader
from gateway.sink.tail import Tail
from tests.kafka_reading import create_topics

_SECONDS = 30.0


@asynccontextmanager
async def caught_up(
    kafka: Kafka, topic: str, batches: Sequence[Sequence[bytes]], partitions: int = 1
) -> AsyncIterator[AIOKafkaConsumer]:
    """Write batches to the first partition of a topic; yield a consumer that is assigned all."""
    await create_topics(kafka.bootstrap_servers, [topic], partitions=partitions)
    async with AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, compression_type="gzip"
    ) as producer:
        for values in batches:
            batch = producer.create_batch()
            for value in values:
                assert batch.append(key=b"k", value=value, timestamp=1_000_500)
            await (await producer.send_batch(batch, topic, partition=0))
    consumer = groupless(KafkaSettings(bootstrap_servers=kafka.bootstrap_servers))
    try:
        await consumer.start()
        await begin(consumer, [TopicPartition(topic, number) for number in range(partitions)])
        yield consumer
    finally:
        await end_consumer(consumer)


async def test_it_begins_amid_a_batch(kafka: Kafka, unique_prefix: str) -> None:
    """Of a batch that begins before the position, packed or not, only what follows it is read."""
    topic = f"{unique_prefix}.t"
    async with caught_up(kafka, topic, [[b"0", b"1", b"2"], [b"3", b"4"]]) as consumer:
        positions = {TopicPartition(topic, 0): 1}
        tail = Tail.of(consumer, positions)
        assert tail is not None
        assert [each.value for each in await tail.read(5.0)] == [b"1", b"2", b"3", b"4"]
        assert positions == {TopicPartition(topic, 0): 5}
        assert await tail.read(0.05) == []


async def test_what_is_raised_away_comes_again(kafka: Kafka, unique_prefix: str) -> None:
    """Where one partition fails no position moves: the others' records are not lost with it."""
    topic = f"{unique_prefix}.t"
    async with caught_up(kafka, topic, [[b"0"]], partitions=2) as consumer:
        first, second = (TopicPartition(topic, number) for number in range(2))
        positions = {first: 0, second: 7}
        tail = Tail.of(consumer, positions)
        assert tail is not None
        with pytest.raises(OffsetOutOfRangeError, match=f"partition 1 of {topic}"):
            await tail.read(0.2)
        assert positions == {first: 0, second: 7}
        positions[second] = 0
        assert [each.value for each in await tail.read(5.0)] == [b"0"]


async def test_a_damaged_batch_is_no_record(kafka: Kafka, unique_prefix: str) -> None:
    """Bytes that their checksum does not fit are refused, and asked for again."""
    topic = f"{unique_prefix}.t"
    async with caught_up(kafka, topic, [[b"0"], [b"1"]]) as consumer:
        positions = {TopicPartition(topic, 0): 0}
        tail = Tail.of(consumer, positions)
        assert tail is not None
        client: Any = consumer._client
        send = client.send

        async def damaging(node: int, request: object) -> object:
            answer = await send(node, request)
            ((_, ((*_, content),)),) = answer.topics
            answer.topics[0][1][0] = (*answer.topics[0][1][0][:-1], content[:-1] + b"\xff")
            return answer

        client.send = damaging
        with pytest.raises(KafkaError, match="damaged"):
            await tail.read(5.0)
        client.send = send
        assert [each.value for each in await tail.read(5.0)] == [b"0", b"1"]


async def test_the_consumer_goes_on_where_a_request_fails(kafka: Kafka, unique_prefix: str) -> None:
    """Where the tail fails the consumer reads on from the same place; then a tail again."""
    topic = f"{unique_prefix}.t"
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    await create_topics(kafka.bootstrap_servers, [topic], partitions=1)
    async with (
        AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers) as producer,
        KafkaLog(settings).open([topic], 0.0) as reader,
    ):

        async def written(value: bytes) -> list[bytes]:
            await producer.send_and_wait(topic, value)
            return await _next(reader)

        assert await written(b"by the consumer") == [b"by the consumer"]
        tail = reader._tail
        assert tail is not None
        assert await written(b"by the tail") == [b"by the tail"]
        assert reader._tail is tail
        tail._leader = 99  # no such broker
        assert await written(b"again by the consumer") == [b"again by the consumer"]
        assert reader._tail not in {None, tail}
        assert await written(b"by another tail") == [b"by another tail"]


async def _next(reader: KafkaReader) -> list[bytes]:
    """Return the values of what comes next."""
    async with asyncio.timeout(_SECONDS):
        while not (found := await reader.read(0.2)):
            pass
    return [each.value for each in found]
