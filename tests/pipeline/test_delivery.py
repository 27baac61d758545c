"""Verification: the only way from the wire to a Delivery."""

import ast
from pathlib import Path

import pytest
from multidict import CIMultiDict

import gateway
from gateway.pipeline.delivery import Delivery, Hints, read_hints, verify, vouch
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.signature import Keyring, SigningKey
from gateway.pipeline.webhook import Webhook
from tests.inputs.macs import VECTORS, Vector
from tests.signing import SECRET, headers_of, sign, sign_legacy

NOW = 1_777_315_331.0
BODY = b'{"id":"evt_1"}'
WEBHOOK = Webhook("crm")
KEYRING = Keyring([SigningKey(SECRET.encode(), WEBHOOK, 0)])


def test_a_signed_body_becomes_a_delivery() -> None:
    """A Delivery carries the raw bytes, the webhook, both clocks and the hints."""
    headers = headers_of(BODY, int(NOW) - 2, X_Event_ID="evt_1", X_Delivery_Attempt="3")
    delivery = verify(headers, BODY, KEYRING, now=NOW)
    assert delivery.body == BODY
    assert delivery.webhook is WEBHOOK
    assert (delivery.arrived_at, delivery.signed_at) == (NOW, int(NOW) - 2)
    assert delivery.hints == Hints(event_id="evt_1", attempt=3)


@pytest.mark.parametrize("age", [-300, -299, 0, 299, 300])
def test_signatures_of_the_last_300_seconds_hold(age: int) -> None:
    """The tolerance is 300 s on either side, its edges included."""
    assert verify(headers_of(BODY, int(NOW) - age), BODY, KEYRING, now=NOW).signed_at


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (301, Reason.SIGNATURE_STALE),
        (86_400, Reason.SIGNATURE_STALE),
        (-301, Reason.SIGNATURE_FUTURE),
        (-999_999, Reason.SIGNATURE_FUTURE),
    ],
)
def test_older_and_newer_do_not(age: int, reason: Reason) -> None:
    """Beyond the tolerance a true signature is told that it is stale or from the future."""
    with pytest.raises(Ended) as ended:
        verify(headers_of(BODY, int(NOW) - age), BODY, KEYRING, now=NOW)
    assert ended.value.reason is reason


def test_a_false_signature_is_not_told_about_time() -> None:
    """A stale and wrong signature is a mismatch: the time is judged only of true ones."""
    headers = headers_of(BODY, int(NOW) - 9999, secret="whsec_" + "0" * 30)
    with pytest.raises(Ended) as ended:
        verify(headers, BODY, KEYRING, now=NOW)
    assert ended.value.reason is Reason.SIGNATURE_MISMATCH


def test_two_signature_headers_are_refused() -> None:
    """Two X-Signature headers are refused, whichever comes first."""
    headers = CIMultiDict([("X-Signature", sign(BODY, int(NOW))), ("x-signature", "t=1,v1=0")])
    with pytest.raises(Ended) as ended:
        verify(headers, BODY, KEYRING, now=NOW)
    assert ended.value.reason is Reason.SIGNATURE_REPEATED


def test_legacy_deliveries_have_no_time() -> None:
    """The legacy form proves the body and says nothing of when."""
    keyring = Keyring([SigningKey(SECRET.encode(), Webhook("w", legacy_signature=True), 0)])
    headers = CIMultiDict({"X-Signature": sign_legacy(BODY)})
    assert verify(headers, BODY, keyring, now=NOW).signed_at is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Delivery-Attempt", "0"),
        ("X-Delivery-Attempt", "-1"),
        ("X-Delivery-Attempt", "1 "),
        ("X-Delivery-Attempt", "\uff11"),
        ("X-Delivery-Attempt", "9" * 5000),
        ("X-Webhook-ID", "whk 1"),
        ("X-Webhook-ID", "whk_\udce9"),
        ("X-Webhook-ID", "w" * 129),
        ("x-cstar-request-id", "r\x00"),
        ("traceparent", "00-xyz"),
        ("traceparent", "00-" + "A" * 32 + "-" + "b" * 16 + "-01"),
    ],
)
def test_malformed_hints_are_left_out(name: str, value: str) -> None:
    """An unsigned header that is not well formed is as if it were absent."""
    assert read_hints(CIMultiDict({name: value})) == Hints()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_a_tag_holds_or_is_refused(vector: Vector) -> None:
    """Of 174 tags the 33 true and whole ones hold; one bit less than that, and it is refused."""
    keyring = Keyring([SigningKey(vector.key, Webhook("crm", legacy_signature=True), 0)])
    headers = CIMultiDict({"X-Signature": f"sha256={vector.tag.hex()}"})
    if vector.true and len(vector.tag) == 32:
        assert verify(headers, vector.message, keyring, now=0).body == vector.message
        return
    with pytest.raises(Ended) as ended:
        verify(headers, vector.message, keyring, now=0)
    truncated = len(vector.tag) < 32
    expected = Reason.SIGNATURE_MALFORMED if truncated else Reason.SIGNATURE_MISMATCH
    assert ended.value.reason is expected


@pytest.mark.parametrize(
    ("maker", "caller"),
    [("restore", "pipeline/quarantined.py"), ("vouch", "cli/ingesting.py")],
)
def test_the_wire_must_verify(maker: str, caller: str) -> None:
    """Without proof there is one way in from the quarantine's records, and one from files."""
    root = Path(gateway.__file__).parent
    callers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and any(alias.name == maker for alias in node.names)
    }
    assert callers == {caller}


def test_a_stored_event_claims_nothing() -> None:
    """What an operator vouches for arrives now, says nothing of a signature, and has no hints."""
    delivery = vouch(b"{}", Webhook("crm"), now=7.0)
    assert delivery == Delivery(b"{}", Webhook("crm"), -1, 7.0, None, Hints())
