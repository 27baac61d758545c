"""Registry: one list, named as Prometheus and OpenTelemetry want it, every label closed."""

import re

import pytest

from gateway.metrics import labels
from gateway.metrics.registry import METRICS, Kind, Metric
from gateway.pipeline.reasons import ENDINGS
from gateway.sink.failures import KINDS
from gateway.sink.supervisor import CAUSES

SUFFIX = {Kind.COUNTER: "_total", Kind.INFO: "_info"}


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_a_metric_is_named_by_the_rules(metric: Metric) -> None:
    """Names, suffixes and base units are Prometheus's; help is a sentence."""
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", metric.name)
    suffix = SUFFIX.get(metric.kind)
    assert metric.name.endswith(suffix) if suffix else not metric.name.endswith("_total")
    assert re.fullmatch(r"[A-Z].*\.", metric.help)
    if metric.unit == "s":
        assert metric.name.endswith("_seconds")
    if metric.unit == "bytes":
        assert "bytes" in metric.name
    assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM)
    assert list(metric.buckets) == sorted(set(metric.buckets))


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_every_label_is_closed(metric: Metric) -> None:
    """A label has its values written down, or says what bounds them; none is named for the wire."""
    for label in metric.labels:
        assert label.values or label.bound
        assert len(set(label.values)) == len(label.values)
        assert label.name not in {"team", "team_id", "event_id", "path", "url", "peer"}


def test_the_answers_statuses_are_the_table_of_endings() -> None:
    """A status that an answer may have is a label value."""
    assert set(labels.STATUS.values) == {str(ending.status) for ending in ENDINGS.values()}


def test_what_the_sink_may_say_is_a_label() -> None:
    """The sink's kinds of failure and causes are the closed sets here, without a remainder."""
    assert set(labels.BATCH_FAILURE.values) == KINDS
    assert set(labels.CAUSE.values) - {"other"} == CAUSES


def test_answers_are_measured_from_half_a_millisecond_to_the_senders_patience() -> None:
    """The request histogram covers what is asked of it."""
    buckets = METRICS["http_server_request_duration_seconds"].buckets
    assert (buckets[0], buckets[-1]) == (0.0005, 10.0)
