"""View: any record can be shown, to people and to machines, and none can do harm."""

import json
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord

from gateway.cli.view import View

HEADERS = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"evt_1"),
    ("ce_type", b"ticket.created"),
)
VALUE = b'{"id":"evt_1","team_id":"team_1","data":{"n":1},"flat":{"n":1,"title":"a b","x":[]}}'


def record(
    value: bytes | None = VALUE,
    headers: tuple[tuple[str, bytes], ...] = HEADERS,
    key: bytes | None = b"team_1",
) -> View:
    """Return a record's view."""
    return View.of(
        ConsumerRecord(
            topic="cstar.tickets",
            partition=3,
            offset=17,
            timestamp=1_777_315_331_250,
            timestamp_type=0,
            key=key,
            value=value,
            checksum=None,
            serialized_key_size=6,
            serialized_value_size=0,
            headers=headers,
        )
    )


def test_a_line_has_what_consumers_ask_for() -> None:
    """Topic, partition, offset, type, key and the flat fields, blanks and lists as JSON."""
    line = record().line().plain
    for word in (
        "cstar.tickets[3]@17",
        "ticket.created",
        "key=team_1",
        "n=1",
        'title="a b"',
        "x=[]",
    ):
        assert word in line


def test_a_flat_payload_shows_its_fields_without_the_envelope() -> None:
    """Where the whole value is flat, the fields are those beside the envelope's own."""
    flat = record(b'{"id":"evt_1","type":"t","created_at":"c","team_id":"t","ticket_id":"tkt_1"}')
    assert flat.fields == {"ticket_id": "tkt_1"}


def test_a_quarantined_record_is_known_by_its_reason() -> None:
    """Headers of the quarantine take the place of the event's; there may be no key."""
    headers = (("cstar-reason", b"body_not_json"), ("cstar-event-type", b"ticket.created"))
    line = record(b"\xff{", headers, key=None).line().plain
    for word in ("body_not_json", "ticket.created", "no key"):
        assert word in line


def test_for_machines_the_whole_record_is_one_object() -> None:
    """Everything is there, the value exactly: numbers no JavaScript could hold, too."""
    told = json.loads(record(b'{"flat":{},"n":18446744073709551617}').as_json())
    assert told == {
        "topic": "cstar.tickets",
        "partition": 3,
        "offset": 17,
        "timestamp": "2026-04-27T18:42:11.250Z",
        "key": "team_1",
        "headers": {"ce_specversion": "1.0", "ce_id": "evt_1", "ce_type": "ticket.created"},
        "value": {"flat": {}, "n": 18446744073709551617},
    }


@pytest.mark.parametrize("value", [b"\xff\xfe", b"{", b"", None, b"[1]", b"[" * 5000, b"5"])
def test_any_value_can_be_shown(value: bytes | None) -> None:
    """What is no JSON object is shown all the same, to machines in base64."""
    view = record(value)
    assert view.fields == {}
    assert view.line().plain
    assert view.pretty() is not None
    told: dict[str, Any] = json.loads(view.as_json())
    assert "value_base64" in told
    assert "\n" not in view.as_json().decode()


def test_no_event_moves_a_readers_cursor() -> None:
    """Control characters of values, keys and headers are escaped wherever they are shown."""
    evil = "\x1b]0;owned\x07\x9b2J"
    value = json.dumps({"flat": {evil: evil, "y": [evil]}, "data": evil}, ensure_ascii=False)
    headers = (("ce_type", evil.encode()), (evil, evil.encode()))
    view = record(value.encode(), headers, key=evil.encode())
    shown = [view.line().plain, view.header_lines().plain, view.heading().plain, view.pretty()]
    shown.append(record(evil.encode(), headers).pretty())
    for text in shown:
        assert not {"\x1b", "\x07", "\x9b"} & set(text)


def test_whole_it_is_indented() -> None:
    """People see the value as indented JSON, names in their order."""
    assert record().pretty().splitlines()[:3] == ["{", '  "id": "evt_1",', '  "team_id": "team_1",']


def test_a_marker_says_what_was_replayed() -> None:
    """A note of a replay is told from a delivery: it names the record, and how that ended."""
    marker = (("cstar-replayed", b"3@17"), ("cstar-outcome", b"accepted"))
    assert "replayed 3@17 accepted" in record(b"", marker).line().plain
