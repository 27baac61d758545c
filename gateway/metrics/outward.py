"""Outward: the registry's rows from Kafka on, and of the process. Join them in `registry`."""

from gateway.metrics import labels
from gateway.metrics.labels import Label
from gateway.metrics.metric import Kind, Metric
from gateway.metrics.metric import counter as _counter
from gateway.metrics.metric import gauge as _gauge
from gateway.metrics.metric import histogram as _histogram

__all__ = ["IDEMPOTENCY", "KAFKA", "PROCESS"]

_ACK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 7.0, 10.0)
_BATCH = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
# A retry of a sender that missed the answer comes 30 s, 2 min, 10 min, 1 h, 6 h and 24 h after the
# one before: each bound is a little more than the sum so far, the last is the window.
_AGE = (1, 5, 60, 300, 1200, 5400, 28800, 118800)
_LAG = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

KAFKA = (
    _histogram(
        "cstar_gateway_kafka_ack_seconds",
        "s",
        "From a batch's first record to Kafka's acknowledgement.",
        _ACK,
        labels.TOPIC,
    ),
    _histogram(
        "cstar_gateway_kafka_batch_records",
        "records",
        "Records in an acknowledged batch.",
        _BATCH,
        labels.TOPIC,
    ),
    _counter("kafka_acked_bytes", "bytes", "Bytes of acknowledged batches.", labels.TOPIC),
    _gauge("kafka_queued_bytes", "bytes", "Records that Kafka has not acknowledged yet."),
    _gauge("kafka_queue_limit_bytes", "bytes", "Queued bytes above which deliveries get a 503."),
    _counter("kafka_errors", "batches", "Batches that failed for good.", labels.BATCH_FAILURE),
    _counter(
        "kafka_producer_replacements", "producers", "Producers replaced by new ones.", labels.CAUSE
    ),
    _gauge("kafka_connected", "0 or 1", "Whether Kafka can be reached."),
    _gauge(
        "kafka_oldest_unacked_seconds",
        "s",
        "Age of the oldest record that Kafka has not acknowledged; 0 where there is none.",
    ),
    _gauge(
        "kafka_last_ack_timestamp_seconds",
        "s",
        "When Kafka last acknowledged a batch, Unix time; 0 for never since the start.",
        labels.TOPIC,
    ),
)

IDEMPOTENCY = (
    _gauge("idempotency_ids", "events", "Events known to be accepted."),
    _gauge("idempotency_window_seconds", "s", "How far back accepted events are known."),
    _counter(
        "idempotency_evicted_ids",
        "events",
        "Known events forgotten before their time: memory was full.",
    ),
    _histogram(
        "cstar_gateway_idempotency_hit_age_seconds",
        "s",
        "How long before a duplicate its event had been accepted.",
        _AGE,
    ),
    _gauge("idempotency_bytes", "bytes", "Memory of the known events."),
    _gauge("idempotency_in_flight", "events", "Events claimed and not settled by Kafka yet."),
    _gauge(
        "idempotency_complete",
        "0 or 1",
        "Whether all events accepted within the window are known: the journal was read back.",
    ),
    _gauge(
        "idempotency_unwritten_marks",
        "events",
        "Accepted events that the journal does not have yet.",
    ),
    _gauge(
        "idempotency_journal_lag_seconds",
        "s",
        "Age of the oldest accepted event that the journal does not have yet.",
    ),
    _counter(
        "idempotency_dropped_marks",
        "events",
        "Accepted events given up for the journal: it took none for too long.",
    ),
    _counter(
        "idempotency_recovered_events",
        "events",
        "Events known from the output topics alone: their writer had died.",
    ),
    _counter(
        "idempotency_cold_starts",
        "starts",
        "Starts after which deliveries were taken before all accepted events were known.",
    ),
    _counter(
        "idempotency_conflicts", "events", "Ids seen again with other data; published, marked."
    ),
)

PROCESS = (
    _gauge(
        "ready",
        "0 or 1",
        "Whether a check of /readyz holds; deliveries are taken where all do.",
        labels.CHECK,
    ),
    _histogram(
        "cstar_gateway_event_loop_lag_seconds",
        "s",
        "How late the event loop is, looked at twice a second.",
        _LAG,
    ),
    Metric(
        "cstar_gateway_build_info",
        Kind.INFO,
        "1",
        "Versions of the gateway and of what it runs on.",
        (
            Label("version", (), "the gateway's version"),
            Label("python", (), "the interpreter's version"),
        ),
    ),
)
