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

Header = tuple[str, bytes]
Headers = list[Header]

LATE_AFTER = 300.0
"""Seconds between `created_at` and arrival after which a record says `cstar-late`."""

_JSON = ("content-type", b"application/json")
_SPECVERSION = ("ce_specversion", b"1.0")
_LONGEST_DETAIL = 512
# No record is larger than so many times its value and so much beside: whatever key and headers say
# of the event stands in the value too, at least a third as long, and hints are short.
_MOST_TIMES, _MOST_BESIDE = 5, 1024


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
    key, source = _of_team(envelope.team_id)
    headers = _event_headers(delivery.hints, envelope, content, source)
    if marks is not UNMARKED:
        headers += [header for header, holds in zip(_MARK_HEADERS, marks, strict=True) if holds]
    shared, arrived = tuple(headers), int(delivery.arrived_at * 1000)
    records = []
    for topic, form in destinations:
        value = content.value(form)
        record = Record(topic, key, value, shared, arrived)
        most = limit(topic)
        if _MOST_TIMES * len(value) + _MOST_BESIDE > most:
            _check_size(record, most)
        records.append(record)
    return tuple(records)


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


def _event_headers(hints: Hints, envelope: Envelope, content: Content, source: Header) -> Headers:
    """Return the CloudEvents 1.0 binary-mode headers (Kafka binding 3.2) and cStar's own."""
    headers: Headers = [
        _SPECVERSION,
        ("ce_id", envelope.id.encode()),
        source,
        _of_type(envelope.type),
    ]
    if content.created_at is not None:
        headers.append(("ce_time", content.created_at.text.encode()))
    headers.append(_JSON)
    _add_hints(headers, hints)
    return headers


def _add_hints(headers: Headers, hints: Hints) -> None:
    if hints.webhook_id is not None:
        headers.append(_of_webhook(hints.webhook_id))
    if hints.attempt is not None:
        headers.append(_of_attempt(hints.attempt))
    if hints.request_id is not None:
        headers.append(("cstar-request-id", hints.request_id.encode()))
    if hints.traceparent is not None:
        headers.append(("traceparent", hints.traceparent.encode()))


@lru_cache(maxsize=8192)
def _of_team(team_id: str) -> tuple[bytes, Header]:
    """Return the record key of a team and its CloudEvents source, a URI reference."""
    source = f"/cstar/teams/{quote(team_id, safe='')}"
    return team_id.encode(), ("ce_source", source.encode())


@lru_cache(maxsize=1024)
def _of_type(event_type: str) -> Header:
    return "ce_type", event_type.encode()


@lru_cache(maxsize=1024)
def _of_webhook(webhook_id: str) -> Header:
    return "cstar-webhook-id", webhook_id.encode()


@lru_cache(maxsize=1024)
def _of_attempt(number: int) -> Header:
    return "cstar-delivery-attempt", b"%d" % number


def _check_size(record: Record, most: int) -> None:
    size = record.size
    if size > most:
        raise Ended(Reason.RECORD_TOO_LARGE, f"{size} bytes for {record.topic}, which takes {most}")
