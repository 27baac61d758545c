"""Patterns over event types."""

import pytest

from gateway.pipeline.subscription import Subscription


@pytest.mark.parametrize(
    ("patterns", "wanted", "unwanted"),
    [
        (["*"], ["ticket.created", "x", "a.b.c"], []),
        (["ticket.created"], ["ticket.created"], ["ticket.updated", "ticket.created.v2"]),
        (["ticket.*"], ["ticket.created", "ticket.new"], ["tickets.created", "ticket", "boss.x"]),
        (["ticket.*", "boss.spawned"], ["ticket.x", "boss.spawned"], ["boss.damaged"]),
        ([], [], ["ticket.created"]),
    ],
)
def test_what_a_subscription_wants(
    patterns: list[str], wanted: list[str], unwanted: list[str]
) -> None:
    """A type matches itself, its namespace's pattern, and everything's."""
    subscription = Subscription(patterns)
    assert all(subscription.wants(event_type) for event_type in wanted)
    assert not any(subscription.wants(event_type) for event_type in unwanted)


@pytest.mark.parametrize("pattern", ["", "ticket*", "*.created", "ticket.* ", "a b", "**"])
def test_what_is_no_pattern(pattern: str) -> None:
    """Other wildcards are refused with the pattern named, not silently matched with nothing."""
    with pytest.raises(ValueError, match="is not an event pattern"):
        Subscription([pattern])
