"""Queues: what waits for each partition, what is on its way there, and which a record joins.

May live here: the order of one partition's batches, and the table of all partitions. May not: the
choice of the moment to send (`publisher`), the sending (`producer`).
"""

from asyncio import AbstractEventLoop, get_running_loop
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from math import inf

from aiokafka.structs import TopicPartition

from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.sink.batch import Batch
from gateway.sink.encoding import codec_of
from gateway.sink.partition import partition_of
from gateway.sink.settings import KafkaSettings

__all__ = ["Queue", "Queues"]


class Queue:
    """Batches of one partition, first come first sent, one in flight.

    Attributes:
        partition: whose.
        topic: the partition's.
        number: the partition's, in its topic.
        in_flight: the batch handed to the producer and not settled; None: the next may go.
        batches: those that wait; the last is open to more records.
        listed: whether the publisher has it on the list of those to send from.
        overdue: the oldest record is past its deadline; cleared by the next ack.
        barred: the producer on which this partition's sequence is broken; None: none.
        size_limit: bytes of a batch of several records.
    """

    __slots__ = (
        "_codec",
        "_loop",
        "_timeout",
        "barred",
        "batches",
        "in_flight",
        "listed",
        "number",
        "overdue",
        "partition",
        "size_limit",
        "topic",
    )

    def __init__(
        self,
        partition: TopicPartition,
        loop: AbstractEventLoop,
        *,
        codec: int,
        size_limit: int,
        timeout: float,
    ) -> None:
        self.partition = partition
        self.topic: str = partition.topic
        self.number: int = partition.partition
        self.in_flight: Batch | None = None
        self.batches: deque[Batch] = deque()
        self.listed = False
        self.overdue = False
        self.barred: object | None = None
        self._loop = loop
        self._codec = codec
        self.size_limit = size_limit
        self._timeout = timeout

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is on its way."""
        return self.in_flight is None and not self.batches

    @property
    def oldest(self) -> Batch | None:
        """The batch that was opened first."""
        return self.in_flight or (self.batches[0] if self.batches else None)

    def open_batch(self, now: float) -> Batch:
        """Start a batch behind those that wait."""
        batch = Batch(self.size_limit, self._codec, self._loop, now, self._timeout)
        self.batches.append(batch)
        return batch

    def check_deadlines(self, now: float) -> None:
        """Answer whoever has waited too long, and say so in `overdue`."""
        oldest = self.oldest
        if oldest is None or now < oldest.opened + self._timeout:
            self.overdue = False
            return
        self.overdue = True
        oldest.expire(now)
        for batch in self.batches:
            batch.expire(now)


class Queues:
    """The queue of every partition of every topic that Kafka has.

    Attributes:
        missing: topics that Kafka had, or should have, and does not.
        denied: topics that Kafka does not let us write to.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._loop = get_running_loop()
        self._codec = codec_of(settings.compression_type)
        self._topics: dict[str, list[Queue]] = {}
        self._keyless = count()
        self.missing: frozenset[str] = frozenset()
        self.denied: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Queue]:
        for queues in self._topics.values():
            yield from queues

    @property
    def oldest_sent(self) -> float:
        """When the oldest batch in flight was opened, by the loop's clock; infinity if none is."""
        return min((each.in_flight.opened for each in self if each.in_flight), default=inf)

    @property
    def oldest_unacked(self) -> float:
        """How many seconds ago the oldest batch was opened that is not settled; 0 if none is."""
        now = self._loop.time()
        return max((now - each.oldest.opened for each in self if each.oldest), default=0.0)

    def of_topics(self, topics: Iterable[str]) -> Iterator[Queue]:
        """Yield the queues of `topics`."""
        for topic in topics:
            yield from self._topics.get(topic, ())

    def of(self, record: Record) -> Queue:
        """Return the queue that `record` joins.

        Raises:
            Ended: it would not be written in time: no such topic, or the partition is stuck.
        """
        topic = record.topic
        queues = self._topics.get(topic)
        if topic in self.denied:
            raise Ended(Reason.KAFKA_REFUSED, f"Kafka does not let us write to {topic}")
        if queues is None or topic in self.missing:
            raise Ended(Reason.KAFKA_UNAVAILABLE, f"Kafka has no topic {topic}")
        key = record.key
        if key is None:
            queue = queues[next(self._keyless) % len(queues)]
        else:
            queue = queues[partition_of(key, len(queues))]
        if queue.overdue:
            raise Ended(
                Reason.PUBLISH_TIMEOUT,
                f"{topic}-{queue.number} has not acknowledged"
                f" for {self._settings.publish_timeout:g} s",
            )
        return queue

    def shape(self, partitions: Mapping[str, int], limits: Mapping[str, int]) -> list[Queue]:
        """Have a queue for each partition of each topic; return the queues of partitions gone.

        Args:
            partitions: how many each topic has.
            limits: the largest batch each topic takes, bytes.
        """
        gone: list[Queue] = []
        for topic, number in partitions.items():
            queues = self._topics.setdefault(topic, [])
            gone += queues[number:]
            queues[number:] = [self._queue(topic, each) for each in range(len(queues), number)]
            for queue in queues:
                queue.size_limit = min(self._settings.batch_bytes, limits[topic])
        return gone

    def _queue(self, topic: str, number: int) -> Queue:
        return Queue(
            TopicPartition(topic, number),
            self._loop,
            codec=self._codec,
            size_limit=self._settings.batch_bytes,
            timeout=self._settings.publish_timeout,
        )
