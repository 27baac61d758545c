"""Exposition: numbers to Prometheus families, at scrape and never before."""

from collections.abc import Iterable, Mapping

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from gateway.metrics.registry import METRICS, Kind, Metric
from gateway.metrics.series import Distributions, Series, Tally, Watched

__all__ = ["Exposition"]


class Exposition(Collector):
    """Yields one family for each metric that has numbers, in the registry's order.

    Args:
        series: the numbers by metric name.
    """

    def __init__(self, series: Mapping[str, Series]) -> None:
        self._series = series

    def collect(self) -> Iterable[Family]:
        """Return the families, read at this moment."""
        for name, metric in METRICS.items():
            series = self._series.get(name)
            if series is not None:
                yield _family(metric, series)


def _family(metric: Metric, series: Series) -> Family:
    names = [label.name for label in metric.labels]
    if isinstance(series, Tally):
        counter = CounterMetricFamily(metric.name, metric.help, labels=names)
        for values, count in series.counts.items():
            counter.add_metric(values, count)
        return counter
    if isinstance(series, Distributions):
        histogram = HistogramMetricFamily(metric.name, metric.help, labels=names)
        for values, distribution in series.by_labels.items():
            histogram.add_metric(values, distribution.cumulative(), distribution.total)
        return histogram
    if isinstance(series, Watched):
        kind = GaugeMetricFamily if metric.kind is Kind.GAUGE else CounterMetricFamily
        watched = kind(metric.name, metric.help, labels=names)
        for values, ask in series.asks.items():
            watched.add_metric(values, ask())
        return watched
    info = InfoMetricFamily(metric.name.removesuffix("_info"), metric.help)
    info.add_metric((), series.values)
    return info
