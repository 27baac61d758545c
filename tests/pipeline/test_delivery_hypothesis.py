"""Laws of the hints."""

import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.delivery import Hints, read_hints

TOKEN = re.compile(r"[\x21-\x7e]{1,128}")
ATTEMPT = re.compile(r"[1-9][0-9]{0,2}")
VALUES = (
    st.text(max_size=6)
    | st.from_regex(TOKEN, fullmatch=True)
    | st.integers(-1, 1100).map(str)
    | st.sampled_from(["", " ", "a b", "a\n", "\x7f", "\x80", "²", "٣", "01", "x" * 129, "1\n"])
)


@given(VALUES)
def test_hints_are_visible_ascii(value: str) -> None:
    """A hint is 1 to 128 characters of visible ASCII, an attempt a number from 1 to 999."""
    token = value if TOKEN.fullmatch(value) else None
    attempt = int(value) if ATTEMPT.fullmatch(value) else None
    names = ("X-Event-ID", "X-Event-Type", "X-Webhook-ID", "x-cstar-request-id")
    headers = {**dict.fromkeys(names, value), "X-Delivery-Attempt": value}
    assert read_hints(headers) == Hints(token, token, token, attempt, token)
