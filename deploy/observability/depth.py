"""Depth: the dashboard that shows every part, for whoever asks why."""

from deploy.observability.memory import IDEMPOTENCY
from deploy.observability.panel import Panel, Row, each
from deploy.observability.process import HTTP, PROCESS, SECRETS
from deploy.observability.query import (
    Query,
    gauge,
    increase,
    quantile,
    rate,
    share,
)

__all__ = ["DEPTH"]

_ACK = "cstar_gateway_kafka_ack_seconds"


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
                increase(f"{_ACK}_bucket", "le"),
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
    each(
        "Oldest unacked record",
        "It grows while Kafka stands still, when no latency can be measured.",
        "s",
        "cstar_gateway_kafka_oldest_unacked_seconds",
        "kafka.md#cstargatewaykafkadisconnected",
    ),
    each(
        "Deliveries in flight",
        "Received and not answered yet.",
        "short",
        "cstar_gateway_in_flight_deliveries",
    ),
    each(
        "Bytes in flight",
        "Bodies of deliveries that are not answered yet.",
        "bytes",
        "cstar_gateway_in_flight_bytes",
    ),
    each(
        "Events in flight",
        "Claimed and not settled by Kafka yet, those told 503 and still on their way included.",
        "short",
        "cstar_gateway_idempotency_in_flight",
    ),
    each(
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

DEPTH = (
    Row("Topics", _TOPICS),
    Row("Queues", _QUEUES),
    Row("Producer", _PRODUCER),
    Row("Idempotency", IDEMPOTENCY),
    Row("HTTP", HTTP),
    Row("Secrets", SECRETS),
    Row("Process", PROCESS),
)
