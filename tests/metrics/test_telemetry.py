"""Telemetry: all meters of one gateway on one Prometheus registry."""

import platform

from prometheus_client import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

import gateway
from gateway.metrics import labels
from gateway.metrics.registry import METRICS, Kind
from gateway.metrics.telemetry import Telemetry

TRACEPARENT = f"00-{'a' * 32}-{'b' * 16}-01"
WATCHED = (
    "cstar_gateway_http_connections",
    "cstar_gateway_in_flight_deliveries",
    "cstar_gateway_in_flight_bytes",
    "cstar_gateway_kafka_queued_bytes",
    "cstar_gateway_kafka_queue_limit_bytes",
    "cstar_gateway_kafka_oldest_unacked_seconds",
    "cstar_gateway_idempotency_ids",
    "cstar_gateway_idempotency_evicted_ids_total",
    "cstar_gateway_idempotency_window_seconds",
    "cstar_gateway_idempotency_bytes",
    "cstar_gateway_idempotency_in_flight",
    "cstar_gateway_idempotency_complete",
    "cstar_gateway_idempotency_unwritten_marks",
    "cstar_gateway_idempotency_journal_lag_seconds",
    "cstar_gateway_idempotency_dropped_marks_total",
    "cstar_gateway_idempotency_recovered_events_total",
    "cstar_gateway_idempotency_cold_starts_total",
)


def full() -> Telemetry:
    """Return telemetry whose every gauge is watched, as the composed gateway's are."""
    telemetry = Telemetry(topics=["cstar.tickets"], webhooks={"crm": 2})
    for name in WATCHED:
        telemetry.watch(name, lambda: 1)
    for check in labels.CHECK.values:
        telemetry.watch("cstar_gateway_ready", lambda: 1, check)
    return telemetry


def test_every_metric_of_the_registry_is_shown() -> None:
    """The list and the scrape are the same set, kind by kind, help by help."""
    families = {
        family.name: family for family in plain(generate_latest(full().collectors).decode())
    }
    for name, metric in METRICS.items():
        family = families.pop(name.removesuffix("_total"), None) or families.pop(name)
        assert family.documentation == metric.help
        kind = "gauge" if metric.kind is Kind.INFO else metric.kind.value
        assert family.type == kind
        assert family.samples
    assert {name.partition("_")[0] for name in families} <= {"process", "python"}


def test_the_openmetrics_form_is_valid() -> None:
    """Prometheus's strict parser takes every line."""
    text = generate_openmetrics(full().collectors).decode()
    assert {family.name for family in openmetrics(text)}


def test_a_trace_is_shown_in_openmetrics_alone() -> None:
    """An exemplar stands where the format has room for one; the other form stays as it was."""
    telemetry = full()
    telemetry.requests.delivered(202, 0.003)
    telemetry.requests.traced(202, 0.003, TRACEPARENT)
    families = openmetrics(generate_openmetrics(telemetry.collectors).decode())
    shown = [
        (sample.labels["le"], sample.exemplar)
        for family in families
        for sample in family.samples
        if sample.exemplar
    ]
    ((bound, exemplar),) = shown
    assert (bound, exemplar.value) == ("0.005", 0.003)
    assert exemplar.labels == {"trace_id": "a" * 32, "span_id": "b" * 16}
    assert "trace_id" not in generate_latest(telemetry.collectors).decode()


def test_samples_have_the_labels_of_the_registry() -> None:
    """No sample has a label, or misses one, that the list does not say."""
    for family in full().collectors.collect():
        for sample in family.samples:
            metric = next(
                (
                    METRICS[name]
                    for name in (family.name, f"{family.name}_total", sample.name)
                    if name in METRICS
                ),
                None,
            )
            if metric is not None:
                wanted = {label.name for label in metric.labels}
                assert set(sample.labels) - {"le"} == wanted
                for label in metric.labels:
                    assert not label.values or sample.labels[label.name] in label.values


def test_the_build_is_told() -> None:
    """Which version runs, on which Python."""
    collectors = full().collectors
    version = {"version": gateway.__version__, "python": platform.python_version()}
    assert collectors.get_sample_value("cstar_gateway_build_info", version) == 1


def test_two_gateways_in_one_process_do_not_mix() -> None:
    """Nothing is global: each telemetry counts for itself."""
    first, second = full(), full()
    first.ledger.received()
    name = "cstar_gateway_deliveries_received_total"
    assert first.collectors.get_sample_value(name) == 1
    assert second.collectors.get_sample_value(name) == 0
