"""App: the composition root, the only file that knows every part.

May live here: what is made of what, the order of starting and of draining, readiness. May not:
rules of any part.

```
start   admin listener (alive, not ready), marks, Kafka in the background, public listener
ready   once Kafka has every topic and the marks are loaded; lost and regained without a restart
drain   unready, still serving → stop listening → answer what was begun → flush → close
```
"""

import asyncio
import platform
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version

import structlog

import gateway
from gateway import parts
from gateway.config import Config
from gateway.config.rules import ROOM_IN_RECORD
from gateway.idempotency.claims import Claims
from gateway.idempotency.identity import Digester
from gateway.idempotency.marks import MarkStore, MemoryMarks
from gateway.idempotency.window import Window
from gateway.ingress.admin import AdminServer, Check
from gateway.ingress.server import IngressServer
from gateway.intake import Intake
from gateway.metrics.telemetry import Telemetry
from gateway.pipeline.reasons import Reason
from gateway.sink.kafka import KafkaSink

__all__ = ["FLUSH_SECONDS", "Gateway"]

FLUSH_SECONDS = 10.0
"""How long the queue to Kafka may take to flush at shutdown."""

_SWEEP_SECONDS = 1.0
_SWEEP_SHELVES = 512  # the whole window in about two minutes
_LIBRARIES = ("aiohttp", "aiokafka", "msgspec")

_log = structlog.get_logger(__name__)


class Gateway:
    """One gateway, built inside the running loop.

    Args:
        config: all of it.

    Attributes:
        port: of the public listener, once started.
        admin_port: of the admin listener, once started.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._began = False
        self._draining = False
        self._sweeper: asyncio.TimerHandle | None = None
        specs = parts.topic_specs(config)
        secrets = {webhook.name: len(webhook.secrets) for webhook in config.webhooks}
        self._telemetry = Telemetry(topics=[spec.name for spec in specs], webhooks=secrets)
        self._sink = KafkaSink(parts.kafka_settings(config), specs, self._telemetry.batches)
        self._marks: MarkStore = MemoryMarks()
        self._window = Window(config.idempotency.window, config.idempotency.memory_limit)
        digester = Digester()
        self._clock = _steady_clock()
        self._claims = Claims(self._window, self._marks, digester, self._clock)
        self._router = parts.router(config)
        intake = Intake(
            keyring=parts.keyring(config),
            tolerance=config.ingress.signature_tolerance,
            router=self._router,
            sink=self._sink,
            claims=self._claims,
            digester=digester,
            complete_since=lambda: self._marks.complete_since,
            twin_timeout=config.kafka.publish_timeout,
            observer=self._telemetry.deliveries,
            clock=time.time,
        )
        self._ingress = IngressServer(
            intake, self._telemetry, unready=self._starting, limits=parts.limits(config)
        )
        self._admin = AdminServer(
            self._telemetry.collectors, checks=self.checks, versions=_versions()
        )
        self._watch()
        self.port = 0
        self.admin_port = 0

    async def start(self) -> None:
        """Listen and begin connecting; return though Kafka may be down.

        Raises:
            OSError: an address cannot be bound; says which.
        """
        config = self._config
        self.admin_port = await self._admin.start(config.admin.host, config.admin.port)
        await self._marks.start()
        await self._sink.start()
        try:
            self.port = await self._ingress.start(config.ingress.host, config.ingress.port)
        except OSError:
            await self.abort()
            raise
        self._sweep()
        _log.info("listening", port=self.port, admin_port=self.admin_port)

    async def drain(self) -> None:
        """Leave in order: see the top of this file. Cancelling it aborts what is left, hard."""
        config = self._config.ingress
        self._draining = True
        self._ingress.retire()
        _log.info("draining", serving_on_seconds=config.drain_delay)
        try:
            await asyncio.sleep(config.drain_delay)
            self._ingress.stop_listening()
            cut = await self._ingress.drain(config.shutdown_timeout)
            await self._sink.stop(FLUSH_SECONDS)
            await self._marks.stop(FLUSH_SECONDS)
            _log.info("drained", requests_cut=cut)
        finally:
            await self.abort()

    async def abort(self) -> None:
        """Leave at once: nothing is written to Kafka after this returns."""
        self._draining = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        await self._ingress.drain(0)
        await self._sink.stop(0)
        await self._admin.stop()

    @property
    def ready(self) -> bool:
        """Whether deliveries can be taken."""
        return all(check.ok for check in self.checks())

    def checks(self) -> Sequence[Check]:
        """Return what must hold for the gateway to be ready."""
        kafka, marks = self._sink.unready, self._marks.unready
        ready = (
            Check("kafka", kafka is None, kafka or ""),
            Check("quarantine", *self._quarantine_room()),
            Check("idempotency", marks is None, marks or ""),
        )
        self._began = self._began or all(check.ok for check in ready)
        serving = Check("serving", not self._draining, "shutting down" if self._draining else "")
        return (*ready, serving)

    def _quarantine_room(self) -> tuple[bool, str]:
        """Tell whether the largest body taken would fit into the quarantine."""
        topic = self._router.topics.quarantine
        needed = self._config.ingress.max_body_bytes + ROOM_IN_RECORD
        room = self._sink.record_limit(topic)
        if room >= needed:
            return True, ""
        return False, (
            f"{topic} takes records of {room} bytes, too few for the largest body: raise its "
            f"max.message.bytes to {needed + 4096}, or lower ingress.max_body_bytes"
        )

    def _starting(self) -> Reason | None:
        if not self._began:
            self.checks()
        return None if self._began else Reason.STARTING

    def _sweep(self) -> None:
        self._window.sweep(self._clock(), _SWEEP_SHELVES)
        loop = asyncio.get_running_loop()
        self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep)

    def _watch(self) -> None:
        """Show what is asked for at each scrape."""
        watch, window = self._telemetry.watch, self._window
        watch("cstar_gateway_kafka_queued_bytes", lambda: self._sink.queued_bytes)
        watch("cstar_gateway_kafka_queue_limit_bytes", lambda: self._sink.queue_limit)
        watch("cstar_gateway_idempotency_ids", lambda: window.ids)
        watch("cstar_gateway_idempotency_bytes", lambda: window.size)
        watch("cstar_gateway_idempotency_window_seconds", lambda: window.reach(self._clock()))
        watch("cstar_gateway_idempotency_in_flight", lambda: self._claims.in_flight)


def _steady_clock() -> Callable[[], float]:
    """Return a clock of seconds since the epoch that no jump of the wall clock moves.

    The window expires by it: a wall clock set forward must not forget ids.
    """
    offset = time.time() - time.monotonic()
    return lambda: time.monotonic() + offset


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"version": gateway.__version__, "python": platform.python_version(), **libraries}
