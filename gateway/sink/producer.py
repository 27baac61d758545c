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
from aiokafka.structs import TopicPartition

from gateway.sink.batch import Batch
from gateway.sink.client import log_in_afresh, pace_metadata, sever
from gateway.sink.sent import Sent
from gateway.sink.settings import Compression, KafkaSettings
from gateway.sink.wire import Exchange

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
        self._numbers = self._kafka._txn_manager  # noqa: SLF001 - of the idempotent producer
        vars(self._sender)["_send_produce_req"] = self._request
        self._loop = asyncio.get_running_loop()
        self._requests: set[asyncio.Task[Any]] = set()
        self._staged: dict[int, dict[TopicPartition, Sent]] = {}
        self._unsettled: set[Sent] = set()
        self._all_settled: asyncio.Future[None] | None = None
        self._on_idle = on_idle
        self._on_death = on_death
        self._ended = False
        self.busy: set[int] = self._sender._in_flight  # noqa: SLF001 - who is muted
        self._muted: set[TopicPartition] = self._sender._muted_partitions  # noqa: SLF001 - as above
        self._in_flight: set[Sent] = self._accumulator._pending_batches  # noqa: SLF001 - as above
        self.dead: str | None = None
        pace_metadata(self._client, _METADATA_PACE)
        log_in_afresh(self._client, settings)

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

    async def _request(self, node: int, batches: dict[TopicPartition, Sent]) -> None:
        """Send one request and see to its answer; also where aiokafka's sender sends again."""
        if self._ended:
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - the sender and `dispatch` make a task of it
        self._requests.add(task)
        try:
            await Exchange(self._sender, batches).do(node)
        except Exception as error:
            self._fail(batches.values(), error)  # nobody else will, and their claims wait
            raise
        finally:
            self._requests.discard(task)
        self.busy.remove(node)
        self._muted.difference_update(batches)
        self._on_idle()

    def _answered(self, task: "asyncio.Task[None]") -> None:
        """Have the sender send again what a request of ours has left with it."""
        if not task.cancelled() and task.exception() is not None:
            self._died("sender", task)
        waiter = self._accumulator._waiter_future  # noqa: SLF001 - it wakes the sender
        if self._accumulator._batches and not waiter.done():  # noqa: SLF001 - what is to be resent
            waiter.set_result(None)

    @property
    def open(self) -> bool:
        """Whether it takes batches."""
        return not self._ended and self.dead is None

    def leader(self, partition: TopicPartition) -> int | None:
        """Return the id of the partition's leader; None while it has none, or is not known."""
        leader: int | None = self._cluster.leader_for_partition(partition)
        return None if leader == -1 else leader

    def hand_over(
        self,
        partition: TopicPartition,
        leader: int,
        batch: Batch,
        told: Callable[[Sent], None],
    ) -> None:
        """Take a batch for the next `dispatch`; only while `open`, to a leader that is not busy.

        Not `AIOKafkaProducer.send_batch`: that may wait for metadata or for a batch before it,
        and whoever waits there stands in the way of every other partition.

        Args:
            partition: where it goes; no other batch of it may be on its way.
            leader: of the partition.
            batch: its records; nothing may be added from now on.
            told: called once, when it is acked or has failed.
        """
        sent = Sent(partition, batch, loop=self._loop, settled=self._settled, told=told)
        self._unsettled.add(sent)
        staged = self._staged.get(leader)
        if staged is None:
            staged = self._staged[leader] = {}
        staged[partition] = sent

    def dispatch(self) -> None:
        """Send what was handed over, in one request for each broker.

        aiokafka's sender would do the same a few turns of the loop later; it is left with what
        must be sent again, and does not touch what we have on its way.
        """
        staged, self._staged = self._staged, {}
        numbers = self._numbers
        for node, batches in staged.items():
            for partition, sent in batches.items():
                sequence = numbers.sequence_number(partition)
                sent.number(numbers.producer_id, numbers.producer_epoch, sequence)
                numbers.increment_sequence_number(partition, sent.record_count)
                sent.drain_ready()
            self._in_flight.update(batches.values())
            self._muted.update(batches)
            self.busy.add(node)
            self._loop.create_task(self._request(node, batches)).add_done_callback(self._answered)

    def _settled(self, sent: Sent) -> None:
        self._unsettled.discard(sent)
        self._in_flight.discard(sent)
        waiter = self._all_settled
        if waiter is not None and not self._unsettled and not waiter.done():
            waiter.set_result(None)
        sent.told(sent)

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
        if self._unsettled:
            self._all_settled = self._loop.create_future()
            await asyncio.wait([self._all_settled], timeout=within)

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
        accumulator._batches.clear()  # noqa: SLF001 - else the sender drains them yet
        self._fail([*self._unsettled], error)

    def _fail(self, batches: Iterable[Sent], error: Exception) -> None:
        for batch in batches:
            batch.failure(error)
