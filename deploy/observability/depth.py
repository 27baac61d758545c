"""Depth: the dashboard that shows every part, for whoever asks why."""

from deploy.observability.panel import Panel, Row
from deploy.observability.query import (
    Query,
    gauge,
    increase,
    quantile,
    quantiles,
    rate,
    selector,
    share,
)

__all__ = ["DEPTH"]

_REQUESTS = "http_server_request_duration_seconds"
_ACK = "cstar_gateway_kafka_ack_seconds"
_HIT = "cstar_gateway_idempotency_hit_age_seconds"


def _each(title: str, text: str, unit: str, name: str, runbook: str = "", **more: float) -> Panel:
    """Return a panel of one gauge of each replica."""
    query = Query(gauge(name, "max", "instance"), "{{instance}}")
    return Panel(title, text, unit, (query,), runbook=runbook, ceiling=more.get("ceiling"))


_TOPICS = (
    Panel(
        "Ack latency by topic",
        "What one batch in a hundred exceeds, from its first record to Kafka's acknowledgement.",
        "s",
        (Query(quantile(0.99, _ACK, "topic"), "{{topic}}"),),
    ),
    Panel(
        "Ack latency",
        "How all batches are spread over the time to their acknowledgement.",
        "s",
        (
            Query(
                f"sum by (le) (increase({selector(_ACK + '_bucket')}[$__rate_interval]))",
                "{{le}}",
                heat=True,
            ),
        ),
        kind="heatmap",
    ),
    Panel(
        "Batches by topic",
        "Acknowledged batches: what Kafka is asked to do.",
        "ops",
        (Query(rate(f"{_ACK}_count", "topic"), "{{topic}}"),),
        stacked=True,
    ),
    Panel(
        "Records a batch",
        "Mean of what is acknowledged at once; it grows with load, for the next batch is whatever "
        "arrived while the last was in flight.",
        "short",
        (
            Query(
                share(
                    rate("cstar_gateway_kafka_batch_records_sum", "topic"),
                    rate("cstar_gateway_kafka_batch_records_count", "topic"),
                ),
                "{{topic}}",
            ),
        ),
    ),
    Panel(
        "Bytes by topic",
        "Acknowledged bytes, before compression.",
        "Bps",
        (Query(rate("cstar_gateway_kafka_acked_bytes_total", "topic"), "{{topic}}"),),
        stacked=True,
    ),
    Panel(
        "Since the last ack by topic",
        "How long nothing was written to a topic. A category that is never silent shows here "
        "first when cStar stops sending.",
        "s",
        (
            Query(
                "time() - ("
                + gauge("cstar_gateway_kafka_last_ack_timestamp_seconds", "max", "topic")
                + " > 0)",
                "{{topic}}",
            ),
        ),
        runbook="replicas.md#cstargatewaysilence",
    ),
)

_QUEUES = (
    Panel(
        "Queue to Kafka",
        "Bytes not acknowledged, and the limit above which deliveries get 503.",
        "bytes",
        (
            Query(gauge("cstar_gateway_kafka_queued_bytes", "max", "instance"), "{{instance}}"),
            Query(gauge("cstar_gateway_kafka_queue_limit_bytes", "min"), "limit"),
        ),
        runbook="kafka.md#cstargatewayqueuenearlimit",
    ),
    _each(
        "Oldest unacked record",
        "It grows while Kafka stands still, when no latency can be measured.",
        "s",
        "cstar_gateway_kafka_oldest_unacked_seconds",
        "kafka.md#cstargatewaykafkadisconnected",
    ),
    _each(
        "Deliveries in flight",
        "Received and not answered yet.",
        "short",
        "cstar_gateway_in_flight_deliveries",
    ),
    _each(
        "Bytes in flight",
        "Bodies of deliveries that are not answered yet.",
        "bytes",
        "cstar_gateway_in_flight_bytes",
    ),
    _each(
        "Events in flight",
        "Claimed and not settled by Kafka yet, those told 503 and still on their way included.",
        "short",
        "cstar_gateway_idempotency_in_flight",
    ),
    _each(
        "Connections",
        "Open connections of the public listener.",
        "short",
        "cstar_gateway_http_connections",
        "replicas.md#cstargatewayconnectionsrefused",
    ),
)

_PRODUCER = (
    Panel(
        "Kafka in reach",
        "1 where a replica reaches Kafka, 0 where not.",
        "bool",
        (Query(gauge("cstar_gateway_kafka_connected", "min", "instance"), "{{instance}}"),),
        ceiling=1,
        runbook="kafka.md#cstargatewaykafkadisconnected",
    ),
    Panel(
        "Errors by kind",
        "Batches that failed for good. `unsent` never left the process.",
        "short",
        (Query(increase("cstar_gateway_kafka_errors_total", "kind"), "{{kind}}"),),
        bars=True,
        stacked=True,
        runbook="kafka.md#cstargatewaykafkarefuses",
    ),
    Panel(
        "Producers replaced by cause",
        "A failed batch, a stuck one, a dead task or stale metadata: the producer is replaced.",
        "short",
        (Query(increase("cstar_gateway_kafka_producer_replacements_total", "cause"), "{{cause}}"),),
        bars=True,
        stacked=True,
        runbook="kafka.md#cstargatewayproducerreplacedoften",
    ),
)

_IDEMPOTENCY = (
    _each(
        "Known events",
        "Events known to be accepted; replicas that share a journal have about the same number.",
        "short",
        "cstar_gateway_idempotency_ids",
    ),
    _each(
        "Window",
        "How far back accepted events are known; 33 h unless memory is full.",
        "s",
        "cstar_gateway_idempotency_window_seconds",
        "idempotency.md#cstargatewaywindowtooshort",
    ),
    _each(
        "Memory of known events",
        "About 32 bytes an event; the limit is `idempotency.memory_limit`.",
        "bytes",
        "cstar_gateway_idempotency_bytes",
        "idempotency.md#cstargatewaywindowtooshort",
    ),
    Panel(
        "Duplicates by age",
        "How long before its duplicate an event had been accepted: a bar for each of cStar's "
        "retries. Old ones show what the window is for.",
        "short",
        (
            Query(
                f"sum by (le) (increase({selector(_HIT + '_bucket')}[$__rate_interval]))",
                "{{le}}",
                heat=True,
            ),
        ),
        kind="heatmap",
    ),
    Panel(
        "Duplicates",
        "Duplicates of events accepted before, and the age that one in twenty exceeds.",
        "short",
        (Query(increase(f"{_HIT}_count"), "duplicates"),),
        bars=True,
    ),
    Panel(
        "Conflicts, and ids forgotten early",
        "Ids seen again with other data, and ids that memory had no room for.",
        "short",
        (
            Query(increase("cstar_gateway_idempotency_conflicts_total"), "conflicts"),
            Query(increase("cstar_gateway_idempotency_evicted_ids_total"), "forgotten early"),
        ),
        bars=True,
        runbook="idempotency.md#cstargatewayidconflicts",
    ),
    _each(
        "Journal lag",
        "Age of the oldest accepted event that the journal does not have yet.",
        "s",
        "cstar_gateway_idempotency_journal_lag_seconds",
        "idempotency.md#cstargatewayjournalbehind",
    ),
    _each(
        "Unwritten marks",
        "Accepted events that the journal does not have yet.",
        "short",
        "cstar_gateway_idempotency_unwritten_marks",
        "idempotency.md#cstargatewayjournalbehind",
    ),
    Panel(
        "Read back, and given up",
        "Events known from the output topics alone, for their writer had died; and marks given up "
        "because the journal took none for too long.",
        "short",
        (
            Query(increase("cstar_gateway_idempotency_recovered_events_total"), "read back"),
            Query(increase("cstar_gateway_idempotency_dropped_marks_total"), "given up"),
        ),
        bars=True,
        runbook="idempotency.md#cstargatewayjournalbehind",
    ),
    Panel(
        "Window complete",
        "1 where a replica knows all that was accepted within the window.",
        "bool",
        (Query(gauge("cstar_gateway_idempotency_complete", "min", "instance"), "{{instance}}"),),
        ceiling=1,
        width=12,
        runbook="idempotency.md#cstargatewayjournalcold",
    ),
    Panel(
        "Cold starts",
        "Replicas that took deliveries before they knew all that was accepted.",
        "short",
        (
            Query(
                increase("cstar_gateway_idempotency_cold_starts_total", "instance"),
                "{{instance}}",
            ),
        ),
        bars=True,
        width=12,
        runbook="idempotency.md#cstargatewayjournalcold",
    ),
)

_HTTP = (
    Panel(
        "Request duration",
        "How all requests are spread over the time from head to answer.",
        "s",
        (
            Query(
                f"sum by (le) (increase({selector(_REQUESTS + '_bucket')}[$__rate_interval]))",
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

_SECRETS = (
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

_PROCESS = (
    Panel(
        "CPU",
        "Cores used by each replica. One event loop uses one at most.",
        "short",
        (Query(rate("process_cpu_seconds_total", "instance"), "{{instance}}"),),
    ),
    _each("Memory", "Resident memory of each replica.", "bytes", "process_resident_memory_bytes"),
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

DEPTH = (
    Row("Topics", _TOPICS),
    Row("Queues", _QUEUES),
    Row("Producer", _PRODUCER),
    Row("Idempotency", _IDEMPOTENCY),
    Row("HTTP", _HTTP),
    Row("Secrets", _SECRETS),
    Row("Process", _PROCESS),
)
