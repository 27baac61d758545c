"""Supervisor: keeps a working producer under the publisher.

May live here: connecting, watching, replacing, ending. May not: anything about single records.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from random import uniform

import structlog
from aiokafka.errors import BrokerResponseError, KafkaError

from gateway.sink.cluster import Cluster
from gateway.sink.knock import knock
from gateway.sink.observer import SinkObserver
from gateway.sink.producer import Producer
from gateway.sink.publisher import Publisher
from gateway.sink.reach import Reach
from gateway.sink.settings import KafkaSettings, TopicSpec

__all__ = ["CAUSES", "Supervisor"]

_log = structlog.get_logger(__name__)

CAUSES = frozenset(
    {"batch_failed", "batch_stuck", "sender_dead", "metadata_dead", "metadata_stale"}
)
"""Why a producer is replaced: the closed label set of metrics."""

_HOPELESS = frozenset({"batch_stuck"})
_CONNECT_WITHIN = 10.0  # seconds, one attempt
_BACKOFF = (0.2, 5.0)  # seconds between attempts: the first, and the longest
_PROBE_WITHIN = 3.0  # seconds, one look at Kafka
_PROBE_EVERY = 2.0  # seconds
_PROBE_EVERY_OUTAGE = 0.5  # seconds
_STALE_AFTER = 10.0  # seconds without metadata on the producer, while Kafka answers elsewhere
_ROW_ENDS = 60.0  # seconds after a replacement, until which the next one is in a row with it
_ROW_BACKOFF = (0.5, 30.0)  # seconds between replacements in a row
_ABORT_WITHIN = 1.0  # seconds of `stop` that are kept for the hard end


class Supervisor:
    """From `start` to `stop` there is a producer, or the next attempt at one."""

    def __init__(
        self, settings: KafkaSettings, specs: Sequence[TopicSpec], observer: SinkObserver
    ) -> None:
        self._settings = settings
        self._observer = observer
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._producer: Producer | None = None
        self._barred = False
        self._refreshed_at = 0.0
        self._replaced_at = float("-inf")
        self._row = 0
        self._task: asyncio.Task[None] | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self.publisher = Publisher(
            settings, observer, on_barred=self._on_barred, on_alive=self._on_alive
        )
        self.cluster = Cluster(settings, specs, self.publisher)
        self.reach = Reach(settings.servers, self.publisher, observer)

    def start(self) -> None:
        """Begin connecting."""
        self._task = self._loop.create_task(self._run(), name="kafka-supervisor")

    async def _run(self) -> None:
        producer = await self._connect()
        while True:
            self._adopt(producer)
            cause = await self._watch(producer)
            _log.warning("kafka producer replaced", cause=cause, in_a_row=self._row)
            self._observer.producer_replaced(cause)
            old, producer = producer, await self._connect()
            retiring = self._loop.create_task(self._retire(old))
            self._retiring.add(retiring)
            retiring.add_done_callback(self._retiring.discard)

    async def _connect(self) -> Producer:
        pause, longest = _BACKOFF
        while True:
            try:
                return await self._attempt()
            except Exception as error:  # noqa: BLE001 - SASL code raises anything; retried, and told
                self.reach.failed(error, told=await self._told(error), certain=True)
            await asyncio.sleep(uniform(pause / 2, pause))  # noqa: S311 - jitter
            pause = min(pause * 2, longest)

    async def _attempt(self) -> Producer:
        await self.cluster.survey(_CONNECT_WITHIN, self._producer, afresh=True)
        publisher = self.publisher
        producer = Producer(self._settings, publisher.settled, publisher.flush_soon, self._on_death)
        try:
            async with asyncio.timeout(_CONNECT_WITHIN):
                await producer.start(self.cluster.present)
        except BaseException:
            await producer.abort("it could not connect")
            raise
        return producer

    def _adopt(self, producer: Producer) -> None:
        self._producer = producer
        self._barred = False
        self._refreshed_at = self._loop.time()
        self.publisher.use(producer)
        self.reach.succeeded()

    async def _retire(self, producer: Producer) -> None:
        try:
            await producer.drained(2 * self._settings.request_timeout_ms / 1000)
        finally:
            await producer.abort("it was replaced")

    async def _watch(self, producer: Producer) -> str:
        """Probe Kafka until `producer` must be replaced; return the cause."""
        while True:
            cause = self._cause(producer)
            if cause in _HOPELESS:  # of any other cause, what is in flight still lands
                await producer.abort(cause)
            wait = _PROBE_EVERY if self.reach.connected else _PROBE_EVERY_OUTAGE
            if cause is not None:
                held = self._held()
                if not held:
                    return cause
                wait = min(wait, held)
            self._wake.clear()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)
            if not self._wake.is_set():
                await self._probe(producer)

    def _cause(self, producer: Producer) -> str | None:
        if producer.dead:
            return f"{producer.dead}_dead"
        if self.publisher.queues.oldest_sent < self._loop.time() - self._settings.send_within:
            return "batch_stuck"
        if self._barred:
            return "batch_failed"
        stale = self._loop.time() - self._refreshed_at > _STALE_AFTER
        return "metadata_stale" if stale and self.reach.connected else None

    def _held(self) -> float:
        """Return how many seconds to wait before a replacement, so that a row does not storm."""
        now = self._loop.time()
        if now - self._replaced_at > _ROW_ENDS:
            self._row = 0
        first, longest = _ROW_BACKOFF
        pause = min(first * 2 ** (self._row - 1), longest) if self._row else 0.0
        held = self._replaced_at + pause - now
        if held > 0:
            return held
        self._replaced_at = now
        self._row += 1
        return 0.0

    async def _probe(self, producer: Producer) -> None:
        seen, refreshed = await asyncio.gather(
            self.cluster.survey(_PROBE_WITHIN, producer),
            self._refresh(producer),
            return_exceptions=True,
        )
        if refreshed is True:
            self._refreshed_at = self._loop.time()
        if refreshed is True or seen is None:
            self.reach.succeeded()
        else:
            self.reach.failed(seen, told=await self._told(seen))

    async def _told(self, error: BaseException) -> str | None:
        """Find out why no broker lets us in, where aiokafka tells only that none does."""
        client_side = isinstance(error, KafkaError) and not isinstance(error, BrokerResponseError)
        return await knock(self._settings) if client_side else None

    async def _refresh(self, producer: Producer) -> bool:
        async with asyncio.timeout(_PROBE_WITHIN):
            return await producer.track(self.cluster.present)

    def _on_barred(self, producer: Producer) -> None:
        if producer is self._producer:
            self._barred = True
            self._wake.set()

    def _on_death(self, producer: Producer) -> None:
        if producer is self._producer:
            self._wake.set()

    def _on_alive(self) -> None:
        self.reach.succeeded()

    async def stop(self, within: float) -> None:
        """Flush, then end hard: once this returns, nothing more is written."""
        deadline = self._loop.time() + within
        await self.publisher.drain(max(within - _ABORT_WITHIN, within / 2))
        tasks = [task for task in (self._task, *self._retiring) if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=max(deadline - self._loop.time(), _ABORT_WITHIN))
        if self._producer is not None:
            await self._producer.abort("the gateway is shutting down")
        await self.cluster.close()
        self.publisher.close()
