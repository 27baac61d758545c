"""The law of signing: what is signed is proved, and nothing near it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from gateway.pipeline.delivery import verify
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.signature import Keyring, SigningKey
from gateway.pipeline.subscription import Subscription
from gateway.pipeline.webhook import Webhook
from gateway.simulator.signing import sign, sign_legacy

WEBHOOK = Webhook(
    name="w", events=Subscription(["*"]), flat=True, teams=frozenset(), legacy_signature=True
)
SECRETS = st.text(min_size=1).filter(lambda text: text.isprintable())
TIMES = st.integers(0, 10**11)


def keyring(secret: str) -> Keyring:
    """Return a verifier of one secret."""
    return Keyring([SigningKey(secret.encode(), WEBHOOK, 0)])


def signed(value: str) -> CIMultiDict[str]:
    """Return the headers that carry a signature."""
    return CIMultiDict({"X-Signature": value})


@given(body=st.binary(), secret=SECRETS, t=TIMES)
def test_what_is_signed_is_proved(body: bytes, secret: str, t: int) -> None:
    """Any body, any secret, any time: the gateway proves the simulator's signature."""
    delivery = verify(signed(sign(body, secret, t)), body, keyring(secret), now=t, tolerance=300)
    assert delivery.body == body
    legacy = signed(sign_legacy(body, secret))
    assert verify(legacy, body, keyring(secret), now=t, tolerance=300).signed_at is None


@given(body=st.binary(), other=st.binary(), secret=SECRETS, wrong=SECRETS, t=TIMES)
def test_what_is_not_signed_is_not_proved(
    body: bytes, other: bytes, secret: str, wrong: str, t: int
) -> None:
    """Another body or another secret, and the signature no longer holds."""
    value = signed(sign(body, secret, t))
    cases = [(other, secret)] if other != body else []
    # HMAC pads short keys with zeros and hashes long ones: keys equal under that are one key.
    cases += [(body, wrong)] if wrong != secret and max(len(wrong), len(secret)) < 16 else []
    for sent, key in cases:
        with pytest.raises(Ended) as ended:
            verify(value, sent, keyring(key), now=t, tolerance=300)
        assert ended.value.reason is Reason.SIGNATURE_MISMATCH
