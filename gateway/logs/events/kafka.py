"""Kafka: what is said of brokers, topics and the producer."""

from gateway.logs.events.event import LogEvent

__all__ = ["EVENTS"]

_LOOK_AT_KAFKA = "nothing; if it goes on, look at the brokers"

EVENTS: tuple[LogEvent, ...] = (
    LogEvent("kafka connected", "info", ("servers",), "Kafka answers, for the first time or again"),
    LogEvent(
        "kafka unreachable",
        "warning",
        ("servers", "error"),
        "no broker answers as it should; deliveries get 503",
        "what `error` says; `cstar-gateway check`",
    ),
    LogEvent("kafka topics complete", "info", ("topics",), "every topic is there"),
    LogEvent("kafka topics created", "info", ("topics",), "so many were missing and were made"),
    LogEvent(
        "kafka topics missing",
        "error",
        ("topics",),
        "these are not there, each with Kafka's words; the gateway is unready",
        "`cstar-gateway topics --create`, or grant Create",
    ),
    LogEvent(
        "kafka topics denied",
        "error",
        ("grant",),
        "the gateway may not write to these, each with what it lacks",
        "[grant](security.md#permissions) it",
    ),
    LogEvent(
        "kafka partitions deleted",
        "warning",
        ("partitions",),
        "a topic was made anew under us; what waited for it got 503",
        "see who deletes topics",
    ),
    LogEvent(
        "kafka producer replaced",
        "warning",
        ("cause", "in_a_row"),
        "a failed batch, or a producer that hung; nothing is lost",
        _LOOK_AT_KAFKA,
    ),
)
