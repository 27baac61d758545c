"""Safe: the dashboard that answers "are my events safe?", from the promise down to its parts."""

from deploy.observability.panel import Panel, Row
from deploy.observability.query import (
    Query,
    gauge,
    grown,
    increase,
    quantile,
    quantiles,
    rate,
    selector,
    share,
)
from deploy.observability.slo import ACK_TIME, ANSWERED, TAKEN

__all__ = ["SAFE"]

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


_GLANCE = (
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
        1,
        runbook="events.md#cstargatewayeventslost",
    ),
    _stat(
        "On their last attempts",
        "Deliveries of attempts 6 and 7: what fails now comes once more, or never.",
        "short",
        grown(_ATTEMPTS, match='attempt=~"6|7"'),
        1,
        runbook="events.md#cstargatewayeventsabouttobelost",
    ),
    _stat(
        "Quarantined",
        "Authentic but unusable events, kept raw; replay them before the topic's retention ends.",
        "short",
        grown(_ENDED, match='outcome="quarantined"'),
        1,
        runbook="events.md#cstargatewayquarantinegrowing",
    ),
    _stat(
        "Possible duplicates",
        "Events published without knowing all that was accepted before; marked for consumers.",
        "short",
        grown("cstar_gateway_possible_duplicates_total"),
        1,
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

_SERVICE = (
    Panel(
        "Answers",
        "Answers to POST /webhooks/cstar by status. 202 accepted or quarantined, 200 duplicate or "
        "filtered, 4xx not authentic, 503 to come again.",
        "reqps",
        (
            Query(
                rate(
                    f"{_REQUESTS}_count",
                    "http_response_status_code",
                    'http_route="/webhooks/cstar"',
                ),
                "{{http_response_status_code}}",
            ),
        ),
        stacked=True,
    ),
    Panel(
        "Burn of the error budget",
        f"How many times faster than {_BUDGET:.1%} 503s are answered. At 1 the budget of 30 days "
        "lasts 30 days; 14.4 for an hour pages.",
        "none",
        (
            Query(
                "("
                + share(
                    rate(f"{_REQUESTS}_count", match=ANSWERED.bad),
                    rate(f"{_REQUESTS}_count", match=TAKEN),
                )
                + f") / {_BUDGET:g}",
                "times the budget",
            ),
        ),
        steps=(1, 14.4),
        runbook=ANSWERED.runbook,
    ),
    Panel(
        "Time to ack",
        "From a request's head to its 202, Kafka's ack included. Points are single traces, where "
        "the sender gave a traceparent and Prometheus stores exemplars.",
        "s",
        quantiles(_REQUESTS, ACK_TIME.all, exemplar=True),
        steps=(1,),
        runbook=ACK_TIME.runbook,
    ),
)

_LEDGER = (
    Panel(
        "Deliveries by outcome",
        "Every delivery ends once: accepted, duplicate, filtered, quarantined, rejected or "
        "unavailable.",
        "reqps",
        (Query(rate(_ENDED, "outcome"), "{{outcome}}"),),
        stacked=True,
    ),
    Panel(
        "Received and ended",
        "Both lines lie on each other; what is between them is in flight.",
        "reqps",
        (
            Query(rate("cstar_gateway_deliveries_received_total"), "received"),
            Query(rate(_ENDED), "ended"),
        ),
    ),
    Panel(
        "Unavailable by reason",
        "Why deliveries were told to come again; none is lost by it.",
        "reqps",
        (Query(rate(_ENDED, "reason", 'outcome="unavailable"') + " > 0", "{{reason}}"),),
        stacked=True,
        runbook=ANSWERED.runbook,
    ),
    Panel(
        "Rejected by reason",
        "Not authentic, or not HTTP that is taken. cStar itself causes none in peace: "
        "signature_mismatch is a wrong secret, signature_stale a wrong clock.",
        "reqps",
        (Query(rate(_ENDED, "reason", 'outcome="rejected"') + " > 0", "{{reason}}"),),
        stacked=True,
        runbook="signatures.md#cstargatewaysignaturesfailing",
    ),
    Panel(
        "Accepted by type",
        "The ten most frequent event types.",
        "reqps",
        (Query(f"topk(10, {rate(_ENDED, 'event_type', _ACCEPTED)}) > 0", "{{event_type}}"),),
    ),
    Panel(
        "Known already",
        "Duplicates: `seen` was accepted before, `twin` was in flight. Of a sender that retries "
        "only what failed, both are few.",
        "reqps",
        (Query(rate(_ENDED, "reason", 'outcome="duplicate"'), "{{reason}}"),),
        stacked=True,
    ),
)

_RETRIES = (
    Panel(
        "Deliveries by attempt",
        "What cStar says of itself, of proved deliveries. Attempts come 30 s, 2 min, 10 min, 1 h, "
        "6 h and 24 h after the one before; after 7 the event is lost.",
        "short",
        (Query(increase(_ATTEMPTS, "attempt") + " > 0", "attempt {{attempt}}"),),
        stacked=True,
        bars=True,
        width=12,
        runbook="events.md#cstargatewayeventsabouttobelost",
    ),
    Panel(
        "Late, and lost",
        "Late: arrived more than 5 minutes after it was made. Lost: attempt 7 got a 503.",
        "short",
        (
            Query(increase("cstar_gateway_late_total"), "late"),
            Query(increase("cstar_gateway_last_attempts_failed_total"), "lost"),
        ),
        bars=True,
        width=12,
        runbook="events.md#cstargatewayeventslost",
    ),
)

_ODD = (
    Panel(
        "Quarantined by reason",
        "What is kept raw on the quarantine topic, and why.",
        "short",
        (Query(increase(_ENDED, "reason", 'outcome="quarantined"') + " > 0", "{{reason}}"),),
        stacked=True,
        bars=True,
        runbook="events.md#cstargatewayquarantinegrowing",
    ),
    Panel(
        "Contract drift",
        "Differences between events and the catalogue, published all the same.",
        "short",
        (Query(increase(_DRIFT, "kind"), "{{kind}}"),),
        stacked=True,
        bars=True,
        runbook="events.md#cstargatewaycontractdrift",
    ),
    Panel(
        "Contract drift by type",
        "Which types differ most from the catalogue.",
        "short",
        (Query(f"topk(10, {increase(_DRIFT, 'event_type')}) > 0", "{{event_type}}"),),
        bars=True,
        stacked=True,
        runbook="events.md#cstargatewayunknowntypes",
    ),
    Panel(
        "Marked for consumers",
        "Published with a mark: may be double, or came under an id seen with other data; and "
        "unsigned headers that disagree with the signed body.",
        "short",
        (
            Query(increase("cstar_gateway_possible_duplicates_total"), "possible duplicates"),
            Query(increase("cstar_gateway_idempotency_conflicts_total"), "id conflicts"),
            Query(increase("cstar_gateway_header_mismatch_total", "header"), "{{header}} differs"),
        ),
        bars=True,
        width=24,
        runbook="idempotency.md#cstargatewayidconflicts",
    ),
)

_KAFKA = (
    Panel(
        "Ack latency",
        "From a batch's first record to Kafka's acknowledgement, of all topics.",
        "s",
        quantiles("cstar_gateway_kafka_ack_seconds"),
        runbook=ACK_TIME.runbook,
    ),
    Panel(
        "Queue",
        "Bytes that Kafka has not acknowledged, of those there may be; beyond it is 503.",
        "percentunit",
        (
            Query(
                gauge("cstar_gateway_kafka_queued_bytes", by="instance")
                + "\n/\n"
                + gauge("cstar_gateway_kafka_queue_limit_bytes", by="instance"),
                "{{instance}}",
            ),
        ),
        steps=(0.5, 0.8),
        ceiling=1,
        runbook="kafka.md#cstargatewayqueuenearlimit",
    ),
    Panel(
        "Errors and replacements",
        "Batches that failed for good, by kind, and producers that were replaced, by cause.",
        "short",
        (
            Query(increase("cstar_gateway_kafka_errors_total", "kind") + " > 0", "{{kind}}"),
            Query(
                increase("cstar_gateway_kafka_producer_replacements_total", "cause") + " > 0",
                "replaced: {{cause}}",
            ),
        ),
        bars=True,
        stacked=True,
        runbook="kafka.md#cstargatewayproducerreplacedoften",
    ),
)

_SECRETS = (
    Panel(
        "Proved by secret",
        "Which of a webhook's secrets proves; after a rotation the old one falls silent.",
        "reqps",
        (
            Query(
                rate("cstar_gateway_signature_matches_total", "webhook, secret"),
                "{{webhook}} [{{secret}}]",
            ),
        ),
        runbook="signatures.md#cstargatewaysignaturesfailing",
    ),
    Panel(
        "Since a secret last proved",
        "When an old secret has been silent for longer than 31 h 12 m 30 s, it may go.",
        "s",
        (
            Query(
                "time() - ("
                + gauge(
                    "cstar_gateway_signature_last_match_timestamp_seconds",
                    "max",
                    "webhook, secret",
                )
                + " > 0)",
                "{{webhook}} [{{secret}}]",
            ),
        ),
        runbook="signatures.md#cstargatewaysecretstale",
    ),
    Panel(
        "Clock skew",
        "Our clock less the time cStar signed at. Beyond 300 s on either side every delivery is "
        "refused.",
        "none",
        tuple(
            Query(quantile(of, "cstar_gateway_clock_skew_seconds", "instance"), legend)
            for of, legend in ((0.05, "{{instance}} p5"), (0.95, "{{instance}} p95"))
        ),
        runbook="signatures.md#cstargatewayclockskew",
    ),
)

_ROLLOUTS = (
    Panel(
        "Replicas by version",
        "What runs; a rollout shows as one line falling and another rising.",
        "short",
        (
            Query(
                f"count by (version, python) ({selector('cstar_gateway_build_info')})",
                "{{version}} on Python {{python}}",
            ),
        ),
        stacked=True,
        width=12,
    ),
    Panel(
        "Replicas by check",
        "How many replicas pass each check of /readyz; deliveries are taken where all hold.",
        "short",
        (Query(gauge("cstar_gateway_ready", by="check"), "{{check}}"),),
        width=12,
        runbook="replicas.md#cstargatewaynotready",
    ),
)

SAFE = (
    Row("Are my events safe?", _GLANCE),
    Row("Service level", _SERVICE),
    Row("Ledger: every delivery ends once", _LEDGER),
    Row("Retry budget: seven attempts in 31 h 12 m 30 s", _RETRIES),
    Row("Quarantine, contract and marks", _ODD),
    Row("Kafka", _KAFKA),
    Row("Secrets and clocks", _SECRETS),
    Row("Rollouts", _ROLLOUTS),
)
