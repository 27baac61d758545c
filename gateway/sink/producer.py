"""Producer: one idempotent aiokafka producer, with a hard end.

May live here: what leans on private parts of `aiokafka.producer` (a test guards them). May not:
queues, deadlines, or what follows from a failure.

What aiokafka leaves open and this closes: a start without end; batches that expire while their
partition has no leader, which leaves a gap in the sequence and the partition dead; a `stop` that
hangs, or returns while the sender lives on and publishes later; a sender that dies unnoticed.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, UnknownTopicOrPartitionError
from aiokafka.producer.message_accumulator import BatchBuilder, MessageBatch
from aiokafka.structs import TopicPartition

from gateway.sink.client import pace_metadata, sever
from gateway.sink.settings import Compression, KafkaSettings

__all__ = ["Producer", "codec_of"]

_METADATA_PACE = 0.1  # seconds
_METADATA_AGE = 24 * 3_600_000  # ms; the watch refreshes by the second, aiokafka need not


def codec_of(compression: Compression | None) -> int:
    """Return the record format's number for `compression` (attributes, bits 0-2)."""
    number: int = AIOKafkaProducer._COMPRESSORS[compression][1] if compression else 0  # noqa: SLF001
    return number


class Producer:
    """Sends the batches it is handed, in order per partition, each exactly once, until it ends.

    Attributes:
        busy: ids of the brokers that have a request of ours and take no other before they answer.
        dead: which of its two tasks died (`sender`, `metadata`); None while both live.

    Args:
        settings: how to reach Kafka.
        on_idle: called when a broker has answered.
        on_death: called, once, when one of its tasks dies.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        on_idle: Callable[[], None],
        on_death: Callable[["Producer"], None],
    ) -> None:
        self._kafka = AIOKafkaProducer(
            **settings.client_options(),
            acks="all",
            enable_idempotence=True,
            compression_type=settings.compression_type,
            linger_ms=0,
            metadata_max_age_ms=_METADATA_AGE,
        )
        self._client = self._kafka.client
        self._cluster = self._client.cluster
        self._accumulator = self._kafka._message_accumulator  # noqa: SLF001 - batches are ours
        self._accumulator._batch_ttl = float("inf")  # noqa: SLF001 - deadlines are ours
        self._sender = self._kafka._sender  # noqa: SLF001 - its requests must be cancellable
        self._send = self._sender._send_produce_req  # noqa: SLF001 - as above
        vars(self._sender)["_send_produce_req"] = self._request
        self._requests: set[asyncio.Task[Any]] = set()
        self._pending: set[asyncio.Future[Any]] = set()
        self._on_idle = on_idle
        self._on_death = on_death
        self._ended = False
        self.busy: set[int] = self._sender._in_flight  # noqa: SLF001 - who is muted
        self.dead: str | None = None
        pace_metadata(self._client, _METADATA_PACE)

    async def start(self, topics: Iterable[str]) -> None:
        """Connect, obtain a producer id and the metadata of `topics`.

        Bound it from outside, and `abort` it when it fails.

        Raises:
            Exception: whatever connecting raises; SASL code is not held to `KafkaError`.
        """
        await self._kafka.start()
        sender: asyncio.Task[None] = self._sender.sender_task
        sender.remove_done_callback(self._sender._fail_all)  # noqa: SLF001 - `abort` does it
        sender.add_done_callback(lambda task: self._died("sender", task))
        metadata = self._client._sync_task  # noqa: SLF001 - nobody else would notice its death
        assert metadata is not None  # noqa: S101 - bootstrap() made it
        metadata.add_done_callback(lambda task: self._died("metadata", task))
        if not await self.track(topics):
            raise KafkaConnectionError("no broker answered with metadata")

    def _died(self, which: str, task: "asyncio.Task[Any]") -> None:
        if not task.cancelled():
            task.exception()  # retrieved: aiokafka has logged it
        if not self._ended and self.dead is None:
            self.dead = which
            self._on_death(self)

    async def _request(self, node: int, batches: dict[TopicPartition, MessageBatch]) -> None:
        """Stand where aiokafka's sender sends one request, so that its task is known."""
        if self._ended:
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - the sender makes a task of it
        self._requests.add(task)
        try:
            await self._send(node, batches)
        finally:
            self._requests.discard(task)
        self._on_idle()

    @property
    def open(self) -> bool:
        """Whether it takes batches."""
        return not self._ended and self.dead is None

    def leader(self, partition: TopicPartition) -> int | None:
        """Return the id of the partition's leader; None while it has none, or is not known."""
        leader: int | None = self._cluster.leader_for_partition(partition)
        return None if leader == -1 else leader

    def hand_over(self, partition: TopicPartition, builder: BatchBuilder) -> MessageBatch:
        """Queue a batch for its leader's next request; only while `open`, one a partition.

        Not `AIOKafkaProducer.send_batch`: that may wait for metadata or for a batch before it,
        and whoever waits there stands in the way of every other partition.
        """
        builder.close()
        batch: MessageBatch = self._accumulator._append_batch(builder, partition)  # noqa: SLF001
        self._pending.add(batch.future)
        batch.future.add_done_callback(self._pending.discard)
        return batch

    def withdraw(self, partitions: Iterable[TopicPartition]) -> None:
        """Fail what is queued for deleted partitions: aiokafka would seek their leader for ever."""
        for partition in partitions:
            batches = self._accumulator._batches.pop(partition, ())  # noqa: SLF001 - no public way
            self._fail(batches, UnknownTopicOrPartitionError(f"{partition} was deleted"))

    async def track(self, topics: Iterable[str]) -> bool:
        """Refresh the metadata of `topics` (and no other); return whether a broker answered."""
        self._client._topics = set(topics)  # noqa: SLF001 - set_topics() may not refresh
        refreshed: bool = await self._client.force_metadata_update()
        return refreshed

    async def drained(self, within: float) -> None:
        """Wait until every batch handed over is settled, `within` seconds at most."""
        if self._pending:
            await asyncio.wait(self._pending, timeout=within)

    async def abort(self, why: str) -> None:
        """End at once: what is not acked fails, and nothing more is written.

        A request that a broker already has in its socket is the one thing nobody can call back.
        """
        if not self._ended:
            self._ended = True
            self._kafka._closed = True  # noqa: SLF001 - stop() would flush, and hang
            self._fail_all(KafkaConnectionError(why))
        await sever(self._client, [*self._requests, self._sender.sender_task])

    def _fail_all(self, error: Exception) -> None:
        accumulator = self._accumulator
        accumulator._closed = True  # noqa: SLF001 - close() would flush
        accumulator._exception = error  # noqa: SLF001 - fail_all() leaves exceptions unretrieved
        queued = [batch for batches in accumulator._batches.values() for batch in batches]  # noqa: SLF001
        accumulator._batches.clear()  # noqa: SLF001 - else the sender drains them yet
        self._fail([*queued, *accumulator._pending_batches], error)  # noqa: SLF001 - in flight

    def _fail(self, batches: Iterable[MessageBatch], error: Exception) -> None:
        for batch in batches:
            if batch.retry_count:  # its done-callback takes it from there
                self._accumulator._pending_batches.add(batch)  # noqa: SLF001
            batch.failure(error)
            waiter = batch._drain_waiter  # noqa: SLF001 - nobody waits on it
            if waiter.done() and not waiter.cancelled():
                waiter.exception()  # retrieved
