"""Payload forms, byte for byte."""

import json

import pytest

from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.payload import Content
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.routes import Payload

BODY = b' {"id": "e1", "type":"t.x","team_id":"m","data" : {"a":{"b":1.50}},\n"more":[{}]} \n'


def content(body: bytes, *, flat: bool = True) -> Content:
    """Return the content of a body."""
    return Content(body, read_envelope(body), flat=flat)


def test_event_form_keeps_the_senders_bytes() -> None:
    """`flat` is spliced in before the last brace; every other byte is as it was sent."""
    assert content(BODY).value(Payload.EVENT) == (
        b' {"id": "e1", "type":"t.x","team_id":"m","data" : {"a":{"b":1.50}},\n"more":[{}]'
        b',"flat":{"a_b":1.50}} \n'
    )


def test_event_form_without_flat() -> None:
    """A webhook without `flat` gets the bytes as they were sent."""
    assert content(BODY, flat=False).value(Payload.EVENT) == BODY


def test_cstars_own_flat_is_kept() -> None:
    """Where the body has `flat`, cStar's is kept, whatever it says."""
    body = b'{"flat":{"mine":1},"id":"e1","type":"t","team_id":"m","data":{"a":{"b":2}}}'
    assert content(body).value(Payload.EVENT) == body


def test_nested_form() -> None:
    """`nested` is the body as sent, less cStar's own `flat` where it has one."""
    assert content(BODY).value(Payload.NESTED) == BODY
    body = b'{"flat":{"a_b":2},"id":"e1","type":"t","team_id":"m","data":{"a":{"b":2.0}}}'
    assert content(body).value(Payload.NESTED) == (
        b'{"id":"e1","type":"t","team_id":"m","data":{"a":{"b":2.0}}}'
    )


def test_flat_form() -> None:
    """`flat` is one level: the envelope's fields, then the flat fields."""
    body = (
        b'{"id":"e1","type":"t","created_at":"2026-04-27T18:42:11Z","team_id":"m",'
        b'"data":{"ticket":{"id":"tkt","n":1.0}},"new_root_field":1}'
    )
    assert content(body).value(Payload.FLAT) == (
        b'{"id":"e1","type":"t","created_at":"2026-04-27T18:42:11Z","team_id":"m",'
        b'"ticket_id":"tkt","ticket_n":1.0}'
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"id": "CST-1024"}, {"data_id": "CST-1024"}),
        ({"team_id": "m", "x": 1}, {"data_team_id": "m", "x": 1}),
        ({"id": 1, "data_id": 2}, {"data_data_id": 1, "data_id": 2}),
        ({"data_id": 2, "id": 1}, {"data_id": 2, "data_data_id": 1}),
    ],
)
def test_flat_form_names_the_envelope_first(
    data: dict[str, object], expected: dict[str, object]
) -> None:
    """A flat field named like an envelope field is kept under `data_…`; nothing is lost."""
    envelope = {"id": "e1", "type": "t", "team_id": "m"}
    value = content(json.dumps(envelope | {"data": data}).encode()).value(Payload.FLAT)
    assert json.loads(value) == envelope | expected


def test_what_is_not_json_throughout_has_no_content() -> None:
    """Bad UTF-8 in a field nobody reads still keeps a body out of the category topics."""
    body = b'{"id":"e1","type":"t","team_id":"m","data":{},"x":"\xff"}'
    with pytest.raises(Ended) as ended:
        content(body)
    assert ended.value.reason is Reason.BODY_NOT_JSON
