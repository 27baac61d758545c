"""The strict decode: every byte is looked at."""

import json

import pytest

from gateway.pipeline.document import decode_document
from gateway.pipeline.reasons import Ended, Reason


@pytest.mark.parametrize(
    "inner",
    [
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b"9" * 5000,
        b"01",
        b"NaN",
        b"Infinity",
        b"'a'",
        b"[1,]",
    ],
)
def test_bad_json_anywhere_is_found(inner: bytes) -> None:
    """What the envelope passes over unchecked, in data or an unknown field, is found here."""
    for body in (b'{"data":{"x":%b}}', b'{"data":{},"unknown":%b}'):
        with pytest.raises(Ended) as ended:
            decode_document(body % inner)
        assert ended.value.reason is Reason.BODY_NOT_JSON


@pytest.mark.parametrize("digits", ["1.10", "1e400", "-0.0", "5e-324", "0.1234567890123456789012"])
def test_floats_keep_their_digits(digits: str) -> None:
    """A float is kept as it was written, also where no double can hold it."""
    assert bytes(decode_document(b'{"x":%b}' % digits.encode())["x"]) == digits.encode()


@pytest.mark.parametrize("number", [2**53 + 1, 2**63, 2**64, -(2**64), 10**400])
def test_integers_are_exact(number: int) -> None:
    """Integers of any size are exact."""
    assert decode_document(json.dumps({"x": number}).encode())["x"] == number
