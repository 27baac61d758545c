"""The sink on a real Kafka keeps the contract, and says what it holds."""

from contextlib import AbstractAsyncContextManager

import pytest

from gateway.embedded import Kafka
from gateway.pipeline.reasons import Ended, Reason
from gateway.sink import KafkaSettings, KafkaSink, TopicSpec
from tests.sink.contract import SinkContract, acked, record
from tests.sink.rigs import KafkaRig, opened


class TestKafka(SinkContract):
    """The contract, on a real broker."""

    @pytest.fixture(autouse=True)
    def stand_on(self, broker: Kafka, unique_prefix: str) -> None:
        """Take a broker and a prefix of its own for each test."""
        self.broker = broker
        self.prefix = unique_prefix

    def open(
        self, *, publish_timeout: float = 7.0, queue_bytes: int = 1024 * 1024
    ) -> AbstractAsyncContextManager[KafkaRig]:
        """Return a ready sink."""
        return opened(
            self.broker, self.prefix, publish_timeout=publish_timeout, queue_bytes=queue_bytes
        )


async def test_is_starting_before_start() -> None:
    """Before `start` nothing is taken."""
    sink = KafkaSink(KafkaSettings(bootstrap_servers="127.0.0.1:1"), [TopicSpec(name="t")])
    assert sink.unready
    with pytest.raises(Ended) as ended:
        sink.publish([record("t")])
    assert ended.value.reason is Reason.STARTING
    await sink.stop(0.1)


async def test_counts_what_waits(broker: Kafka, unique_prefix: str) -> None:
    """`queued_bytes` is what is not acked, and falls to nothing with the acks."""
    async with opened(broker, unique_prefix) as rig:
        publication = rig.sink.publish([record(rig.topic, value=b"x" * 1000)])
        assert 1000 < rig.sink.queued_bytes < 1200
        await acked(publication)
        assert rig.sink.queued_bytes == 0
        assert rig.sink.queue_limit == 64 * 1024 * 1024
