"""Deliveries: what is said of a delivery, and of what was odd about it."""

from gateway.logs.events.event import LogEvent

__all__ = ["EVENTS"]


EVENTS: tuple[LogEvent, ...] = (
    LogEvent(
        "delivery ended",
        "its reason's",
        ("outcome", "reason", "status", "detail", "event_id", "event_type"),
        "how a delivery was answered: accepted, duplicate and filtered at DEBUG, rejected at INFO, "
        "unavailable at WARNING",
        "by its [reason](operations.md#what-each-answer-means)",
    ),
    LogEvent(
        "delivery quarantined",
        "its reason's",
        ("reason", "detail", "webhook", "event_id"),
        "it is signed and unusable, and goes to the quarantine",
        "[look at it](operations.md#quarantine)",
    ),
    LogEvent(
        "contract drift",
        "info",
        ("event_type", "kind", "path"),
        "an event is not what the catalogue says; it is published all the same",
        "tell consumers of that type; upgrade where cStar has changed",
    ),
    LogEvent(
        "event id seen with other data",
        "warning",
        ("event_id",),
        "cStar, or who has its secret, sent an id twice with different data; both are published",
        "ask cStar; consumers see `cstar-id-conflict`",
    ),
    LogEvent(
        "event could not be built",
        "error",
        ("event_id", "error", "error_at"),
        "a fault of ours; the event is in the quarantine",
        "report it; upgrade; replay",
    ),
    LogEvent(
        "request met an unexpected fault",
        "error",
        ("fault", "at"),
        "a fault of ours; the delivery got 503 and comes again",
        "report it with `at`",
    ),
)
