"""Building: an event, or what could not become one, as finished Records."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from gateway.pipeline.delivery import Delivery, Hints
from gateway.pipeline.envelope import Envelope
from gateway.pipeline.payload import Content
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Destination

__all__ = ["LATE_AFTER", "UNMARKED", "Marks", "build_quarantine", "build_records", "is_late"]

Headers = list[tuple[str, bytes]]

LATE_AFTER = 300.0
"""Seconds between `created_at` and arrival after which a record says `cstar-late`."""

_JSON = ("content-type", b"application/json")
_SPECVERSION = ("ce_specversion", b"1.0")
_LONGEST_DETAIL = 512


class Marks(NamedTuple):
    """What a record says of an event that is published all the same; one header each, in order.

    Attributes:
        violated: its data does not match the catalogue.
        late: it arrived so long after `created_at` that newer ones may be before it.
        id_conflict: its id was seen with other data.
        possible_duplicate: the idempotency window was not known to be complete.
    """

    violated: bool = False
    late: bool = False
    id_conflict: bool = False
    possible_duplicate: bool = False


UNMARKED = Marks()
"""Nothing to say: nearly all events."""

_MARK_HEADERS = (
    ("cstar-contract", b"violated"),
    ("cstar-late", b"true"),
    ("cstar-id-conflict", b"true"),
    ("cstar-possible-duplicate", b"true"),
)


def build_records(
    delivery: Delivery,
    envelope: Envelope,
    content: Content,
    destinations: Sequence[Destination],
    *,
    marks: Marks,
    limit: Callable[[str], int],
) -> tuple[Record, ...]:
    """Build one record for each destination of an event.

    Args:
        delivery: what proved it.
        envelope: who, what, when.
        content: its data.
        destinations: topics and payload forms.
        marks: what its records say of it.
        limit: the largest `Record.size` a topic takes, bytes.

    Raises:
        Ended: the flat form is over its caps, or `record_too_large`.
    """
    key, source = _team_bytes(envelope.team_id)
    headers = _event_headers(delivery, envelope, content, source)
    if marks is not UNMARKED:
        headers += [header for header, holds in zip(_MARK_HEADERS, marks, strict=True) if holds]
    shared, arrived = tuple(headers), int(delivery.arrived_at * 1000)
    return tuple(
        [
            _within(limit, Record(topic, key, content.value(form), shared, arrived))
            for topic, form in destinations
        ]
    )


def build_quarantine(
    delivery: Delivery, envelope: Envelope | None, fault: Ended, topic: str
) -> Record:
    """Build the record of an authentic delivery that is unusable: raw bytes, reason, headers.

    Args:
        delivery: what was signed.
        envelope: where it could be read; gives the key.
        fault: why it is unusable.
        topic: of the quarantine.
    """
    headers: Headers = [
        ("cstar-reason", fault.reason.encode()),
        ("cstar-detail", fault.detail[:_LONGEST_DETAIL].encode("utf-8", "replace")),
        ("cstar-webhook", delivery.webhook.name.encode()),
    ]
    hints = delivery.hints
    for name, value in (("cstar-event-id", hints.event_id), ("cstar-event-type", hints.event_type)):
        if value is not None:
            headers.append((name, value.encode()))
    _add_hints(headers, hints)
    key = envelope.team_id.encode() if envelope is not None else None
    arrived = int(delivery.arrived_at * 1000)
    return Record(topic, key, delivery.body, tuple(headers), arrived)


def is_late(delivery: Delivery, content: Content) -> bool:
    """Tell whether an event arrives so long after `created_at` that newer ones may be before it."""
    made = content.created_at
    return made is not None and delivery.arrived_at - made.seconds > LATE_AFTER


def _event_headers(
    delivery: Delivery, envelope: Envelope, content: Content, source: bytes
) -> Headers:
    """Return the CloudEvents 1.0 binary-mode headers (Kafka binding 3.2) and cStar's own."""
    headers: Headers = [
        _SPECVERSION,
        ("ce_id", envelope.id.encode()),
        ("ce_source", source),
        ("ce_type", envelope.type.encode()),
    ]
    if content.created_at is not None:
        headers.append(("ce_time", content.created_at.text.encode()))
    headers.append(_JSON)
    _add_hints(headers, delivery.hints)
    return headers


def _add_hints(headers: Headers, hints: Hints) -> None:
    if hints.webhook_id is not None:
        headers.append(("cstar-webhook-id", hints.webhook_id.encode()))
    if hints.attempt is not None:
        headers.append(("cstar-delivery-attempt", b"%d" % hints.attempt))
    if hints.request_id is not None:
        headers.append(("cstar-request-id", hints.request_id.encode()))
    if hints.traceparent is not None:
        headers.append(("traceparent", hints.traceparent.encode()))


@lru_cache(maxsize=8192)
def _team_bytes(team_id: str) -> tuple[bytes, bytes]:
    """Return a team's record key and its CloudEvents source, a URI reference."""
    return team_id.encode(), f"/cstar/teams/{quote(team_id, safe='')}".encode()


def _within(limit: Callable[[str], int], record: Record) -> Record:
    most, size = limit(record.topic), record.size
    if size > most:
        raise Ended(Reason.RECORD_TOO_LARGE, f"{size} bytes for {record.topic}, which takes {most}")
    return record
