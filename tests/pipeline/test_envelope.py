"""The envelope: identity from the signed body."""

import json
from typing import Any

import pytest
from msgspec import UNSET

from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.reasons import Ended, Reason

GOOD: dict[str, Any] = {"id": "evt_1", "type": "ticket.created", "team_id": "team_1", "data": {}}


def test_four_fields_are_read() -> None:
    """Id, type and team are read; data stays raw bytes; unknown fields are passed over."""
    body = b'{"new":[1],"id":"e\\u0031","type":"t.x","team_id":"\xc3\xa9","data": {"a": 1.50} }'
    envelope = read_envelope(body)
    assert (envelope.id, envelope.type, envelope.team_id) == ("e1", "t.x", "é")
    assert envelope.data is not UNSET
    assert bytes(envelope.data) == b'{"a": 1.50}'
    assert envelope.flat is UNSET


def test_names_may_be_long_together() -> None:
    """Each of the three may have 256 characters, however many they have together."""
    names = {"id": "i" * 256, "type": "t" * 256, "team_id": "é" * 256}
    envelope = read_envelope(json.dumps(GOOD | names).encode())
    assert (envelope.id, envelope.type, envelope.team_id) == tuple(names.values())


@pytest.mark.parametrize("field", ["id", "type", "team_id"])
@pytest.mark.parametrize(
    "value", [None, 1, [], {}, "", "a\x00b", "a\nb", "\u202e", "x" * 257, "x" * 65_536]
)
def test_identity_must_be_usable(field: str, value: object) -> None:
    """An id, type or team that is no short printable string is `envelope_invalid`."""
    with pytest.raises(Ended) as ended:
        read_envelope(json.dumps(GOOD | {field: value}).encode())
    assert ended.value.reason is Reason.ENVELOPE_INVALID
    assert field in ended.value.detail


@pytest.mark.parametrize("field", ["id", "type", "team_id"])
def test_identity_must_be_there(field: str) -> None:
    """A missing id, type or team is `envelope_invalid`, naming the field."""
    with pytest.raises(Ended) as ended:
        read_envelope(json.dumps({k: v for k, v in GOOD.items() if k != field}).encode())
    assert ended.value.reason is Reason.ENVELOPE_INVALID
    assert field in ended.value.detail


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.BODY_NOT_JSON),
        (b"not json", Reason.BODY_NOT_JSON),
        (b"\xff\xfe{\x00}\x00", Reason.BODY_NOT_JSON),
        (b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), Reason.BODY_NOT_JSON),
        (json.dumps(GOOD).encode() + b" x", Reason.BODY_NOT_JSON),
        (b'{"id":"\xff","type":"t","team_id":"x"}', Reason.BODY_NOT_JSON),
        (b'{"id":"\\ud800","type":"t","team_id":"x"}', Reason.BODY_NOT_JSON),
        (b"[1,]", Reason.BODY_NOT_JSON),
        (b'{"id":7,"type":', Reason.BODY_NOT_JSON),
        (b"[" * 100_000, Reason.NESTING_TOO_DEEP),
        (b"[1e400]", Reason.ENVELOPE_INVALID),
        (b"[]", Reason.ENVELOPE_INVALID),
        (b'"evt_1"', Reason.ENVELOPE_INVALID),
        (b"null", Reason.ENVELOPE_INVALID),
        (b'{"x":' + b"[" * 100_000, Reason.NESTING_TOO_DEEP),
        (b'{"data":' + b'{"a":' * 100_000, Reason.NESTING_TOO_DEEP),
    ],
)
def test_junk_has_its_reason(body: bytes, reason: Reason) -> None:
    """What is no JSON object with an identity ends with its reason, never another exception."""
    with pytest.raises(Ended) as ended:
        read_envelope(body)
    assert ended.value.reason is reason
