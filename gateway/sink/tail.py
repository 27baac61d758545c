"""Tail: the end of topics as it grows, one request after the other.

aiokafka's consumer reads ahead for many partitions: a fetch is a task among futures made anew, a
record goes through two queues. At the end of a topic, where records come one by one, that is more
work than the requests are. May live here: requests that go well. May not: what is to be done where
one does not (`log`: the consumer knows).
"""

from collections.abc import Iterator
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords

from gateway.retrieval import Stored

__all__ = ["Tail", "stored"]

_FETCH_BYTES = 256 * 1024  # of a partition at once: the loop has others to serve
_UNCOMMITTED = 0  # as the consumer reads


class Tail:
    """Reads on where a consumer has caught up, by its connection; it is paused meanwhile.

    Args:
        consumer: started, its partitions assigned.
        positions: the offset of each partition's next record; kept up to date.
        leader: the id of the broker that leads them all.
    """

    def __init__(
        self, consumer: AIOKafkaConsumer, positions: dict[TopicPartition, int], leader: int
    ) -> None:
        self._consumer = consumer
        self._positions = positions
        self._leader = leader
        self._topics: dict[str, list[TopicPartition]] = {}
        for each in sorted(positions):
            self._topics.setdefault(each.topic, []).append(each)
        consumer.pause(*positions)

    @classmethod
    def of(cls, consumer: AIOKafkaConsumer, positions: dict[TopicPartition, int]) -> "Tail | None":
        """Return one; None where no single broker leads all partitions."""
        cluster = consumer._client.cluster  # noqa: SLF001 - no public way
        leaders = {cluster.leader_for_partition(each) for each in positions}
        leader = leaders.pop() if len(leaders) == 1 else None
        return None if leader in {None, -1} else cls(consumer, positions, leader)

    def end(self) -> None:
        """Let the consumer go on from where this came."""
        for partition, offset in self._positions.items():
            self._consumer.seek(partition, offset)
        self._consumer.resume(*self._positions)

    async def read(self, within: float) -> list[Stored]:
        """Return what comes next, waiting up to `within` seconds; maybe nothing.

        Raises:
            KafkaError: the broker did not answer, or not well.
            Exception: whatever connecting raises; SASL code is not held to `KafkaError`.
        """
        topics = [
            (topic, [(each.partition, self._positions[each], _FETCH_BYTES) for each in partitions])
            for topic, partitions in self._topics.items()
        ]
        wait = round(within * 1000)
        request = FetchRequest(wait, 1, _FETCH_BYTES, _UNCOMMITTED, topics)
        answer: Any = await self._consumer._client.send(self._leader, request)  # noqa: SLF001
        found: list[Stored] = []
        moved = self._positions.copy()
        for topic, parts in answer.topics:
            for number, error, *_, content in parts:
                if error:
                    raise for_code(error)(f"partition {number} of {topic}")
                partition = TopicPartition(topic, number)
                for batch in _batches(content):
                    found += _records(partition, batch, moved[partition])
                    moved[partition] = batch.next_offset
        self._positions.update(moved)  # only now: what was raised away comes again
        return found


def stored(topic: str, record: Any) -> Stored:
    """Return a record of aiokafka's as a log's readers get it."""
    return Stored(topic, record.value or b"", record.headers, record.timestamp / 1000)


def _batches(content: bytes) -> Iterator[Any]:
    records: Any = MemoryRecords(content)
    while records.has_next():
        batch = records.next_batch()
        if not batch.validate_crc():
            raise CorruptRecordException("a batch came damaged")
        yield batch


def _records(partition: TopicPartition, batch: Any, position: int) -> Iterator[Stored]:
    """Yield a batch's records from a position on; the batch may begin before it."""
    for each in () if batch.is_control_batch else batch:
        if each.offset >= position:
            yield stored(partition.topic, each)
