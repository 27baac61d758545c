"""Held: a chunk of stored events on its way to Kafka, and what became of its lines.

May live here: reading Kafka's word off the offers, and counting. May not: waiting for it
(`ingesting`).
"""

from collections import Counter
from typing import NamedTuple

from gateway.cli.source import Chunk
from gateway.events.catalogue import OTHER
from gateway.idempotency.claims import Settled
from gateway.pipeline.reasons import ENDINGS, Outcome, Reason
from gateway.pipeline.verdict import Subject, Verdict
from gateway.publication import Pending

__all__ = ["REFUSED", "Bad", "Begun", "Held", "Sums", "acked", "ended", "problem_of", "way_of"]

REFUSED = frozenset(reason for reason, row in ENDINGS.items() if row.outcome is Outcome.UNAVAILABLE)
"""Reasons after which Kafka does not have an event, or nobody knows: it is offered again."""


Begun = Verdict | Pending
"""What `Intake.begin` makes of a line."""


class Held(NamedTuple):
    """A chunk on its way.

    Attributes:
        chunk: its lines.
        offers: one for each of them, None for a line without an event; fewer where given up.
        ways: Kafka's words on them, each for a whole batch.
    """

    chunk: Chunk
    offers: list[Begun | None]
    ways: set[Settled]


class Bad(NamedTuple):
    """A line that is no usable event.

    Attributes:
        line: its number in the file.
        reason: why.
        detail: the same, for people.
        id: the event's; None where it could not be read.
    """

    line: int
    reason: Reason
    detail: str = ""
    id: str | None = None


class Sums:
    """Lines that are done.

    Attributes:
        counts: by reason and event type.
        blank: those that held nothing.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[Reason, str]] = Counter()
        self.blank = 0

    def add(self, held: Held, failed: set[int]) -> list[Bad]:
        """Count the lines of a chunk, without those that failed; return the bad ones."""
        chunk, offers, _ = held
        bad: list[Bad] = []
        published: Counter[str] = Counter()
        for at, offered in enumerate(offers):
            if offered is None:
                bad += self._without_event(chunk, at)
                continue
            if failed and at in failed:
                continue
            event: Subject | Verdict
            if isinstance(offered, Pending):
                reason, event = offered.acked, offered.subject
            else:
                reason, event = offered.reason, offered
            if reason is Reason.ACKED:
                published[event.event_type] += 1
                continue
            self.counts[reason, event.event_type] += 1
            if ENDINGS[reason].outcome is Outcome.QUARANTINED:
                bad.append(Bad(chunk.first + at, reason, offered.detail, event.event_id))
        for event_type, count in published.items():
            self.counts[Reason.ACKED, event_type] += count
        return bad

    def _without_event(self, chunk: Chunk, at: int) -> list[Bad]:
        if chunk.lines[at] is not None:
            self.blank += 1
            return []
        self.counts[Reason.BODY_TOO_LARGE, OTHER] += 1
        return [Bad(chunk.first + at, Reason.BODY_TOO_LARGE)]


def way_of(offered: Begun) -> Settled | None:
    """Return what tells Kafka's word on an offer; None where none is awaited."""
    return offered.settled if isinstance(offered, Pending) else None


def acked(way: Settled) -> bool:
    """Tell whether Kafka has what it is about."""
    return way.done() and not isinstance(way.result(), Reason)


def ended(offered: Begun) -> bool:
    """Tell whether there is nothing more to do about an offer."""
    if isinstance(offered, Pending):
        return acked(offered.settled)
    return offered.reason not in REFUSED


def problem_of(offered: Begun) -> str:
    """Return why an offer failed, for people."""
    if isinstance(offered, Verdict):
        return ENDINGS[offered.reason].title
    result = offered.settled.result() if offered.settled.done() else None
    return ENDINGS[result].title if isinstance(result, Reason) else "Kafka acknowledges nothing"
