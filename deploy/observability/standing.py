"""Standing: what the promise stands on: Kafka, secrets and clocks, and what is rolled out."""

from deploy.observability.panel import Panel
from deploy.observability.query import (
    Query,
    gauge,
    increase,
    quantile,
    quantiles,
    rate,
    selector,
)
from deploy.observability.slo import ACK_TIME

__all__ = ["KAFKA", "ROLLOUTS", "SECRETS"]


KAFKA = (
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
            Query(increase("cstar_gateway_kafka_errors_total", "kind"), "{{kind}}"),
            Query(
                increase("cstar_gateway_kafka_producer_replacements_total", "cause"),
                "replaced: {{cause}}",
            ),
        ),
        bars=True,
        stacked=True,
        runbook="kafka.md#cstargatewayproducerreplacedoften",
    ),
)

SECRETS = (
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

ROLLOUTS = (
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
