"""Ground: what an ingest stands on: an engine and its Kafka, or, for a dry run, nothing at all.

May live here: when more may be offered, and the intake that publishes nowhere. May not: the pace.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from gateway import parts
from gateway.cli.readiness import lacking
from gateway.config import Config
from gateway.engine import Engine
from gateway.idempotency.claims import Claims
from gateway.idempotency.identity import Digester
from gateway.idempotency.marks import MemoryMarks
from gateway.idempotency.window import Window
from gateway.intake import Intake
from gateway.pipeline.record import Record
from gateway.pipeline.signature import Keyring
from gateway.publication import Publication

__all__ = ["DryGround", "Ground", "KafkaGround", "Nowhere", "Watched", "wanting"]

_MOST_AT_ONCE = 1024  # events between two looks
_MOST_UNWRITTEN = 200_000  # marks; what a crash leaves unwritten is read back, which takes time


class Ground(Protocol):
    """What takes the events.

    Attributes:
        intake: the way in.
    """

    intake: Intake

    def lacking(self) -> str | None:
        """Return what must be waited for before more may be offered, for people; None: nothing."""

    def lost(self) -> str | None:
        """Return why no more may be offered at all; None: it may."""


def wanting(engine: Engine) -> str | None:
    """Return what keeps an ingest from beginning, or from going on."""
    if problem := lacking(engine):
        return problem
    if engine.behind() or not engine.complete:
        return "idempotency: what was accepted before is not all known here"
    return None


class KafkaGround:
    """An engine that is ready.

    Args:
        engine: the same.
    """

    def __init__(self, engine: Engine) -> None:
        self.intake = engine.intake
        self._engine = engine

    def lacking(self) -> str | None:
        """Return what must be waited for before more may be offered."""
        engine = self._engine
        if engine.sink.queued_bytes > engine.sink.queue_limit / 2:
            return "Kafka acknowledges nothing"
        if engine.unwritten > _MOST_UNWRITTEN:
            return "the idempotency journal cannot be written"
        return wanting(engine)

    def lost(self) -> str | None:
        """Tell where the window is full: each event more would have it forget one of the others."""
        if self._engine.room > _MOST_AT_ONCE:
            return None
        return (
            "the idempotency window is full: for each event more one of live traffic would be "
            "forgotten, and its retry published twice; raise idempotency.memory_limit, here and "
            "at the gateways"
        )


class Watched:
    """Counts what an intake notices.

    Attributes:
        counts: `late`, `violated`, `unknown_field`, …: events, or fields of them.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def signature_matched(self, webhook: str, index: int, skew: float | None) -> None:
        """Nothing is signed."""

    def attempt(self, number: int | None) -> None:
        """Nobody says which."""

    def duplicate(self, age: float) -> None:
        """Nobody asks how long it has been known."""

    def header_mismatch(self, header: str) -> None:
        """There are no headers."""

    def drift(self, event_type: str, kind: str) -> None:  # noqa: ARG002 - kinds are counted
        """Count it."""
        self.counts[str(kind)] += 1

    def late(self) -> None:
        """Count it."""
        self.counts["late"] += 1

    def id_conflict(self) -> None:
        """Count it."""
        self.counts["id_conflict"] += 1

    def possible_duplicate(self) -> None:
        """Count it."""
        self.counts["possible_duplicate"] += 1


class Nowhere:
    """A sink that acknowledges everything and keeps nothing.

    Args:
        limit: the largest record that topics take, bytes.
    """

    unready: str | None = None

    def __init__(self, limit: int) -> None:
        self._limit = limit
        loop = asyncio.get_running_loop()
        self._publication = Publication(loop.create_future(), loop.create_future())
        for promise in (self._publication.answer, self._publication.settled):
            promise.set_result(())

    def publish(self, records: Sequence[Record]) -> Publication:  # noqa: ARG002 - kept nowhere
        """Say that Kafka has them."""
        return self._publication

    def record_limit(self, topic: str) -> int:  # noqa: ARG002 - the same for all
        """Return the largest `Record.size` that the topic takes, in bytes."""
        return self._limit

    async def start(self) -> None:
        """Have nothing to connect to."""

    async def flush(self, within: float) -> bool:  # noqa: ARG002 - at once
        """Have nothing to flush."""
        return True

    async def stop(self, within: float) -> None:
        """Have nothing to stop."""


class DryGround:
    """An intake whose records go nowhere; it knows the events it has seen, and no others.

    Attributes:
        intake: the same.
        noticed: what is odd about events that would be published all the same.

    Args:
        config: all of it; topics are taken to have the limit that it gives them.
    """

    def __init__(self, config: Config) -> None:
        self.noticed = Watched()
        digester, sink = Digester(), Nowhere(config.kafka.max_record_bytes)
        window = Window(config.idempotency.window, config.idempotency.memory_limit)
        self.intake = Intake(
            keyring=Keyring([]),
            tolerance=0.0,
            router=parts.router(config),
            sink=sink,
            claims=Claims(window, MemoryMarks(), digester, time.time),
            digester=digester,
            complete_since=lambda: 0.0,
            twin_timeout=0.0,
            observer=self.noticed,
            clock=time.time,
        )

    def lacking(self) -> str | None:
        """Return nothing."""
        return None

    def lost(self) -> str | None:
        """Return nothing."""
        return None
