"""Building: an event, or what could not become one, as finished Records."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, final

from gateway.pipeline.delivery import Delivery
from gateway.pipeline.envelope import Envelope
from gateway.pipeline.headers import Headers, add_hints, event_headers, of_team
from gateway.pipeline.payload import Content
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Destination

__all__ = ["LATE_AFTER", "UNMARKED", "Marks", "build_quarantine", "build_records", "is_late"]

LATE_AFTER: Final = 300.0
"""Seconds between `created_at` and arrival after which a record says `cstar-late`."""

_LONGEST_DETAIL = 512
# No record is larger than so many times its value and so much beside: whatever key and headers say
# of the event stands in the value too, at least a third as long, and hints are short.
_MOST_TIMES: Final = 5
_MOST_BESIDE: Final = 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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


UNMARKED: Final = Marks()
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
    destinations: tuple[Destination, ...],
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
    team = of_team(envelope.team_id)
    headers = event_headers(delivery.hints, envelope, content, team.source)
    if marks is not UNMARKED:
        headers += [header for header, holds in zip(_MARK_HEADERS, marks, strict=True) if holds]
    shared, arrived = tuple(headers), int(delivery.arrived_at * 1000)
    records = []
    for destination in destinations:
        topic, value = destination.topic, content.value(destination.payload)
        record = Record(topic, team.key, value, shared, arrived)
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
    add_hints(headers, hints)
    key = envelope.team_id.encode() if envelope is not None else None
    arrived = int(delivery.arrived_at * 1000)
    return Record(topic, key, delivery.body, tuple(headers), arrived)


@final
class _Bound:
    """A time that no event of a second can be late after, kept for the next event of that second.

    Two times of one zone are compared at once; as seconds since the epoch they must be made first.
    """

    __slots__ = ("at", "second")

    def __init__(self) -> None:
        self.second = -1
        self.at = _EPOCH

    def after(self, arrived_at: float) -> datetime:
        """Return a time from which on nothing that arrives then is late."""
        second = int(arrived_at)
        if second != self.second:
            self.at = _EPOCH + timedelta(seconds=second + 2 - LATE_AFTER)
            self.second = second
        return self.at


_bound: Final = _Bound()


def is_late(delivery: Delivery, content: Content) -> bool:
    """Tell whether an event arrives so long after `created_at` that newer ones may be before it."""
    made = content.created_at
    if made is None or made.at >= _bound.after(delivery.arrived_at):
        return False
    return delivery.arrived_at - made.seconds > LATE_AFTER


def _check_size(record: Record, most: int) -> None:
    size = record.size
    if size > most:
        raise Ended(Reason.RECORD_TOO_LARGE, f"{size} bytes for {record.topic}, which takes {most}")
