"""The signature's parts: parsing and the MAC."""

import pytest

from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.signature import Keyring, Signature, SigningKey, parse_signature
from gateway.pipeline.webhook import Webhook
from tests.signing import SECRET, sign, sign_legacy

WEBHOOK = Webhook("test")

# RFC 4231, section 4: key, data, HMAC-SHA-256 (case 5 is truncated there and left out).
RFC_4231 = [
    (
        b"\x0b" * 20,
        b"Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    ),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        b"\xaa" * 20,
        b"\xdd" * 50,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ),
    (
        bytes(range(1, 26)),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        (
            b"This is a test using a larger than block-size key and a larger than block-size data. "
            b"The key needs to be hashed before being used by the HMAC algorithm."
        ),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]

MAC = "a" * 64


@pytest.mark.parametrize(("key", "data", "expected"), RFC_4231)
@pytest.mark.parametrize("cut", [0, 3])
def test_published_vectors(key: bytes, data: bytes, expected: str, cut: int) -> None:
    """The pre-keyed MAC equals RFC 4231's, wherever prefix and body are split."""
    assert SigningKey(key, WEBHOOK, 0).mac(data[:cut], data[cut:]).hex() == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"t=17,v1={MAC}", Signature(b"17", (b"\xaa" * 32,))),
        (f"v1={MAC},t=17", Signature(b"17", (b"\xaa" * 32,))),
        (f"t=17,v1={MAC},v1={'b' * 64}", Signature(b"17", (b"\xaa" * 32, b"\xbb" * 32))),
        (f"t=17,v0=what-ever/it=is,v1={MAC}", Signature(b"17", (b"\xaa" * 32,))),
        (f"sha256={MAC}", Signature(None, (b"\xaa" * 32,))),
    ],
)
def test_forms_that_are_read(value: str, expected: Signature) -> None:
    """One t and one to five v1 in any order, unknown schemes beside them, and the legacy form."""
    assert parse_signature([value]) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "t=17",
        f"v1={MAC}",
        f"t=17,t=18,v1={MAC}",
        "t=17,v0=" + MAC,
        f"t=17,v1={'a' * 62}",
        f"t=17,v1={'a' * 63}",
        f"t=17,v1={'a' * 66}",
        f"t=17,v1={'a' * 32} {'a' * 31}",
        f"t=17,v1={'A' * 64}",
        f"t=17,v1={'g' * 64}",
        f"t=17, v1={MAC}",
        f"t=17,v1={MAC},",
        f"t=17,v1={MAC}\n",
        f"t=\uff11\uff17,v1={MAC}",
        f"t=1_7,v1={MAC}",
        f"t=+17,v1={MAC}",
        f"t=-17,v1={MAC}",
        f"t=17.0,v1={MAC}",
        f"t=1777315331000,v1={MAC}",
        f"t={'9' * 5000},v1={MAC}",
        f"t=17,v1=\udce9{'a' * 63}",
        "t=17," + ",".join([f"v1={MAC}"] * 6),
        "t=17," + ",".join([f"v1={MAC}"] * 50),
        f"sha256={'a' * 63}",
        f"t=17,sha256={MAC}",
        "x" * 8000,
    ],
)
def test_forms_that_are_not(value: str) -> None:
    """Anything else is `signature_malformed`, never another exception."""
    with pytest.raises(Ended) as ended:
        parse_signature([value])
    assert ended.value.reason is Reason.SIGNATURE_MALFORMED


def test_header_must_be_there_once() -> None:
    """No header is `signature_missing`, two are `signature_repeated` even if both are good."""
    good = sign(b"{}", 17)
    with pytest.raises(Ended) as ended:
        parse_signature([])
    assert ended.value.reason is Reason.SIGNATURE_MISSING
    with pytest.raises(Ended) as ended:
        parse_signature([good, good])
    assert ended.value.reason is Reason.SIGNATURE_REPEATED


def test_every_secret_of_every_webhook_is_tried() -> None:
    """The key that proves a signature tells the webhook and which of its secrets it was."""
    one, two = Webhook("one"), Webhook("two")
    secrets = [("old-secret-of-one", one, 0), ("new-secret-of-one", one, 1), (SECRET, two, 0)]
    keyring = Keyring([SigningKey(text.encode(), hook, index) for text, hook, index in secrets])
    for text, hook, index in secrets:
        key = keyring.match(parse_signature([sign(b"{}", 17, text)]), b"{}")
        assert (key.webhook, key.index) == (hook, index)


def test_one_good_mac_among_several_is_enough() -> None:
    """A sender in rotation signs with two secrets: either may be the one we have."""
    keyring = Keyring([SigningKey(SECRET.encode(), WEBHOOK, 0)])
    good = sign(b"{}", 17).removeprefix("t=17,")
    assert keyring.match(parse_signature([f"t=17,v1={MAC},{good}"]), b"{}").index == 0
    assert keyring.match(parse_signature([f"t=17,{good},v1={MAC}"]), b"{}").index == 0


@pytest.mark.parametrize(
    ("value", "body"),
    [
        (sign(b"{}", 17), b"{ }"),
        (sign(b"{}", 17), b"\xef\xbb\xbf{}"),
        (sign(b"{}", 17).replace("t=17", "t=18"), b"{}"),
        (sign(b"{}", 17).replace("t=17", "t=017"), b"{}"),
        (sign(b"{}", 17, SECRET + "x"), b"{}"),
        (sign_legacy(b"{}"), b"{ }"),
    ],
)
def test_any_change_breaks_it(value: str, body: bytes) -> None:
    """Another body, time or secret is `signature_mismatch`."""
    with pytest.raises(Ended) as ended:
        Keyring([SigningKey(SECRET.encode(), WEBHOOK, 0)]).match(parse_signature([value]), body)
    assert ended.value.reason is Reason.SIGNATURE_MISMATCH


def test_legacy_form_is_an_option() -> None:
    """`sha256=` holds only for a webhook that opts in; elsewhere even a true one is refused."""
    signature = parse_signature([sign_legacy(b"{}")])
    willing = Keyring([SigningKey(SECRET.encode(), Webhook("w", legacy_signature=True), 0)])
    assert willing.match(signature, b"{}").webhook.name == "w"
    with pytest.raises(Ended) as ended:
        Keyring([SigningKey(SECRET.encode(), WEBHOOK, 0)]).match(signature, b"{}")
    assert ended.value.reason is Reason.SIGNATURE_LEGACY
