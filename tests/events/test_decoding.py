"""What a consumer calls, and the one error it meets."""

import math

import pytest

from gateway.events import EventError, TicketDeleted, UnknownEvent, decode, decode_plain

DELETED = (
    b'{"id": "evt_1", "type": "ticket.deleted", "created_at": "2026-04-27T18:42:11.000Z",'
    b' "team_id": "team_1", "data": {"id": "CST-1024"}}'
)


def test_typed() -> None:
    """A record's value comes back as the struct of its type."""
    event = decode(DELETED)
    assert isinstance(event, TicketDeleted)
    assert event.id == "evt_1"
    assert event.team_id == "team_1"
    assert event.created_at.isoformat() == "2026-04-27T18:42:11+00:00"
    assert event.data.id == "CST-1024"
    assert event.flat is None


def test_flat() -> None:
    """`flat`, where the record has it, comes along as it is."""
    assert decode(DELETED[:-1] + b',"flat":{"id":"CST-1024","n":null}}').flat == {
        "id": "CST-1024",
        "n": None,
    }


def test_order() -> None:
    """The envelope's fields may come in any order, `type` last too."""
    event = decode(
        b'{"data": {"id": "CST-1024"}, "team_id": "team_1", "id": "evt_1",'
        b' "created_at": "2026-04-27T18:42:11.000Z", "type": "ticket.deleted"}'
    )
    assert event == decode(DELETED)


def test_unknown_fields() -> None:
    """A consumer outlives fields that cStar adds, in the envelope as in the data."""
    added = DELETED.replace(b'{"id": "CST', b'{"by": {"x": [1]}, "id": "CST').replace(
        b'{"id": "evt', b'{"api_version": 2, "id": "evt'
    )
    assert decode(added) == decode(DELETED)


def test_unknown_type() -> None:
    """A consumer outlives types that cStar adds."""
    event = decode(DELETED.replace(b"ticket.deleted", b"ticket.sneezed"))
    assert isinstance(event, UnknownEvent)
    assert event.type == "ticket.sneezed"
    assert event.data == {"id": "CST-1024"}


def test_violated() -> None:
    """An event that breaks the contract says where and how, and can still be read plainly."""
    broken = DELETED.replace(b'"CST-1024"', b"1024")
    with pytest.raises(EventError) as caught:
        decode(broken)
    assert str(caught.value) == "not a ticket.deleted event: data.id: expected str, got int"
    assert caught.value.path == "data.id"
    assert caught.value.event_type == "ticket.deleted"
    assert decode_plain(broken).type == "ticket.deleted"
    assert decode_plain(broken).data == {"id": 1024}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"", "not an event: the value is not JSON"),
        (b"\xff", "not an event: the value is not JSON"),
        (b'{"id": "\xff"}', "not an event: the value is not JSON"),
        (DELETED[:-1] + b', "x": ' + b"[" * 100_000, "not an event: the value is not JSON"),
        (DELETED + b"x", "not an event: the value is not JSON"),
        (b"null", "not an event: expected object, got null"),
        (b"[]", "not an event: expected object, got array"),
        (b"{}", "not an event: id: missing"),
        (DELETED.replace(b'"type"', b'"kind"'), "not an event: type: missing"),
        (DELETED.replace(b'"ticket.deleted"', b"7"), "not an event: type: expected str, got int"),
        (DELETED.replace(b'"team_1"', b"null"), "not an event: team_id: expected str, got null"),
        (
            DELETED.replace(b"18:42", b"88:42"),
            "not an event: created_at: invalid RFC3339 encoded datetime",
        ),
        (
            DELETED.replace(b'{"id": "CST-1024"}', b'"CST-1024"'),
            "not an event: data: expected object, got str",
        ),
    ],
)
def test_not_an_event(value: bytes, message: str) -> None:
    """What is no event raises the one documented error, by either way of reading."""
    for read in (decode, decode_plain):
        with pytest.raises(EventError) as caught:
            read(value)
        assert str(caught.value) == message
        assert caught.value.event_type is None


def test_numbers() -> None:
    """Integers are exact at any size; a number beyond a double's range is infinity, as in json."""
    event = decode_plain(DELETED.replace(b'"CST-1024"', b"[18446744073709551617, 1e400, 0.1]"))
    assert event.data["id"] == [18446744073709551617, math.inf, 0.1]
