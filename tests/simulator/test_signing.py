"""Signing: what cStar writes, the verifier takes."""

from gateway.simulator.signing import sign, sign_legacy
from tests import signing as written_apart


def test_a_signature_is_the_documents() -> None:
    """HMAC-SHA256 over `{t}.{body}`, the secret as written, in lower-case hex: a fixed vector.

    Computed with openssl: printf '1777315331.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_x
    """
    assert sign(b'{"id":"evt_1"}', "whsec_x", 1777315331) == (
        "t=1777315331,v1=fa15e4b98075da7c7b9d48e7078906af71308c3dea8f2c2ff949e4f2a8d0b231"
    )


def test_the_older_form_covers_the_body_alone() -> None:
    """`sha256=` and HMAC-SHA256 over the body: RFC 4231's second test case."""
    mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign_legacy(b"what do ya want for nothing?", "Jefe") == f"sha256={mac}"


def test_two_hands_write_the_same() -> None:
    """The suite's own signer, written from the same page by another hand, agrees."""
    body, secret = '{"title":"Ünïcode"}'.encode(), "whsec_dev"
    assert sign(body, secret, 7) == written_apart.sign(body, 7, secret)
    assert sign_legacy(body, secret) == written_apart.sign_legacy(body, secret)
