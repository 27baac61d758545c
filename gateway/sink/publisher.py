"""Publisher: takes records, batches them per partition, hands the batches over, keeps promises.

May live here: admission, batching, the moment of sending, deadlines. May not: connecting, or
finding out why Kafka is out of reach (`supervisor`).

A batch stays open for as long as its partition's last one is in flight, or its leader has any
request of ours to answer: the next batch is whatever arrived meanwhile, and all that is ready goes
to a broker in one request. Nothing here is a task, nothing is a timer per record.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.publication import Ack, Publication
from gateway.sink.batch import Batch, join
from gateway.sink.failures import classify
from gateway.sink.observer import SinkObserver
from gateway.sink.producer import Producer
from gateway.sink.queues import Queue, Queues
from gateway.sink.sent import Sent
from gateway.sink.settings import KafkaSettings

__all__ = ["Publisher"]

_TICK = 0.1  # seconds: how exactly deadlines are kept
_LOADED = 1000  # records/s: from there on, company comes within the linger
_REQUEST_BYTES = 32 * 1024 * 1024  # in flight at once; brokers refuse requests over 100 MiB


class Publisher:
    """Everything between `publish` and the producer.

    Attributes:
        queues: of every partition.
        refusal: why no record at all is taken now, and the words for it; None: they are.
        queued_bytes: unacked bytes, in flight included.
        acked_at: when the last ack came, by the loop's clock.

    Args:
        settings: limits.
        observer: told of every batch.
        on_barred: called where a failed batch has broken its partition's sequence on a producer.
        on_alive: called by an ack while records are refused.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        observer: SinkObserver,
        *,
        on_barred: Callable[[Producer], None],
        on_alive: Callable[[], None],
    ) -> None:
        self._limit, self._in_order = settings.queue_bytes, settings.in_order
        self._linger, self._send_within = settings.linger, settings.send_within
        self._observer = observer
        self._on_barred = on_barred
        self._on_alive = on_alive
        self._loop = asyncio.get_running_loop()
        self._producer: Producer | None = None
        self._ready: list[Queue] = []
        self._flushing = self._loaded = False
        self._taken = 0
        self._in_flight_bytes = 0
        self._emptied: asyncio.Future[None] | None = None
        self._ticker = self._loop.call_later(_TICK, self._tick)
        self._closed = False
        self.queues = Queues(settings)
        self.refusal: tuple[Reason, str] | None = (Reason.STARTING, "not started yet")
        self.queued_bytes = 0
        self.acked_at = float("-inf")

    def publish(self, records: Sequence[Record]) -> Publication:
        """Take all of the records or none; see `gateway.publication.Sink`."""
        if self.refusal is not None:
            raise Ended(*self.refusal)
        if len(records) == 1:  # nearly always
            queue = self.queues.of(records[0])
            self._admit(1, len(records[0].value))
            return self._append(queue, records[0], self._loop.time())
        pairs = [(self.queues.of(record), record) for record in records]
        self._admit(len(records), sum([len(record.value) for record in records]))
        now = self._loop.time()
        promised = dict.fromkeys([self._append(queue, record, now) for queue, record in pairs])
        return promised.popitem()[0] if len(promised) == 1 else join([*promised], self._loop)

    def _admit(self, records: int, size: int) -> None:
        if self.queued_bytes + size > self._limit:
            raise Ended(Reason.QUEUE_FULL, f"{self.queued_bytes} bytes wait for Kafka")
        self._taken += records

    def _append(self, queue: Queue, record: Record, now: float) -> Publication:
        batch = queue.batches[-1] if queue.batches else queue.open_batch(now)
        size = batch.append(record)
        if size is None:
            batch = queue.open_batch(now)
            size = batch.append(record)
            assert size is not None  # noqa: S101 - a batch takes its first record whatever its size
        self.queued_bytes += size
        if not queue.listed and queue.in_flight is None:
            self._list(queue)
        return batch.promise(now)

    def _list(self, queue: Queue) -> None:
        queue.listed = True
        self._ready.append(queue)
        producer = self._producer
        if producer is None or self._flushing:
            return
        if not producer.busy or producer.leader(queue.partition) not in producer.busy:
            self.flush_soon()

    def flush_soon(self) -> None:
        """Hand over what is ready: at the end of this turn of the loop, under load a bit later."""
        if self._flushing or not self._ready:
            return
        self._flushing = True
        if self._loaded:
            self._loop.call_later(self._linger, self._flush)
        else:
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        producer = self._producer
        if producer is None or not producer.open:
            return
        ready, self._ready = self._ready, []
        now = self._loop.time()
        for queue in ready:
            self._let_go(queue, now)
            if queue.in_flight is not None or not queue.batches:
                queue.listed = False
                continue
            leader = producer.leader(queue.partition)
            if (
                leader is None
                or leader in producer.busy
                or queue.barred is producer
                or self._in_flight_bytes >= _REQUEST_BYTES
            ):
                self._ready.append(queue)
            else:
                queue.listed = False
                self._hand_over(queue, leader, producer)
        producer.dispatch()

    def _hand_over(self, queue: Queue, leader: int, producer: Producer) -> None:
        batch = queue.batches.popleft()
        queue.in_flight = batch
        self._in_flight_bytes += batch.size
        producer.hand_over(queue, leader, batch)

    def settled(self, producer: Producer, batches: Sequence[Sent]) -> None:
        """Keep the promises of batches that were acked or have failed."""
        now = self._loop.time()
        for sent in batches:
            self._settled(producer, sent, now)

    def _settled(self, producer: Producer, sent: Sent, now: float) -> None:
        queue, batch = sent.queue, sent.batch
        queue.in_flight = None
        self._in_flight_bytes -= batch.size
        if sent.error is None:
            self.acked_at = now
            queue.overdue = False
            batch.settle((Ack(queue.topic, queue.number, sent.offset),))
            self._observer.batch_acked(queue.topic, batch.count, batch.size, now - batch.opened)
            self._release(batch)
            if self.refusal is not None:
                self._on_alive()
        elif not sent.retry_count:
            queue.batches.appendleft(batch)  # it never left this process, so it is not lost yet
            if self._closed:
                self.discard([queue], Reason.DRAINING)
        else:
            self._fail(queue, batch, *classify(sent.error, sent.retry_count))
            queue.barred = producer
            self._on_barred(producer)
        if queue.batches and not queue.listed:
            self._list(queue)

    def _fail(self, queue: Queue, batch: Batch, reason: Reason, kind: str) -> None:
        batch.settle(reason)
        self._observer.batch_failed(queue.topic, kind)
        self._release(batch)
        if self._in_order:
            self.discard([queue], Reason.KAFKA_UNAVAILABLE)

    def _release(self, batch: Batch) -> None:
        self.queued_bytes -= batch.size
        if not self.queued_bytes and self._emptied is not None and not self._emptied.done():
            self._emptied.set_result(None)

    def discard(self, queues: Iterable[Queue], reason: Reason) -> None:
        """End what waits in `queues` with `reason`: it was never sent, Kafka does not have it."""
        for queue in queues:
            while queue.batches:
                self._fail(queue, queue.batches.popleft(), reason, "unsent")

    def _let_go(self, queue: Queue, now: float) -> None:
        """End what waited until its next attempt may be taken elsewhere."""
        while queue.batches and now - queue.batches[0].opened > self._send_within:
            self._fail(queue, queue.batches.popleft(), Reason.KAFKA_UNAVAILABLE, "unsent")

    def _tick(self) -> None:
        self._ticker = self._loop.call_later(_TICK, self._tick)
        self._loaded = self._taken >= _LOADED * _TICK and not self._closed
        self._taken = 0
        now = self._loop.time()
        for queue in self.queues:
            queue.check_deadlines(now)
            self._let_go(queue, now)
        self.flush_soon()

    def use(self, producer: Producer | None) -> None:
        """Send through `producer` from now on; None: hold what comes."""
        self._producer = producer
        self.flush_soon()

    def refuse(self, reason: Reason, words: str) -> None:
        """Raise `Ended` with this in every `publish` until `accept`."""
        if self.refusal is None or self.refusal[0] is not Reason.DRAINING:
            self.refusal = (reason, words)

    def accept(self) -> None:
        """Take records, unless draining."""
        if not self._closed:
            self.refusal = None

    async def drain(self, within: float) -> bool:
        """Take no more; wait until all is settled, `within` seconds at most; return whether so."""
        self._closed = True
        self.refuse(Reason.DRAINING, "the gateway is shutting down")
        return await self.flush(within)

    async def flush(self, within: float) -> bool:
        """Wait `within` seconds at most until all that was taken is settled; tell whether it is."""
        if self.queued_bytes:
            self._emptied = self._loop.create_future()
            await asyncio.wait([self._emptied], timeout=within)
        return not self.queued_bytes

    def close(self) -> None:
        """End what was never sent; the producer has been aborted."""
        self._producer = None
        self.discard(self.queues, Reason.DRAINING)
        self._ticker.cancel()
