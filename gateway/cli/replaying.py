"""Replaying: rows of the quarantine back through the engine, each marked after its ack.

May live here: the pace, the order of ack and marker, giving up. May not: the choice of rows, and
what is shown.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gateway.cli.landed import Landed
from gateway.cli.lease import Lease
from gateway.cli.quarantine import Row, bodies
from gateway.engine import Engine
from gateway.pipeline.quarantined import Marker, Quarantined
from gateway.pipeline.reasons import ENDINGS, Ended, Outcome, Reason
from gateway.pipeline.verdict import Verdict
from gateway.pipeline.webhook import Webhook
from gateway.sink.settings import KafkaSettings

__all__ = ["FAILED", "PATIENCE_SECONDS", "Replaying", "Result", "judged"]

FAILED = "failed"
"""What could not be tried to an end: its webhook is gone, or Kafka did not take it."""

PATIENCE_SECONDS = 30.0
"""How long Kafka may take nothing before the rest is given up."""

_MOST_AT_ONCE = 512
_MOST_REFUSALS = 3
_PAUSE = 0.05
# After these Kafka does not have it, so another try is a first one. After others it may have it,
# and the next replay looks.
_NOT_WRITTEN = frozenset({Reason.QUEUE_FULL, Reason.KAFKA_UNAVAILABLE, Reason.KAFKA_REFUSED})
_REPLAYED = (Outcome.ACCEPTED, Outcome.DUPLICATE)


class Result(NamedTuple):
    """How the replay of one row ended.

    Attributes:
        row: which.
        outcome: of `Outcome`, where `quarantined` means still unusable: it stays; or `FAILED`.
        reason: the word for it.
        detail: for people; may be empty.
    """

    row: Row
    outcome: str
    reason: str
    detail: str = ""


def judged(engine: Engine, webhooks: Mapping[str, Webhook], row: Row, kept: Quarantined) -> Result:
    """Tell how a replay would end if nothing were known of the event; write nothing."""
    webhook = webhooks.get(kept.webhook)
    if webhook is None:
        return _unconfigured(row)
    return _result(row, engine.intake.judge(kept.delivery(webhook, time.time())))


class Replaying:
    """One replay.

    Attributes:
        counts: results so far, by outcome.
        lost: why no more is tried; None while all is well.
        unmarked: how many were replayed and could not be marked so: the next replay finds them.

    Args:
        engine: ready.
        webhooks: those configured, by name.
        landed: what its topics hold already.
        lease: ours.
        tell: told of each result.
        patience: see `PATIENCE_SECONDS`.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        topic: str,
        webhooks: Mapping[str, Webhook],
        landed: Landed,
        lease: Lease,
        tell: Callable[[Result], None],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._engine = engine
        self._topic = topic
        self._webhooks = webhooks
        self._landed = landed
        self._lease = lease
        self._tell = tell
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._taken_at = self._loop.time()
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)
        self.counts: Counter[str] = Counter()
        self.lost: str | None = None
        self.unmarked = 0

    async def run(self, settings: KafkaSettings, rows: Sequence[Row]) -> None:
        """Replay the rows, in order for each key, until all have ended or Kafka is lost.

        Raises:
            KafkaError, OSError, TimeoutError: the quarantine cannot be read; what was begun has
                ended.
        """
        tasks: set[asyncio.Task[None]] = set()
        self._taken_at = self._loop.time()
        try:
            async with contextlib.aclosing(bodies(settings, self._topic, rows)) as found:
                async for row, kept in found:
                    if not await self._make_room():
                        break
                    task = self._loop.create_task(self._replay(row, kept))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
        finally:
            while tasks:
                await asyncio.wait(tasks)

    async def _make_room(self) -> bool:
        """Return when one more may be begun; False where no more may."""
        await self._room.acquire()
        sink = self._engine.sink
        while sink.queued_bytes > sink.queue_limit / 2 and self.lost is None:
            await asyncio.sleep(_PAUSE)
            self._check()
        self._check()
        return self.lost is None

    def _check(self) -> None:
        if not self._lease.held:
            self.lost = self.lost or "Kafka did not answer in time: another may have begun"

    async def _replay(self, row: Row, kept: Quarantined) -> None:
        try:
            result = await self._result_of(row, kept)
            if result.outcome in _REPLAYED:
                await self._mark(kept, Outcome(result.outcome))
        finally:
            self._room.release()
        self.counts[result.outcome] += 1
        self._tell(result)

    async def _result_of(self, row: Row, kept: Quarantined) -> Result:
        webhook = self._webhooks.get(kept.webhook)
        if webhook is None:
            return _unconfigured(row)
        if self._landed.has(row):
            return Result(row, Outcome.DUPLICATE, Reason.SEEN, "its topics have it")
        refusals = 0
        while True:
            verdict = await self._engine.intake.replay(kept.delivery(webhook, time.time()))
            if ENDINGS[verdict.reason].outcome is not Outcome.UNAVAILABLE:
                self._taken_at = self._loop.time()
                return _result(row, verdict)
            refusals += verdict.reason is Reason.KAFKA_REFUSED
            if not self._patient(verdict) or verdict.reason not in _NOT_WRITTEN:
                return _result(row, verdict)
            if refusals >= _MOST_REFUSALS:
                return _result(row, verdict)
            await asyncio.sleep(_PAUSE)

    def _patient(self, verdict: Verdict) -> bool:
        """Tell whether to try again after Kafka did not take something."""
        self._check()
        if self._loop.time() - self._taken_at > self._patience:
            title = ENDINGS[verdict.reason].title
            self.lost = self.lost or f"Kafka took nothing for {self._patience:g} s: {title}"
        return self.lost is None

    async def _mark(self, kept: Quarantined, outcome: Outcome) -> None:
        """Write the marker, so that no later replay does the same again."""
        marker = Marker.record(self._topic, kept, outcome, time.time())
        while True:
            with contextlib.suppress(Ended):
                publication = self._engine.sink.publish([marker])
                if isinstance(await asyncio.shield(publication.answer), tuple):
                    self._taken_at = self._loop.time()
                    return
            if self._loop.time() - self._taken_at > self._patience or self.lost is not None:
                self.unmarked += 1
                return
            await asyncio.sleep(_PAUSE)


def _unconfigured(row: Row) -> Result:
    return Result(
        row, FAILED, "webhook_unknown", f"no webhook {row.webhook!r} is configured any longer"
    )


def _result(row: Row, verdict: Verdict) -> Result:
    ending = ENDINGS[verdict.reason]
    unavailable = ending.outcome is Outcome.UNAVAILABLE
    return Result(row, FAILED if unavailable else ending.outcome, verdict.reason, verdict.detail)
