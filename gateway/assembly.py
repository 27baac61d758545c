"""Assembly: a delivery's finished records, and what is odd about it on the way.

May live here: building, for an event or for the quarantine, and the noticing that goes with it. May
not: what is known of an event, and publishing (`intake`).
"""

import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol, final

import structlog

from gateway.events.catalogue import label_of
from gateway.events.contract import Drift, differences, made_at
from gateway.pipeline.building import (
    UNMARKED,
    Marks,
    build_quarantine,
    build_records,
    is_late,
)
from gateway.pipeline.delivery import Delivery, Hints
from gateway.pipeline.envelope import Envelope
from gateway.pipeline.payload import Content
from gateway.pipeline.reasons import ENDINGS, Ended, Reason
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Destination
from gateway.publication import Sink

__all__ = ["Assembly", "IntakeObserver"]

_log = structlog.get_logger(__name__)
_LEVELS = logging.getLevelNamesMapping()
_NONE: Final[tuple[Drift, ...]] = ()


class IntakeObserver(Protocol):
    """Told of what is worth counting on the way."""

    def signature_matched(self, webhook: str, index: int, skew: float | None) -> None:
        """A delivery was proved by the webhook's secret `index`; `skew` is our clock less `t`."""

    def attempt(self, number: int | None) -> None:
        """A proved delivery says which attempt it is."""

    def duplicate(self, age: float) -> None:
        """A delivery is of an event that was accepted `age` seconds ago."""

    def header_mismatch(self, header: str) -> None:
        """An unsigned header disagrees with the signed body."""

    def drift(self, event_type: str, kind: str) -> None:
        """An event's data is not what the catalogue says."""

    def late(self) -> None:
        """An event arrived long after it was made."""

    def id_conflict(self) -> None:
        """An id was seen with other data."""

    def possible_duplicate(self) -> None:
        """An event was published though it may have been before."""


@final
class Assembly:
    """Builds records.

    Args:
        sink: tells what its topics take.
        quarantine: the topic of what is authentic but unusable.
        complete_since: from when on the idempotency window is complete, seconds since the epoch.
        observer: counts.
    """

    def __init__(
        self,
        sink: Sink,
        quarantine: str,
        complete_since: Callable[[], float],
        observer: IntakeObserver,
    ) -> None:
        self._limit = sink.record_limit
        self._quarantine = quarantine
        self._complete_since = complete_since
        self._observer = observer

    def records(
        self,
        delivery: Delivery,
        envelope: Envelope,
        destinations: tuple[Destination, ...],
        *,
        conflict: bool,
    ) -> tuple[Record, ...]:
        """Return an event's records; `conflict` tells whether its id was seen with other data.

        Raises:
            Ended: it belongs into the quarantine, for this reason.
        """
        event_type, body = envelope.type, delivery.body
        try:
            made = made_at(event_type, body)
            drifts = _NONE if made is not None else differences(event_type, body)
            content = Content(body, envelope, flat=delivery.webhook.flat, made=made)
            marks = self._marks(delivery, content, drifts, conflict=conflict)
            records = build_records(
                delivery, envelope, content, destinations, marks=marks, limit=self._limit
            )
        except Ended:
            raise
        except Exception as error:
            _log.exception("event could not be built", event_id=envelope.id)
            raise Ended(Reason.UNPROCESSABLE, type(error).__name__) from error
        hints = delivery.hints
        # Whatever drifts is marked.
        if marks is not UNMARKED or not hints.agree(envelope.id, event_type):
            self._notice(hints, envelope, drifts, marks)
        return records

    def _marks(
        self, delivery: Delivery, content: Content, drifts: Sequence[Drift], *, conflict: bool
    ) -> Marks:
        late, since = is_late(delivery, content), self._complete_since()
        may_be_known = since > 0 and _may_be_older(content, since)
        if not (late or may_be_known or conflict or drifts):
            return UNMARKED
        violated = any(drift.violates for drift in drifts)
        return Marks(violated, late, conflict, may_be_known)

    def quarantined(self, delivery: Delivery, envelope: Envelope | None, fault: Ended) -> Record:
        """Return the quarantine's record of a delivery, and log that it goes there."""
        _log.log(
            _LEVELS[ENDINGS[fault.reason].level.upper()],
            "delivery quarantined",
            reason=fault.reason.value,
            detail=fault.detail,
            webhook=delivery.webhook.name,
            event_id=envelope.id if envelope is not None else delivery.hints.event_id,
        )
        return build_quarantine(delivery, envelope, fault, self._quarantine)

    def _notice(
        self, hints: Hints, envelope: Envelope, drifts: Sequence[Drift], marks: Marks
    ) -> None:
        """Count what is odd about an event that is published all the same."""
        observer, label = self._observer, label_of(envelope.type)
        for drift in drifts:
            observer.drift(label, drift.kind)
            _log.info("contract drift", event_type=label, kind=drift.kind.value, path=drift.path)
        if hints.event_id is not None and hints.event_id != envelope.id:
            observer.header_mismatch("X-Event-ID")
        if hints.event_type is not None and hints.event_type != envelope.type:
            observer.header_mismatch("X-Event-Type")
        if marks is UNMARKED:
            return
        if marks.late:
            observer.late()
        if marks.possible_duplicate:
            observer.possible_duplicate()
        if marks.id_conflict:
            observer.id_conflict()
            _log.warning("event id seen with other data", event_id=envelope.id)


def _may_be_older(content: Content, since: float) -> bool:
    """Tell whether an event may have been made, and so accepted, before `since`."""
    made = content.created_at
    return made is None or made.seconds < since
