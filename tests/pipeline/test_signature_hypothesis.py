"""The law of the short way: it proves what the long way proves, and refuses it for one reason."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.signature import Keyring, SigningKey, parse_signature
from gateway.pipeline.webhook import Webhook
from tests.signing import SECRET, sign, sign_legacy

WEBHOOK = Webhook("test", legacy_signature=True)
OTHER = "whsec_0000"
TIMES = st.sampled_from(["0", "17", "18", "017", "1777315331", "999999999999", "\uff11", "1_7", ""])
BODIES = st.sampled_from([b"", b"{}", b"{ }"])
SIGNED = st.builds(sign, BODIES, TIMES, st.sampled_from([SECRET, OTHER, "wrong"]))
BENT = st.sampled_from(["a", "A", " ", ",", "é", "\udce9", "0", "t=17,v1="])


@st.composite
def values(draw: st.DrawFn) -> str:
    """Draw a signature, as it is signed or bent somewhere."""
    value = draw(SIGNED | st.builds(sign_legacy, BODIES) | st.text(max_size=90))
    if draw(st.booleans()):
        return value
    at, over = draw(st.integers(0, len(value))), draw(st.integers(0, 2))
    return value[:at] + draw(BENT | st.just("")) + value[at + over :]


def keyring() -> Keyring:
    """Return a verifier of two secrets that has seen nothing yet."""
    keys = [SigningKey(secret.encode(), WEBHOOK, at) for at, secret in enumerate([SECRET, OTHER])]
    return Keyring(keys)


def proof(how: Keyring, sent: list[str], body: bytes) -> tuple[int, int | None] | Reason:
    """Return which key `prove` says it was, and when; or why it was none."""
    try:
        key, time = how.prove(sent, body)
    except Ended as ended:
        return ended.reason
    return key.index, time


def expected(sent: list[str], body: bytes) -> tuple[int, int | None] | Reason:
    """Return the same as parsing and matching say it."""
    try:
        signature = parse_signature(sent)
        key = keyring().match(signature, body)
    except Ended as ended:
        return ended.reason
    return key.index, None if signature.time is None else int(signature.time)


@given(st.lists(st.tuples(st.lists(values(), max_size=2), BODIES), max_size=6))
def test_what_was_proved_before_changes_nothing(
    deliveries: list[tuple[list[str], bytes]],
) -> None:
    """Whatever came before, a signature is judged as if it were parsed and matched alone."""
    used = keyring()
    for sent, body in deliveries:
        assert proof(used, sent, body) == expected(sent, body)


@given(st.lists(st.tuples(TIMES.filter(str.isdecimal), BODIES), min_size=1, max_size=6))
def test_a_mac_depends_on_nothing_before_it(parts: list[tuple[str, bytes]]) -> None:
    """A key that has made MACs of other seconds makes the one that a fresh key makes."""
    used = SigningKey(SECRET.encode(), WEBHOOK, 0)
    for time, body in parts:
        prefix = f"{time}.".encode()
        fresh = SigningKey(SECRET.encode(), WEBHOOK, 0).mac(prefix, body)
        assert used.mac(prefix, body) == fresh
        assert used.mac_text(prefix, body) == fresh.hex()
