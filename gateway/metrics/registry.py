"""Registry: every metric of the gateway. The one list.

Telemetry, the exposition, the table of docs/metrics.md, the dashboards and the alerts are read off
it; a metric that is not here does not exist. To add one: a row here (from Kafka on: in `outward`),
a meter's method or a gauge that `Telemetry.watch` opens, a panel in `deploy.observability`, and
`make docs`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.metrics import labels
from gateway.metrics.metric import Kind, Metric
from gateway.metrics.metric import counter as _counter
from gateway.metrics.metric import gauge as _gauge
from gateway.metrics.metric import histogram as _histogram
from gateway.metrics.outward import IDEMPOTENCY, KAFKA, PROCESS

__all__ = ["METRICS", "Kind", "Metric"]

# OpenTelemetry's advice for http.server.request.duration begins at 5 ms, too coarse for what is
# answered in one; 10 s is all the time that cStar gives an answer.
_ANSWER = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075),
    *(0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
)
_SKEW = (-300, -60, -30, -10, -5, -1, 0, 1, 5, 10, 30, 60, 300)  # 300 s is the replay window

_LEDGER = (
    _counter(
        "deliveries_received",
        "deliveries",
        "Requests that reached the public listener, well formed or not.",
    ),
    _counter(
        "deliveries",
        "deliveries",
        "Deliveries by how they ended; their sum is what was received, less what is in flight.",
        labels.OUTCOME,
        labels.REASON,
        labels.EVENT_TYPE,
    ),
)

_HTTP = (
    _histogram(
        "http_server_request_duration_seconds",
        "s",
        "From a request's head to its answer, on the public listener (OpenTelemetry's name).",
        _ANSWER,
        labels.METHOD,
        labels.STATUS,
        labels.ROUTE,
    ),
    _gauge("http_connections", "connections", "Open connections of the public listener."),
    _counter(
        "http_connections_over_limit",
        "connections",
        "Connections closed for want of room: an idle one or, where all are busy, the new one.",
        labels.HOW,
    ),
    _counter(
        "tls_handshakes",
        "handshakes",
        "TLS handshakes of the public listener; `failed`: no TLS, too old a version, or a sender "
        "whose certificate is refused.",
        labels.HANDSHAKE,
    ),
    _gauge("in_flight_deliveries", "deliveries", "Deliveries received and not answered yet."),
    _gauge("in_flight_bytes", "bytes", "Bodies of deliveries that are not answered yet."),
)

_DELIVERY = (
    _histogram(
        "cstar_gateway_clock_skew_seconds",
        "s",
        "Our clock less the time cStar signed at, of deliveries whose signature holds.",
        _SKEW,
    ),
    _counter(
        "signature_matches",
        "deliveries",
        "Deliveries proved, by the secret that proved them.",
        labels.WEBHOOK,
        labels.SECRET,
    ),
    _gauge(
        "signature_last_match_timestamp_seconds",
        "s",
        "When a secret last proved a delivery, Unix time; 0 for never since the start.",
        labels.WEBHOOK,
        labels.SECRET,
    ),
    _gauge(
        "secret_loaded_timestamp_seconds",
        "s",
        "When the live content of a secret was read, Unix time.",
        labels.WEBHOOK,
        labels.SECRET,
    ),
    _gauge(
        "secret_stale",
        "0 or 1",
        "Whether a secret's file will not do, so that what it held before stays live.",
        labels.WEBHOOK,
        labels.SECRET,
    ),
    _counter(
        "secret_reloads",
        "reloads",
        "New contents of a secret's file that went live.",
        labels.WEBHOOK,
        labels.SECRET,
    ),
    _counter(
        "secret_reload_failures",
        "failures",
        "Times a secret's file came to a state that will not do.",
        labels.WEBHOOK,
        labels.SECRET,
    ),
    _counter(
        "delivery_attempt",
        "deliveries",
        "Proved deliveries by X-Delivery-Attempt; after 7 the event is lost.",
        labels.ATTEMPT,
    ),
    _counter(
        "last_attempts_failed",
        "events",
        "Proved deliveries of attempt 7 that got a 503: cStar does not send them again.",
    ),
    _counter(
        "header_mismatch",
        "deliveries",
        "Unsigned headers that disagree with the signed body, which wins.",
        labels.HEADER,
    ),
    _counter(
        "contract_drift",
        "differences",
        "Differences between events and the catalogue; the events are published all the same.",
        labels.EVENT_TYPE,
        labels.DRIFT,
    ),
    _counter("late", "events", "Events that arrived more than 5 minutes after they were made."),
    _counter(
        "possible_duplicates",
        "events",
        "Events published while the idempotency window was not known to be complete.",
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for metric in (*_LEDGER, *_HTTP, *_DELIVERY, *KAFKA, *IDEMPOTENCY, *PROCESS)
    }
)
"""Every metric by name, in the order of the docs."""
