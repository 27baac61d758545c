"""Process: the panels of one replica: its HTTP edge, its secrets, its process."""

from deploy.observability.panel import Panel, each
from deploy.observability.query import (
    Query,
    gauge,
    increase,
    quantile,
    quantiles,
    rate,
)

__all__ = ["HTTP", "PROCESS", "SECRETS"]

_REQUESTS = "http_server_request_duration_seconds"

HTTP = (
    Panel(
        "Request duration",
        "How all requests are spread over the time from head to answer.",
        "s",
        (
            Query(
                increase(f"{_REQUESTS}_bucket", "le"),
                "{{le}}",
                exemplar=True,
                heat=True,
            ),
        ),
        kind="heatmap",
    ),
    Panel(
        "Request duration by status",
        "What one request in a hundred exceeds.",
        "s",
        (
            Query(
                quantile(0.99, _REQUESTS, "http_response_status_code"),
                "{{http_response_status_code}}",
            ),
        ),
    ),
    Panel(
        "Requests off the route",
        "What came for another path or by another method: probes of strangers, or a sender set "
        "up wrongly.",
        "reqps",
        (
            Query(
                rate(
                    f"{_REQUESTS}_count",
                    "http_request_method, http_response_status_code",
                    'http_route=""',
                ),
                "{{http_request_method}} {{http_response_status_code}}",
            ),
        ),
        stacked=True,
    ),
    Panel(
        "Connections closed for want of room",
        "Evicted: an idle one gave way. Refused: all were busy, and the new one got 503.",
        "short",
        (Query(increase("cstar_gateway_http_connections_over_limit_total", "how"), "{{how}}"),),
        bars=True,
        stacked=True,
        width=12,
        runbook="replicas.md#cstargatewayconnectionsrefused",
    ),
    Panel(
        "TLS handshakes",
        "By how they ended; none where TLS ends at an ingress.",
        "short",
        (Query(increase("cstar_gateway_tls_handshakes_total", "result"), "{{result}}"),),
        bars=True,
        stacked=True,
        width=12,
        runbook="signatures.md#cstargatewaytlshandshakesfailing",
    ),
)

SECRETS = (
    Panel(
        "Since a secret was read",
        "Age of the live content of each place; falls to 0 when a rotation arrives.",
        "s",
        (
            Query(
                "time() - "
                + gauge("cstar_gateway_secret_loaded_timestamp_seconds", "min", "webhook, secret"),
                "{{webhook}} [{{secret}}]",
            ),
        ),
    ),
    Panel(
        "Reloads and failures",
        "New contents that went live, and contents that will not do.",
        "short",
        (
            Query(
                increase("cstar_gateway_secret_reloads_total", "webhook, secret"),
                "{{webhook}} [{{secret}}] read",
            ),
            Query(
                increase("cstar_gateway_secret_reload_failures_total", "webhook, secret"),
                "{{webhook}} [{{secret}}] refused",
            ),
        ),
        bars=True,
        runbook="signatures.md#cstargatewaysecretstale",
    ),
    Panel(
        "Stale secrets",
        "1 where a secret's file will not do and its former content stays live.",
        "bool",
        (
            Query(
                gauge("cstar_gateway_secret_stale", "max", "webhook, secret"),
                "{{webhook}} [{{secret}}]",
            ),
        ),
        ceiling=1,
        runbook="signatures.md#cstargatewaysecretstale",
    ),
)

PROCESS = (
    Panel(
        "CPU",
        "Cores used by each replica. One event loop uses one at most.",
        "short",
        (Query(rate("process_cpu_seconds_total", "instance"), "{{instance}}"),),
    ),
    each("Memory", "Resident memory of each replica.", "bytes", "process_resident_memory_bytes"),
    Panel(
        "Event-loop lag",
        "How late the event loop is. It is one thread: what stalls it stalls every delivery.",
        "s",
        quantiles("cstar_gateway_event_loop_lag_seconds"),
        runbook="replicas.md#cstargatewayloopstalled",
    ),
    Panel(
        "Open files",
        "Of those the system allows; connections are most of them.",
        "percentunit",
        (
            Query(
                gauge("process_open_fds", "max", "instance")
                + "\n/\n"
                + gauge("process_max_fds", "max", "instance"),
                "{{instance}}",
            ),
        ),
        ceiling=1,
        runbook="replicas.md#cstargatewayconnectionsrefused",
    ),
    Panel(
        "Garbage collections",
        "Of each generation.",
        "ops",
        (Query(rate("python_gc_collections_total", "generation"), "generation {{generation}}"),),
    ),
    Panel(
        "Uptime",
        "Since each replica started.",
        "s",
        (
            Query(
                "time() - " + gauge("process_start_time_seconds", "max", "instance"),
                "{{instance}}",
            ),
        ),
    ),
)
