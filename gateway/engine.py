"""Engine: everything from a delivery to its ack, whoever brings the delivery.

May live here: what is made of what between intake and Kafka, and the order in which it starts and
stops. May not: listeners (`app`), rules of any part.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway import parts
from gateway.config import Config
from gateway.config.rules import ROOM_IN_RECORD
from gateway.idempotency.claims import Claims
from gateway.idempotency.identity import Digester, shared_key
from gateway.idempotency.journal import Journal
from gateway.idempotency.marks import MarkStore, MemoryMarks
from gateway.idempotency.recovery import Recovery
from gateway.idempotency.remembering import Remembering
from gateway.idempotency.window import Window
from gateway.ingress.admin import Check
from gateway.intake import Intake
from gateway.metrics.telemetry import Telemetry
from gateway.sink.kafka import KafkaSink
from gateway.sink.log import KafkaLog

if TYPE_CHECKING:
    from gateway.tracing import Tracing

__all__ = ["FLUSH_SECONDS", "Engine"]

FLUSH_SECONDS = 10.0
"""How long the queue to Kafka may take to flush at the end."""

_SPANS_SECONDS = 2.0
_SWEEP_SECONDS = 1.0
_SWEEP_SHELVES = 512  # the whole window in about two minutes


class Engine:
    """Takes deliveries to Kafka. Build it inside the running loop.

    Args:
        config: all of it.
        in_order: what waits behind a batch that failed fails with it; for whoever offers again.

    Attributes:
        telemetry: every number.
        intake: takes deliveries.
        sink: takes records.
        tracing: makes spans; None: there are none.
        behind: whether other replicas may have accepted what is not known here, for the moment.
        renewables: what connections to Kafka are begun with: certificates, the password.
    """

    def __init__(self, config: Config, *, in_order: bool = False) -> None:
        self._config = config
        self._sweeper: asyncio.TimerHandle | None = None
        specs = parts.topic_specs(config)
        secrets = {webhook.name: len(webhook.secrets) for webhook in config.webhooks}
        self.telemetry = Telemetry(topics=[spec.name for spec in specs], webhooks=secrets)
        self._settings = replace(parts.kafka_settings(config), in_order=in_order)
        self.renewables = parts.renewables(self._settings)
        self.sink = KafkaSink(self._settings, specs, self.telemetry.batches)
        self.tracing = _tracing(config)
        self._window = Window(config.idempotency.window, config.idempotency.memory_limit)
        self._clock = _steady_clock()
        self._router = parts.router(config)
        digester = self._digester()
        self._marks = self._mark_store(digester)
        self.behind = self._marks.behind
        self._claims = Claims(self._window, self._marks, digester, self._clock)
        self.intake = Intake(
            keyring=parts.keyring(config),
            tolerance=config.ingress.signature_tolerance,
            router=self._router,
            sink=self.sink if self.tracing is None else self.tracing.sink(self.sink),
            claims=self._claims,
            digester=digester,
            complete_since=self._marks.complete_since,
            twin_timeout=config.kafka.publish_timeout,
            observer=self.telemetry.deliveries,
            clock=time.time,
        )
        self._watch()

    def _digester(self) -> Digester:
        if self._config.idempotency.store == "memory":
            return Digester()
        return Digester(shared_key(self._router.topics.idempotency))

    def _mark_store(self, digester: Digester) -> MarkStore:
        config = self._config
        if config.idempotency.store == "memory":
            return MemoryMarks()
        own = self._router.topics
        journal = Journal(
            parts.journal_topics(config),
            log=KafkaLog(self._settings),
            publish=self.sink.publish,
            memory=Remembering(self._window, config.idempotency.window, self._clock),
            recovery=Recovery(digester, own.categories, own.quarantine),
            oldest=lambda: self._claims.oldest,
            wall=time.time,
        )
        watch = self.telemetry.watch
        watch("cstar_gateway_idempotency_unwritten_marks", lambda: journal.writer.unwritten)
        watch("cstar_gateway_idempotency_dropped_marks_total", lambda: journal.writer.dropped)
        watch("cstar_gateway_idempotency_journal_lag_seconds", lambda: journal.writer.lag)
        watch("cstar_gateway_idempotency_recovered_events_total", lambda: journal.recall.recovered)
        watch("cstar_gateway_idempotency_cold_starts_total", lambda: journal.cold_starts)
        watch("cstar_gateway_idempotency_complete", lambda: journal.recall.complete)
        return journal

    async def start(self) -> None:
        """Begin connecting; return at once, also when Kafka is down."""
        await self.sink.start()
        await self._marks.start()
        self._sweep()

    async def stop(self, within: float) -> None:
        """Flush within `within` seconds, then end hard: nothing is written afterwards."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        await self.sink.flush(within)  # what is acked by then is still to be marked
        await self._marks.stop(max(0.0, deadline - loop.time()))
        await self._claims.stop()  # after the marks: with an event in doubt, no goodbye is said
        await self.sink.stop(max(0.0, deadline - loop.time()))
        if self.tracing is not None:
            await self.tracing.close(_SPANS_SECONDS)

    @property
    def complete(self) -> bool:
        """Whether all that was accepted within the window is known here."""
        return self._marks.complete_since() <= 0.0

    @property
    def unwritten(self) -> int:
        """How many marks other processes cannot know yet."""
        return self._marks.unwritten

    @property
    def room(self) -> int:
        """How many more events can be remembered before the oldest go before their time."""
        return self._window.room - self._claims.in_flight

    def checks(self) -> Sequence[Check]:
        """Return what must hold for deliveries to be taken."""
        kafka, marks = self.sink.unready, self._marks.unready
        return (
            Check("kafka", kafka is None, kafka or ""),
            Check("quarantine", *self._quarantine_room()),
            Check("idempotency", marks is None, marks or ""),
        )

    def _quarantine_room(self) -> tuple[bool, str]:
        """Tell whether the largest body taken would fit into the quarantine."""
        topic = self._router.topics.quarantine
        needed = self._config.ingress.max_body_bytes + ROOM_IN_RECORD
        room = self.sink.record_limit(topic)
        if room >= needed:
            return True, ""
        return False, (
            f"{topic} takes records of {room} bytes, too few for the largest body: raise its "
            f"max.message.bytes to {needed + 4096}, or lower ingress.max_body_bytes"
        )

    def _sweep(self) -> None:
        self._window.sweep(self._clock(), _SWEEP_SHELVES)
        loop = asyncio.get_running_loop()
        self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep)

    def _watch(self) -> None:
        """Show what is asked for at each scrape."""
        watch, window = self.telemetry.watch, self._window
        watch("cstar_gateway_kafka_queued_bytes", lambda: self.sink.queued_bytes)
        watch("cstar_gateway_kafka_queue_limit_bytes", lambda: self.sink.queue_limit)
        watch("cstar_gateway_kafka_oldest_unacked_seconds", lambda: self.sink.oldest_unacked)
        watch("cstar_gateway_idempotency_evicted_ids_total", lambda: window.evicted)
        watch("cstar_gateway_idempotency_ids", lambda: window.ids)
        watch("cstar_gateway_idempotency_bytes", lambda: window.size)
        watch("cstar_gateway_idempotency_window_seconds", lambda: window.reach(self._clock()))
        watch("cstar_gateway_idempotency_in_flight", lambda: self._claims.in_flight)


def _tracing(config: Config) -> "Tracing | None":
    if not config.tracing.enabled:
        return None
    from gateway.tracing import Tracing  # noqa: PLC0415 - what is not asked for is not loaded

    return Tracing()


def _steady_clock() -> Callable[[], float]:
    """Return a clock of seconds since the epoch that no jump of the wall clock moves.

    The window expires by it: a wall clock set forward must not forget ids.
    """
    offset = time.time() - time.monotonic()
    return lambda: time.monotonic() + offset
