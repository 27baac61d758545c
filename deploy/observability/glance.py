"""Glance: the first row of "are my events safe": one number for each thing that must hold."""

from deploy.observability.panel import Panel
from deploy.observability.query import (
    Query,
    gauge,
    grown,
    share,
)
from deploy.observability.slo import ACK_TIME, ANSWERED, TAKEN

__all__ = ["GLANCE"]

_ANY = 0.1  # of what is extrapolated: one event may show as a little less
_REQUESTS = "http_server_request_duration_seconds"
_ENDED = "cstar_gateway_deliveries_total"
_ATTEMPTS = "cstar_gateway_delivery_attempt_total"
_BUDGET = ANSWERED.budget
_ACCEPTED = 'outcome="accepted"'
_DRIFT = "cstar_gateway_contract_drift_total"


def _stat(
    title: str,
    text: str,
    unit: str,
    expr: str,
    *steps: float,
    falling: bool = False,
    words: tuple[tuple[str, str], ...] = (),
    runbook: str = "",
) -> Panel:
    return Panel(
        title,
        text,
        unit,
        (Query(expr),),
        kind="stat",
        width=4,
        steps=steps,
        falling=falling,
        words=words,
        runbook=runbook,
    )


GLANCE = (
    _stat(
        "Answered without 503",
        "Authentic deliveries that were not told to come again, of all within the time shown. "
        f"Objective: {ANSWERED.objective:.1%}. A 503 loses nothing: cStar sends again.",
        "percentunit",
        "1 - "
        + share(
            grown(f"{_REQUESTS}_count", match=ANSWERED.bad),
            grown(f"{_REQUESTS}_count", match=TAKEN),
        ),
        ANSWERED.objective,
        falling=True,
        runbook=ANSWERED.runbook,
    ),
    _stat(
        "Acked within 1 s",
        "Accepted deliveries that had Kafka's ack and their answer within a second. "
        f"Objective: {ACK_TIME.objective:.0%}.",
        "percentunit",
        share(
            grown(f"{_REQUESTS}_bucket", match=ACK_TIME.good),
            grown(f"{_REQUESTS}_count", match=ACK_TIME.all),
        ),
        ACK_TIME.objective,
        falling=True,
        runbook=ACK_TIME.runbook,
    ),
    _stat(
        "Lost",
        "Proved deliveries of attempt 7 that got a 503: cStar does not send them again. Must be 0.",
        "short",
        grown("cstar_gateway_last_attempts_failed_total"),
        _ANY,
        runbook="events.md#cstargatewayeventslost",
    ),
    _stat(
        "On their last attempts",
        "Deliveries of attempts 6 and 7: what fails now comes once more, or never.",
        "short",
        grown(_ATTEMPTS, match='attempt=~"6|7"'),
        _ANY,
        runbook="events.md#cstargatewayeventsabouttobelost",
    ),
    _stat(
        "Quarantined",
        "Authentic but unusable events, kept raw; replay them before the topic's retention ends.",
        "short",
        grown(_ENDED, match='outcome="quarantined"'),
        _ANY,
        runbook="events.md#cstargatewayquarantinegrowing",
    ),
    _stat(
        "Possible duplicates",
        "Events published without knowing all that was accepted before; marked for consumers.",
        "short",
        grown("cstar_gateway_possible_duplicates_total"),
        _ANY,
        runbook="idempotency.md#cstargatewaypossibleduplicates",
    ),
    _stat(
        "Kafka",
        "Whether every replica reaches Kafka.",
        "none",
        gauge("cstar_gateway_kafka_connected", "min"),
        1,
        falling=True,
        words=(("0", "away"), ("1", "in reach")),
        runbook="kafka.md#cstargatewaykafkadisconnected",
    ),
    _stat(
        "Replicas ready",
        "Replicas all of whose checks hold.",
        "short",
        "count(" + gauge("cstar_gateway_ready", "min", "instance") + " == 1) or vector(0)",
        1,
        falling=True,
        runbook="replicas.md#cstargatewaynotready",
    ),
    _stat(
        "Ledger",
        "Received, less ended, less in flight. 0 at every scrape; anything else is a bug.",
        "none",
        f"max(abs({gauge('cstar_gateway_deliveries_received_total', by='instance')} - "
        f"{gauge(_ENDED, by='instance')} - "
        f"{gauge('cstar_gateway_in_flight_deliveries', by='instance')}))",
        1,
        runbook="replicas.md#cstargatewayledgerunbalanced",
    ),
    _stat(
        "Window",
        "How far back accepted events are known. Below 31 h 12 m 30 s a retry may double.",
        "s",
        gauge("cstar_gateway_idempotency_window_seconds", "min"),
        112350,
        falling=True,
        runbook="idempotency.md#cstargatewaywindowtooshort",
    ),
    _stat(
        "Oldest unacked",
        "Age of the oldest record that Kafka has not acknowledged; the deadline is 7 s.",
        "s",
        gauge("cstar_gateway_kafka_oldest_unacked_seconds", "max"),
        1,
        7,
        runbook="kafka.md#cstargatewayqueuenearlimit",
    ),
    _stat(
        "Last ack",
        "How long ago Kafka acknowledged a batch, of whichever topic.",
        "s",
        "time() - (" + gauge("cstar_gateway_kafka_last_ack_timestamp_seconds", "max") + " > 0)",
        runbook="replicas.md#cstargatewaysilence",
    ),
)
