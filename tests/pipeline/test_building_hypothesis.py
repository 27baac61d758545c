"""Laws of records."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.building import LATE_AFTER, Marks, build_records, is_late
from gateway.pipeline.delivery import Delivery, Hints
from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.payload import Content
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Destination, Payload
from gateway.pipeline.webhook import Webhook

NAMES = st.text(st.characters(categories=["L", "N", "S", "Zs"]), min_size=1, max_size=256).filter(
    str.isprintable
)
TIMES = st.integers(0, 400).map(lambda digits: f"2026-04-27T18:42:11.{'0' * digits}1Z")
TOKENS = st.sampled_from([None, "x", "x" * 128])
TRACES = st.sampled_from([None, f"00-{'a' * 32}-{'b' * 16}-01"])
HINTS = st.builds(
    Hints, TOKENS, TOKENS, TOKENS, st.sampled_from([None, 1, 999]), TOKENS, traceparent=TRACES
)


def build(body: bytes, hints: Hints, form: Payload, limit: int) -> Record:
    """Build the one record of an event that bears every mark."""
    envelope = read_envelope(body)
    (record,) = build_records(
        Delivery(body, Webhook("crm"), 0, 0.0, None, hints),
        envelope,
        Content(body, envelope, flat=True),
        (Destination("t", form),),
        marks=Marks(violated=True, late=True, id_conflict=True, possible_duplicate=True),
        limit=lambda _: limit,
    )
    return record


@given(
    st.fixed_dictionaries({"id": NAMES, "type": NAMES, "team_id": NAMES, "created_at": TIMES}),
    HINTS,
    st.sampled_from(Payload),
    st.booleans(),
)
def test_the_limit_is_exact(
    fields: dict[str, Any],
    hints: Hints,
    form: Payload,
    ascii_only: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """A record of whatever names and headers is taken at its size and refused a byte below."""
    body = json.dumps(fields | {"data": {}}, ensure_ascii=ascii_only).encode()
    size = build(body, hints, form, 1 << 30).size
    assert build(body, hints, form, size).size == size
    with pytest.raises(Ended) as ended:
        build(body, hints, form, size - 1)
    assert ended.value.reason is Reason.RECORD_TOO_LARGE


AGES = st.floats(-400.0, 400.0) | st.sampled_from([299.0, 300.0, 300.000001, 301.0, 302.0])


@given(st.lists(st.tuples(st.floats(0.0, 2e9), AGES, st.integers(-14, 14)), min_size=1, max_size=4))
def test_late_is_told_by_the_seconds_between(
    arrivals: list[tuple[float, float, int]],
) -> None:
    """However a time is compared, in whatever zone, late is what came 300 s after it."""
    for made, age, hours in arrivals:
        at = datetime.fromtimestamp(made, timezone(timedelta(hours=hours)))
        event = {"id": "e", "type": "t", "team_id": "x", "created_at": at.isoformat(), "data": {}}
        body = json.dumps(event).encode()
        content = Content(body, read_envelope(body), flat=True)
        arrived = made + 300.0 + age
        delivery = Delivery(body, Webhook("crm"), 0, arrived, None, Hints())
        assert is_late(delivery, content) is (arrived - at.timestamp() > LATE_AFTER)
