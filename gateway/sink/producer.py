"""Producer: one idempotent aiokafka producer, with a hard end.

May live here: what leans on private parts of `aiokafka.producer` (a test guards them). May not:
queues, deadlines, or what follows from a failure.

What aiokafka leaves open and this closes: a start without end; batches that expire while their
partition has no leader, which leaves a gap in the sequence and the partition dead; a `stop` that
hangs, or returns while the sender lives on and publishes later; a sender that dies unnoticed.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from aiokafka.client import ConnectionGroup
from aiokafka.errors import KafkaConnectionError, UnknownTopicOrPartitionError
from aiokafka.structs import TopicPartition

from gateway.sink.batch import Batch
from gateway.sink.client import sever
from gateway.sink.exchange import Exchange, open_to_us
from gateway.sink.handler import handle, idempotent, mute, wake
from gateway.sink.queues import Queue
from gateway.sink.sent import Sent
from gateway.sink.sequences import Sequences
from gateway.sink.settings import KafkaSettings

__all__ = ["Producer"]

_GROUP: Final = ConnectionGroup.DEFAULT


class Producer:
    """Sends the batches it is handed, in order per partition, each exactly once, until it ends.

    Attributes:
        busy: ids of the brokers that have a request of ours and take no other before they answer.
        dead: which of its two tasks died (`sender`, `metadata`); None while both live.

    Args:
        settings: how to reach Kafka.
        on_settled: called with batches that were acked or have failed, each once.
        on_idle: called when a broker has answered.
        on_death: called, once, when one of its tasks dies.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        on_settled: Callable[["Producer", Sequence[Sent]], None],
        on_idle: Callable[[], None],
        on_death: Callable[["Producer"], None],
    ) -> None:
        self._kafka: Any = idempotent(settings)
        self._client: Any = self._kafka.client
        self._cluster: Any = self._client.cluster
        self._name, self._timeout = settings.client_id, settings.request_timeout_ms
        self._accumulator: Any = self._kafka._message_accumulator  # noqa: SLF001 - batches are ours
        self._sender: Any = self._kafka._sender  # noqa: SLF001 - its requests must be cancellable
        self._numbers: Any = self._kafka._txn_manager  # noqa: SLF001 - of the idempotent producer
        vars(self._sender)["_send_produce_req"] = self._request
        self._loop = asyncio.get_running_loop()
        self._requests: set[asyncio.Task[Any]] = set()
        self._sequences = Sequences()
        self._staged: dict[int, dict[TopicPartition, Sent]] = {}
        self._unsettled: set[Sent] = set()
        self._all_settled: asyncio.Future[None] | None = None
        self._on_settled = on_settled
        self._on_idle = on_idle
        self._on_death = on_death
        self._ended = False
        self.busy: set[int] = self._sender._in_flight  # noqa: SLF001 - who is muted
        self._in_flight: set[Sent] = self._accumulator._pending_batches  # noqa: SLF001 - as above
        self.dead: str | None = None

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
        metadata.add_done_callback(lambda task: self._died("metadata", task))
        if not await self.track(topics):
            raise KafkaConnectionError("no broker answered with metadata")

    def _died(self, which: str, task: "asyncio.Task[Any]") -> None:
        if not task.cancelled():
            task.exception()  # retrieved: aiokafka has logged it
        if not self._ended and self.dead is None:
            self.dead = which
            self._on_death(self)

    async def _request(
        self, node: int, batches: Mapping[TopicPartition, Sent], heard: Exchange | None = None
    ) -> None:
        """Have aiokafka send a request and see to its answer; also where its sender sends again.

        `heard` tells how the request went that was sent already.
        """
        if self._ended:
            return
        task: Any = asyncio.current_task()  # the sender and `_hand_on` make a task of it
        self._requests.add(task)
        try:
            await handle(self._sender, node, batches, heard)
        except Exception as error:
            self._fail(batches.values(), error)  # nobody else will, and their claims wait
            raise
        finally:
            self._requests.discard(task)
        self.busy.remove(node)
        self._on_idle()

    def _hand_on(
        self, node: int, batches: Mapping[TopicPartition, Sent], heard: Exchange | None = None
    ) -> None:
        """Leave a request to aiokafka's code, which connects, waits and sends again."""
        self._in_flight.update(batches.values())
        mute(self._sender, batches)
        request = self._request(node, batches, heard)
        self._loop.create_task(request).add_done_callback(self._answered)

    def _answered(self, task: "asyncio.Task[None]") -> None:
        """Have the sender send again what a request of ours has left with it."""
        if not task.cancelled() and task.exception() is not None:
            self._died("sender", task)
        wake(self._sender)

    @property
    def open(self) -> bool:
        """Whether it takes batches."""
        return not self._ended and self.dead is None

    def leader(self, partition: TopicPartition) -> int | None:
        """Return the id of the partition's leader; None while it has none, or is not known."""
        found = self._cluster._partitions.get(partition.topic)  # noqa: SLF001 - called for each batch
        known = found.get(partition.partition) if found else None
        return None if known is None or known.leader == -1 else known.leader

    def hand_over(self, queue: Queue, leader: int, batch: Batch) -> None:
        """Take a batch for the next `dispatch`; only while `open`, to a leader that is not busy.

        Not `AIOKafkaProducer.send_batch`: that may wait for metadata or for a batch before it,
        and whoever waits there stands in the way of every other partition.

        Args:
            queue: of the partition where it goes; no other batch of it may be on its way.
            leader: of the partition.
            batch: its records; nothing may be added from now on.
        """
        staged = self._staged.setdefault(leader, {})
        staged[queue.partition] = Sent(queue, batch, self._loop, self._settle)

    def dispatch(self) -> None:
        """Send what was handed over, in one request for each broker.

        aiokafka's sender would do the same a few turns of the loop later; it is left with what
        must be sent again, and does not touch what we have on its way.
        """
        staged, self._staged = self._staged, {}
        for node, batches in staged.items():
            self._unsettled.update(batches.values())
            self.busy.add(node)
            exchange = Exchange(node, batches, self._loop, self._heard)
            connection = self._client._conns.get((node, _GROUP))  # noqa: SLF001 - as it does itself
            try:
                self._sequences.seal(self._numbers, batches.values())
                if open_to_us(connection):
                    exchange.begin(connection, self._name, self._timeout)
                else:
                    self._hand_on(node, batches)
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits
                exchange.set_exception(error)

    def _heard(self, exchange: Exchange) -> None:
        """Settle what was acked; leave the rest to aiokafka's code, which knows each error."""
        if self._ended:
            return
        batches: Any = exchange.batches  # a pair finds its partition, and is made sooner
        acked: list[Sent] = []
        for topic, number, error, offset in exchange.results:
            sent: Sent | None = batches.get((topic, number)) if not error else None
            if sent is not None and not sent.ended:
                sent.acked(offset)
                acked.append(sent)
        if len(acked) == len(batches):
            self.busy.remove(exchange.node)
            wake(self._sender)
        else:
            rest = {partition: sent for partition, sent in batches.items() if not sent.ended}
            self._hand_on(exchange.node, rest, exchange)
        self._end(acked)
        self._on_idle()

    def _settle(self, sent: Sent) -> None:
        self._in_flight.discard(sent)
        self._end([sent])

    def _end(self, batches: Sequence[Sent]) -> None:
        self._unsettled.difference_update(batches)
        if self._all_settled is not None and not self._unsettled and not self._all_settled.done():
            self._all_settled.set_result(None)
        self._on_settled(self, batches)

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
