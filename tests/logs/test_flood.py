"""A flood of one event is sampled, counted, and hides no other."""

import logging

import structlog

from gateway.logs.flood import Flood


def test_the_count_of_a_flood_comes_with_the_next_line() -> None:
    """Nothing is dropped without being counted."""
    now = 0.0
    flood = Flood(most=2, clock=lambda: now)
    logger = logging.getLogger("flooded")

    def say(event: str) -> object:
        try:
            return flood(logger, "info", {"event": event}).get("suppressed", 0)
        except structlog.DropEvent:
            return None

    assert [say("a") for _ in range(5)] == [0, 0, None, None, None]
    assert say("b") == 0
    now = 0.999
    assert say("a") is None
    now = 1.0
    assert [say("a") for _ in range(3)] == [4, 0, None]


def test_a_library_is_flooded_by_its_template() -> None:
    """Lines that differ in their arguments alone are one event."""
    now = 0.0
    flood = Flood(most=1, clock=lambda: now)

    def record(number: int) -> logging.LogRecord:
        return logging.LogRecord("lib", logging.INFO, "", 0, "try %d", (number,), None)

    assert [flood.admits(record(number)) for number in range(3)] == [True, False, False]
    now = 1.0
    last = record(3)
    assert flood.admits(last)
    assert last.getMessage() == "try 3 (and 2 like it before)"


def test_a_flood_of_different_events_takes_bounded_memory() -> None:
    """The oldest events are forgotten first."""
    flood = Flood(most=1, clock=lambda: 0.0)
    for number in range(5000):
        flood(logging.getLogger("x"), "info", {"event": f"event {number}"})
    assert len(flood._windows) == 1024


def test_reasons_are_flooded_apart() -> None:
    """A storm of bad signatures does not hide that Kafka is away: the reason counts, too."""
    flood = Flood(most=1, clock=lambda: 0.0)

    def passes(reason: str) -> bool:
        try:
            flood(logging.getLogger("x"), "info", {"event": "delivery ended", "reason": reason})
        except structlog.DropEvent:
            return False
        return True

    assert [passes("signature_mismatch") for _ in range(3)] == [True, False, False]
    assert passes("kafka_unavailable")
