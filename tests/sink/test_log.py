"""The log on a real Kafka, and its twin in memory, keep one contract."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer

from gateway.embedded import Kafka
from gateway.pipeline.record import Record
from gateway.retrieval import Log, LogFailed
from gateway.sink import KafkaSettings, MemorySink
from gateway.sink.log import KafkaLog
from tests.e2e.running import free_port
from tests.idempotency.logs import MemoryLog
from tests.kafka_reading import create_topics
from tests.sink.log_contract import LogContract, LogRig, read_all


class _KafkaRig:
    def __init__(self, log: Log, producer: AIOKafkaProducer, prefix: str) -> None:
        self.log = log
        self.topic, self.other = f"{prefix}.topic", f"{prefix}.other"
        self._producer = producer

    async def write(self, topic: str, value: bytes, *, key: bytes = b"t", time: float) -> None:
        await self._producer.send_and_wait(
            topic, value, key, timestamp_ms=round(time * 1000), headers=[("h", b"1")]
        )


class _MemoryRig:
    def __init__(self) -> None:
        self._sink = MemorySink()
        self._sink.refusal = None
        self.log: Log = MemoryLog(self._sink)
        self.topic, self.other = "topic", "other"

    async def write(self, topic: str, value: bytes, *, key: bytes = b"t", time: float) -> None:
        record = Record(topic, key, value, (("h", b"1"),), round(time * 1000))
        await asyncio.shield(self._sink.publish([record]).answer)


@asynccontextmanager
async def kafka_rig(kafka: Kafka, prefix: str) -> AsyncIterator[_KafkaRig]:
    """Open a log on a real broker."""
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
    rig = _KafkaRig(KafkaLog(settings), producer, prefix)
    await create_topics(kafka.bootstrap_servers, [rig.topic, rig.other], partitions=3)
    async with producer:
        yield rig


class TestKafkaLog(LogContract):
    """The contract, on a real broker."""

    @pytest.fixture(autouse=True)
    def _real(self, kafka: Kafka, unique_prefix: str) -> None:
        self._kafka, self._prefix = kafka, unique_prefix

    def opened(self) -> AbstractAsyncContextManager[LogRig]:
        """Return a log on the broker."""
        return kafka_rig(self._kafka, self._prefix)


class TestMemoryLog(LogContract):
    """The contract, in memory."""

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[LogRig]:
        """Return a log over the sink in memory."""
        yield _MemoryRig()


async def test_a_topic_that_is_not_there_is_told(kafka: Kafka, unique_prefix: str) -> None:
    """Opening a topic that Kafka lacks fails, naming it."""
    log = KafkaLog(KafkaSettings(bootstrap_servers=kafka.bootstrap_servers))
    with pytest.raises(LogFailed, match=f"{unique_prefix}.nowhere"):
        async with log.open([f"{unique_prefix}.nowhere"], 0.0):
            pass


async def test_kafka_out_of_reach_is_told() -> None:
    """Opening with no broker there fails, in time, and leaves nothing behind."""
    log = KafkaLog(KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port()}"))
    with pytest.raises(LogFailed, match="cannot be read"):
        async with log.open(["cstar.idempotency"], 0.0):
            pass


async def test_what_retention_deleted_is_passed_over(kafka: Kafka, unique_prefix: str) -> None:
    """Records deleted after the opening are not waited for."""
    async with kafka_rig(kafka, unique_prefix) as rig:
        for number in range(5):
            await rig.write(rig.topic, b"%d" % number, time=1000.0 + number)
        async with rig.log.open([rig.topic], 0.0) as reader:
            await _delete_records(kafka, rig.topic)
            found = await read_all(reader)
            assert reader.left == 0
            assert len(found) <= 5


async def _delete_records(kafka: Kafka, topic: str) -> None:
    from aiokafka import TopicPartition  # noqa: PLC0415
    from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete  # noqa: PLC0415

    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        places = {TopicPartition(topic, number): RecordsToDelete(-1) for number in range(3)}
        await admin.delete_records(places)
    finally:
        await admin.close()
