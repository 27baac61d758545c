"""Rotation: what holds of the decision whatever is found."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.config.faults import Problem
from gateway.config.secrets import Secret
from gateway.rotation import Place, decide

PLACES = [Place("crm", 0), Place("crm", 1), Place("surveys", 0), Place("surveys", 1)]
VALUES = [bytes([letter]) * 32 for letter in b"abcdef"]

before = st.permutations(VALUES).map(lambda values: dict(zip(PLACES, values, strict=False)))
seen = st.dictionaries(st.sampled_from(PLACES), st.none() | st.sampled_from(VALUES))


@given(before, seen)
def test_whatever_is_found(live: dict[Place, bytes], looked: dict[Place, bytes | None]) -> None:
    """All hold apart, each what it had or what was found, and what is not taken has its problem."""
    decision = decide(
        {place: Secret("env:S", value) for place, value in live.items()},
        {
            place: Problem("is bad", "mend it") if value is None else Secret("env:S", value)
            for place, value in looked.items()
        },
    )
    after: dict[Place, Any] = {place: one.reveal() for place, one in decision.live.items()}
    assert list(after) == list(live)
    assert len(set(after.values())) == len(after)
    for place, value in after.items():
        found = looked.get(place, live[place])
        assert value in (found, live[place])
        assert (value != found) == (place in decision.problems)
        wanted = [*live.values(), *looked.values()]
        if found is not None and (found == live[place] or wanted.count(found) == 1):
            assert value == found
