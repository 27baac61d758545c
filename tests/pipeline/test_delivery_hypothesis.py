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


@given(VALUES, VALUES, VALUES, VALUES)
def test_ids_that_agree_differ_in_nothing(
    said_id: str, said_type: str, event_id: str, event_type: str
) -> None:
    """Where the hints agree with the body, neither claims anything else; where not, one may."""
    headers = {"X-Event-ID": said_id, "X-Event-Type": said_type}
    hints = read_hints(headers)
    for told_id, told_type in ((event_id, event_type), (said_id, said_type)):
        if hints.agree(told_id, told_type):
            assert hints.event_id in {None, told_id}
            assert hints.event_type in {None, told_type}
        else:
            assert (said_id, said_type) != (told_id, told_type)
