"""Records of events and of quarantined deliveries, literally."""

import json
from typing import Any

import pytest

from gateway.pipeline.building import LATE_AFTER, Marks, build_quarantine, build_records, is_late
from gateway.pipeline.delivery import Delivery, Hints
from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.payload import Content
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Destination, Payload
from gateway.pipeline.webhook import Webhook

EVENT = {
    "id": "evt_1",
    "type": "ticket.created",
    "created_at": "2026-04-27T18:42:11.000Z",
    "team_id": "team é/1",
    "data": {"a": 1},
}
CREATED = 1777315331.0
UNMARKED = Marks()
MARKED = (
    ("cstar-contract", b"violated"),
    ("cstar-late", b"true"),
    ("cstar-id-conflict", b"true"),
    ("cstar-possible-duplicate", b"true"),
)
HINTS = Hints("evt_x", "boss.spawned", "whk_1", 2, "req_1", f"00-{'a' * 32}-{'b' * 16}-01")


def delivered(
    event: dict[str, Any], *, hints: Hints = HINTS, arrived: float = CREATED + 1.5
) -> tuple[Delivery, Content]:
    """Return an event as it was delivered, and what it says."""
    body = json.dumps(event).encode()
    content = Content(body, read_envelope(body), flat=True)
    return Delivery(body, Webhook("crm"), 0, arrived, None, hints), content


def build(
    event: dict[str, Any],
    *,
    hints: Hints = HINTS,
    marks: Marks = UNMARKED,
    limit: int = 10_000,
) -> Record:
    """Build the one record of an event."""
    delivery, content = delivered(event, hints=hints)
    (record,) = build_records(
        delivery,
        read_envelope(delivery.body),
        content,
        (Destination("cstar.tickets", Payload.EVENT),),
        marks=marks,
        limit=lambda _topic: limit,
    )
    return record


def test_a_plain_event() -> None:
    """Key, timestamp and headers are the envelope's and the arrival's; hints come after."""
    record = build(EVENT)
    assert record.topic == "cstar.tickets"
    assert record.key == "team é/1".encode()
    assert record.timestamp_ms == 1777315332500
    assert record.headers == (
        ("ce_specversion", b"1.0"),
        ("ce_id", b"evt_1"),
        ("ce_source", b"/cstar/teams/team%20%C3%A9%2F1"),
        ("ce_type", b"ticket.created"),
        ("ce_time", b"2026-04-27T18:42:11.000Z"),
        ("content-type", b"application/json"),
        ("cstar-webhook-id", b"whk_1"),
        ("cstar-delivery-attempt", b"2"),
        ("cstar-request-id", b"req_1"),
        ("traceparent", f"00-{'a' * 32}-{'b' * 16}-01".encode()),
    )


def test_headers_that_are_not_there_are_left_out() -> None:
    """Without hints and with a `created_at` that is no time, their headers are absent."""
    record = build(EVENT | {"created_at": "soon"}, hints=Hints())
    assert [name for name, _ in record.headers] == [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "content-type",
    ]


@pytest.mark.parametrize(("age", "late"), [(-9.0, False), (300.0, False), (301.0, True)])
def test_late(age: float, late: bool) -> None:  # noqa: FBT001 - a parameter
    """More than five minutes between `created_at` and arrival is late."""
    assert LATE_AFTER == 300.0
    assert is_late(*delivered(EVENT, arrived=CREATED + age)) is late


def test_what_has_no_time_is_not_late() -> None:
    """Without a `created_at` that is a time, nobody can say that an event is late."""
    assert not is_late(*delivered(EVENT | {"created_at": "soon"}, arrived=CREATED + 999))


@pytest.mark.parametrize("which", range(4))
def test_each_mark_has_its_header(which: int) -> None:
    """A mark that holds adds its one header, and no other."""
    marks = Marks(*(place == which for place in range(4)))
    assert build(EVENT, marks=marks).headers[len(build(EVENT).headers) :] == (MARKED[which],)


def test_marks_come_last_and_in_order() -> None:
    """Contract, late, conflict and possible duplicate are said in that order."""
    assert build(EVENT, marks=Marks(*[True] * 4)).headers[-4:] == MARKED


def test_a_record_too_large_for_its_topic() -> None:
    """A record over the topic's limit is `record_too_large`, at the limit it is not."""
    size = build(EVENT).size
    assert build(EVENT, limit=size).size == size
    with pytest.raises(Ended) as ended:
        build(EVENT, limit=size - 1)
    assert ended.value.reason is Reason.RECORD_TOO_LARGE


def test_quarantine_keeps_bytes_reason_and_headers() -> None:
    """A quarantined delivery is its raw bytes, the reason, the webhook and what headers claimed."""
    delivery = Delivery(b"\xff junk", Webhook("crm"), 0, CREATED, 17, HINTS)
    fault = Ended(Reason.BODY_NOT_JSON, "byte 0 is odd")
    record = build_quarantine(delivery, None, fault, "cstar.quarantine")
    assert record == Record(
        "cstar.quarantine",
        None,
        b"\xff junk",
        (
            ("cstar-reason", b"body_not_json"),
            ("cstar-detail", b"byte 0 is odd"),
            ("cstar-webhook", b"crm"),
            ("cstar-event-id", b"evt_x"),
            ("cstar-event-type", b"boss.spawned"),
            ("cstar-webhook-id", b"whk_1"),
            ("cstar-delivery-attempt", b"2"),
            ("cstar-request-id", b"req_1"),
            ("traceparent", f"00-{'a' * 32}-{'b' * 16}-01".encode()),
        ),
        1777315331000,
    )


def test_quarantine_is_keyed_where_a_team_could_be_read() -> None:
    """With a readable envelope the quarantine keeps the order of the team."""
    body = json.dumps(EVENT).encode()
    delivery = Delivery(body, Webhook("crm"), 0, CREATED, None, Hints())
    fault = Ended(Reason.FLAT_TOO_LARGE, "x" * 9999)
    record = build_quarantine(delivery, read_envelope(body), fault, "q")
    assert record.key == "team é/1".encode()
    assert dict(record.headers)["cstar-detail"] == b"x" * 512
