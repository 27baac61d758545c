"""Labels: the names a series may carry and every value each may take.

No value ever comes from the wire. A value is either of a closed set written here, or of a set that
the configuration closes when the gateway starts (`bound` says which).
"""

from http import HTTPMethod

import msgspec

from gateway.events.catalogue import CATALOGUE, OTHER
from gateway.events.contract import DriftKind
from gateway.pipeline.reasons import ENDINGS, Outcome, Reason

__all__ = [
    "ATTEMPT",
    "BATCH_FAILURE",
    "CAUSE",
    "CHECK",
    "DRIFT",
    "EVENT_TYPE",
    "HANDSHAKE",
    "HEADER",
    "HOW",
    "METHOD",
    "NONE",
    "OTHER",
    "OUTCOME",
    "REASON",
    "ROUTE",
    "SECRET",
    "STATUS",
    "TOPIC",
    "WEBHOOK",
    "Label",
]

NONE = "none"
"""The `event_type` of a delivery that ended before its type was known."""


class Label(msgspec.Struct, frozen=True):
    """One label of a metric.

    Attributes:
        name: as Prometheus shows it.
        values: the closed set; empty where the configuration closes it.
        bound: what limits the set, for people.
    """

    name: str
    values: tuple[str, ...] = ()
    bound: str = ""


OUTCOME = Label("outcome", tuple(Outcome), "the six lines of the ledger")
REASON = Label("reason", tuple(Reason), "the table of endings")
EVENT_TYPE = Label(
    "event_type",
    (*CATALOGUE, OTHER, NONE),
    "the catalogue; `none` where a delivery ended before its type was known",
)
METHOD = Label(
    "http_request_method",
    # OpenTelemetry's known methods: those of RFC 9110 and PATCH; anything else is _OTHER.
    (*(method.value for method in HTTPMethod), "_OTHER"),
    "OpenTelemetry's known methods",
)
STATUS = Label(
    "http_response_status_code",
    tuple(sorted({str(ending.status) for ending in ENDINGS.values()})),
    "the statuses of the table of endings",
)
ROUTE = Label("http_route", ("/webhooks/cstar", ""), "the one route; empty where none matched")
TOPIC = Label("topic", (), "the gateway's topics and those of the routes")
WEBHOOK = Label("webhook", (), "the names of the configured webhooks")
SECRET = Label("secret", (), "the index of a webhook's secret, from 0")
ATTEMPT = Label(
    "attempt", ("1", "2", "3", "4", "5", "6", "7", OTHER), "cStar delivers an event 7 times"
)
HEADER = Label("header", ("X-Event-ID", "X-Event-Type", OTHER), "cStar's unsigned headers")
DRIFT = Label("kind", (*DriftKind, OTHER), "the ways to differ from the catalogue")
BATCH_FAILURE = Label(
    "kind",
    ("too_large", "not_authorized", "invalid", "sequence", "unsent", "unknown"),
    "the sink's classes of failure",
)
CAUSE = Label(
    "cause",
    ("batch_failed", "batch_stuck", "sender_dead", "metadata_dead", "metadata_stale", OTHER),
    "what makes the sink replace its producer",
)
HANDSHAKE = Label("result", ("done", "failed", "timeout", "evicted"), "how a TLS handshake can end")
HOW = Label("how", ("evicted", "refused"), "what was done to make room")
CHECK = Label("check", ("kafka", "quarantine", "idempotency", "serving"), "the checks of /readyz")
