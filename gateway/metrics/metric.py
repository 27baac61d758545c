"""Metric: what is said of one metric, and the three ways to say it."""

from enum import StrEnum

import msgspec

from gateway.metrics.labels import Label

__all__ = ["Kind", "Metric", "counter", "gauge", "histogram"]


class Kind(StrEnum):
    """How a metric behaves, in Prometheus's words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    INFO = "info"


class Metric(msgspec.Struct, frozen=True):
    """One metric.

    Attributes:
        name: as Prometheus stores it, suffix included (`_total`, `_info`).
        kind: how it behaves.
        unit: what one of it is, for people: `deliveries`, `s`, `bytes`.
        help: one sentence.
        labels: each with its closed set.
        buckets: a histogram's upper bounds, in the unit, without infinity.
    """

    name: str
    kind: Kind
    unit: str
    help: str
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()


def counter(name: str, unit: str, text: str, *having: Label) -> Metric:
    """Return a counter; `name` without what all counters of the gateway have about it."""
    return Metric(f"cstar_gateway_{name}_total", Kind.COUNTER, unit, text, having)


def gauge(name: str, unit: str, text: str, *having: Label) -> Metric:
    """Return a gauge; `name` without what all gauges of the gateway have before it."""
    return Metric(f"cstar_gateway_{name}", Kind.GAUGE, unit, text, having)


def histogram(
    name: str, unit: str, text: str, buckets: tuple[float, ...], *having: Label
) -> Metric:
    """Return a histogram; `name` whole, for one of them is OpenTelemetry's."""
    return Metric(name, Kind.HISTOGRAM, unit, text, having, buckets)
