"""Safe: the dashboard that answers "are my events safe?", from the promise down to its parts."""

from deploy.observability.glance import GLANCE
from deploy.observability.panel import Panel, Row
from deploy.observability.query import (
    Query,
    increase,
    quantiles,
    rate,
    share,
)
from deploy.observability.slo import ACK_TIME, ANSWERED, TAKEN
from deploy.observability.standing import KAFKA, ROLLOUTS, SECRETS

__all__ = ["SAFE"]

_REQUESTS = "http_server_request_duration_seconds"
_ENDED = "cstar_gateway_deliveries_total"
_ATTEMPTS = "cstar_gateway_delivery_attempt_total"
_BUDGET = ANSWERED.budget
_ACCEPTED = 'outcome="accepted"'
_DRIFT = "cstar_gateway_contract_drift_total"


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

SAFE = (
    Row("Are my events safe?", GLANCE),
    Row("Service level", _SERVICE),
    Row("Ledger: every delivery ends once", _LEDGER),
    Row("Retry budget: seven attempts in 31 h 12 m 30 s", _RETRIES),
    Row("Quarantine, contract and marks", _ODD),
    Row("Kafka", KAFKA),
    Row("Secrets and clocks", SECRETS),
    Row("Rollouts", ROLLOUTS),
)
