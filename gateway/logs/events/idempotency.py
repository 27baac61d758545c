"""Idempotency: what is said of the journal, and of what other replicas accepted."""

from gateway.logs.events.event import LogEvent

__all__ = ["EVENTS"]

_LOOK_AT_KAFKA = "nothing; if it goes on, look at the brokers"

EVENTS: tuple[LogEvent, ...] = (
    LogEvent("idempotency journal replaying", "info", ("entries", "of"), "how far the start is"),
    LogEvent(
        "idempotency journal replayed",
        "info",
        ("entries", "ids", "recovered", "seconds"),
        "what was accepted within the window is known",
    ),
    LogEvent(
        "idempotency journal not read",
        "warning",
        ("problem",),
        "it is tried again; while what others accepted is unknown, deliveries get 503",
        _LOOK_AT_KAFKA,
    ),
    LogEvent(
        "idempotency journal reader ended",
        "error",
        ("fault",),
        "a fault of ours; it is started again",
        "report it",
    ),
    LogEvent(
        "idempotency window incomplete",
        "error",
        ("problem",),
        "it serves without knowing all that was accepted; what may double says so",
        "consumers dedupe by `ce_id`; mend what `problem` says",
    ),
    LogEvent(
        "idempotency journal not written",
        "warning",
        ("reason",),
        "marks wait in memory; a start now would read the outputs instead",
        _LOOK_AT_KAFKA,
    ),
    LogEvent("idempotency journal written again", "info", ("unwritten",), "so many marks wait yet"),
    LogEvent(
        "a replica fell silent",
        "info",
        ("events_recovered",),
        "another died, or was cut off; what it accepted was read back",
    ),
    LogEvent(
        "a silent replica's events not read back",
        "warning",
        ("problem",),
        "it is tried again in a second",
        _LOOK_AT_KAFKA,
    ),
    LogEvent(
        "events of unknown outcome not looked up",
        "warning",
        ("problem",),
        "a producer was cut off; whether Kafka has its last events stays unknown: they may double",
        "consumers dedupe by `ce_id`",
    ),
)
