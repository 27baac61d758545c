"""The sink without Kafka keeps the contract, and its hooks do what they say."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.pipeline.reasons import Ended, Reason
from gateway.sink import MemorySink
from tests.sink.contract import PARTITIONS, SinkContract, Stored, acked, record


class MemoryRig:
    """A `MemorySink` made slow or unwilling by its hooks."""

    topic = "t.tickets"
    other = "t.crm"

    def __init__(self, sink: MemorySink) -> None:
        self.sink = sink

    async def read(self, topic: str) -> list[Stored]:
        """Return what the topic holds."""
        return [
            Stored(partition, offset, each.key, each.value, each.headers, each.timestamp_ms)
            for (name, partition), records in sorted(self.sink.records.items())
            if name == topic
            for offset, each in enumerate(records)
        ]

    async def hold(self) -> None:
        """Hold acks."""
        self.sink.hold()

    async def release(self) -> None:
        """Release them."""
        self.sink.release()

    async def refuse(self) -> None:
        """Refuse."""
        self.sink.fail(Reason.KAFKA_REFUSED)

    async def heal(self) -> None:
        """Take again."""
        self.sink.fail(None)


class TestMemory(SinkContract):
    """The contract, without Kafka."""

    @asynccontextmanager
    async def open(
        self, *, publish_timeout: float = 7.0, queue_bytes: int = 1024 * 1024
    ) -> AsyncIterator[MemoryRig]:
        """Return a started sink."""
        sink = MemorySink(PARTITIONS, publish_timeout=publish_timeout, queue_bytes=queue_bytes)
        await sink.start()
        yield MemoryRig(sink)
        await sink.stop(1.0)


async def test_is_starting_before_start() -> None:
    """Before `start` nothing is taken."""
    sink = MemorySink()
    assert sink.unready
    with pytest.raises(Ended) as ended:
        sink.publish([record("t")])
    assert ended.value.reason is Reason.STARTING


async def test_is_unready_when_told_so() -> None:
    """A `refusal` set by a test is raised as it is, and lifted by None."""
    sink = MemorySink()
    await sink.start()
    sink.refusal = (Reason.KAFKA_UNAVAILABLE, "no broker")
    assert sink.unready == "no broker"
    with pytest.raises(Ended, match="no broker"):
        sink.publish([record("t")])
    sink.refusal = None
    await acked(sink.publish([record("t")]))
    assert len(sink.of_topic("t")) == 1


async def test_gives_up_what_is_held_when_stopped() -> None:
    """A held record that outlasts `stop` is settled, and never stored."""
    sink = MemorySink()
    await sink.start()
    sink.hold()
    publication = sink.publish([record("t")])
    await sink.stop(0.05)
    assert publication.settled.result() is Reason.DRAINING
    sink.release()
    assert sink.of_topic("t") == []
    assert sink.queued_bytes == 0
