"""What the quarantine keeps is read back as it was, and its markers are told from it."""

import pytest

from gateway.pipeline.building import build_quarantine
from gateway.pipeline.delivery import Delivery, Hints
from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.quarantined import Marker, Place, Quarantined
from gateway.pipeline.reasons import Ended, Outcome, Reason
from gateway.pipeline.webhook import Webhook

BODY = b'{"id":"evt_1","type":"ticket.created","team_id":"team_1","data":[]}'
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
HINTS = Hints("evt_1", "ticket.created", "whk_1", 3, "req_1", TRACE)


def kept(body: bytes = BODY, hints: Hints = HINTS) -> Quarantined:
    """Return what is read of a record that is built for a delivery."""
    delivery = Delivery(body, Webhook("crm"), 1, 1000.25, 1000, hints)
    try:
        envelope = read_envelope(body)
    except Ended:
        envelope = None
    fault = Ended(Reason.DATA_NOT_OBJECT, "data is not an object")
    record = build_quarantine(delivery, envelope, fault, "cstar.quarantine")
    at = record.timestamp_ms / 1000
    return Quarantined(Place(3, 17), at, record.key, record.value, record.headers)


def test_all_of_it_comes_back() -> None:
    """Bytes, hints, reason, webhook's name and arrival are those of the delivery."""
    one = kept()
    assert (one.body, one.hints, one.arrived_at) == (BODY, HINTS, 1000.25)
    assert (one.reason, one.detail) == ("data_not_object", "data is not an object")
    assert (one.webhook, one.key) == ("crm", b"team_1")
    assert (one.id, one.type, one.team) == ("evt_1", "ticket.created", "team_1")


def test_a_delivery_of_now() -> None:
    """The delivery restored has the same bytes and hints, and arrives now, under its webhook."""
    webhook = Webhook("crm", flat=False)
    assert kept().delivery(webhook, 2000.0) == Delivery(BODY, webhook, -1, 2000.0, None, HINTS)


def test_the_body_is_believed_before_the_headers() -> None:
    """Who and what are the body's where it can be read, else what the headers claimed."""
    lying = Hints("evt_9", "boss.spawned")
    assert (kept(hints=lying).id, kept(hints=lying).type) == ("evt_1", "ticket.created")
    unread = kept(b"junk", lying)
    assert (unread.id, unread.type, unread.team) == ("evt_9", "boss.spawned", None)
    assert unread.envelope is None


def test_headers_of_anybody_are_checked() -> None:
    """A record that somebody else wrote cannot bring in headers that cStar could not have sent."""
    headers = [("cstar-request-id", b"a\r\nb"), ("cstar-delivery-attempt", b"many"), ("x", b"\xff")]
    one = Quarantined(Place(0, 0), 0.0, b"\xff", b"", headers)
    assert one.hints == Hints()
    assert (one.reason, one.webhook, one.team) == ("", "", "\N{REPLACEMENT CHARACTER}")


def test_a_marker_names_its_record() -> None:
    """A marker goes beside its record, holds nothing but its place and outcome, and is read so."""
    record = Marker.record("cstar.quarantine", kept(), Outcome.ACCEPTED, 2000.5)
    assert (record.key, record.value, record.timestamp_ms) == (b"team_1", b"", 2_000_500)
    assert record.headers == (("cstar-replayed", b"3@17"), ("cstar-outcome", b"accepted"))
    assert Marker.read(record.headers) == Marker(Place(3, 17), "accepted")


@pytest.mark.parametrize("value", [b"", b"3", b"3@", b"a@1", b"-1@2", b"3@17 ", b"\xff@1"])
def test_what_is_no_marker(value: bytes) -> None:
    """A header that names no place marks nothing."""
    assert Marker.read([("cstar-replayed", value)]) is None
    assert Marker.read([("cstar-reason", b"body_not_json")]) is None
