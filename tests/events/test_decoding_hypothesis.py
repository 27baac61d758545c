"""Laws of decoding."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.events import CATALOGUE, EventError, decode, decode_plain
from gateway.simulator.samples import VARIANTS, sample

SAMPLES = st.sampled_from([(name, variant) for name, each in VARIANTS.items() for variant in each])


@given(st.binary(max_size=200))
def test_one_error(value: bytes) -> None:
    """Whatever the bytes, a consumer meets an event or `EventError`, nothing else."""
    for read in (decode, decode_plain):
        with suppress(EventError):
            read(value)


@given(SAMPLES, st.data())
def test_broken_off(which: tuple[str, str], data: st.DataObject) -> None:
    """A value that lost its end is never taken for an event."""
    name, variant = which
    value = msgspec.json.encode(
        sample(name, variant=variant, event_id="e", team_id="t", created_at="2026-04-27T18:42:11Z")
    )
    kept = data.draw(st.integers(0, len(value) - 1))
    for read in (decode, decode_plain):
        with pytest.raises(EventError, match="not JSON"):
            read(value[:kept])


@given(SAMPLES, st.text(max_size=20), st.text(max_size=20))
def test_round_trip(which: tuple[str, str], event_id: str, team_id: str) -> None:
    """What is decoded, encoded and decoded again is the same event."""
    name, variant = which
    event = decode(
        msgspec.json.encode(
            sample(
                name,
                variant=variant,
                event_id=event_id,
                team_id=team_id,
                created_at="2026-04-27T18:42:11.250Z",
            )
        )
    )
    assert type(event) is CATALOGUE[name].struct
    assert (event.id, event.team_id, event.type) == (event_id, team_id, name)
    assert decode(msgspec.json.encode(event)) == event
