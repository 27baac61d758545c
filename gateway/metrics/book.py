"""Book: the open series of one gateway, by metric name.

A series can be opened only under a name of the registry, as the kind and with the labels it has
there; so nothing can be shown that is not in the one list.
"""

from collections.abc import Callable, Iterable
from itertools import product

from gateway.metrics.registry import METRICS, Kind, Metric
from gateway.metrics.series import Distributions, Gauges, Info, Labels, Series, Tally

__all__ = ["Book"]


class Book:
    """Opens series and keeps them.

    Attributes:
        series: what is open.
    """

    __slots__ = ("series",)

    def __init__(self) -> None:
        self.series: dict[str, Series] = {}

    def tally(self, name: str, known: Iterable[Labels] | None = None) -> Tally:
        """Open a counter.

        Args:
            name: of the metric.
            known: label values that are there at zero from the start; every combination of the
                labels' closed sets where left out.
        """
        metric = _metric(name, Kind.COUNTER)
        if known is None:
            known = product(*(label.values for label in metric.labels))
        opened = self.series[name] = Tally(known)
        return opened

    def distributions(self, name: str, known: Iterable[Labels]) -> Distributions:
        """Open a histogram; `known` are the label values that are there from the start."""
        metric = _metric(name, Kind.HISTOGRAM)
        opened = self.series[name] = Distributions(metric.buckets, known)
        return opened

    def watch(self, name: str, ask: Callable[[], float], *values: str) -> None:
        """Open a gauge that asks for its value at scrape."""
        metric = _metric(name, Kind.GAUGE)
        if len(values) != len(metric.labels):
            raise ValueError(f"{name} has {len(metric.labels)} labels, not {len(values)}")
        opened = self.series.setdefault(name, Gauges())
        if isinstance(opened, Gauges):
            opened.asks[values] = ask

    def info(self, name: str, **values: str) -> None:
        """Say something once."""
        metric = _metric(name, Kind.INFO)
        if set(values) != {label.name for label in metric.labels}:
            raise ValueError(f"{name} does not have the labels {', '.join(values)}")
        self.series[name] = Info(values)


def _metric(name: str, kind: Kind) -> Metric:
    metric = METRICS.get(name)
    if metric is None or metric.kind is not kind:
        raise ValueError(f"{name} is not a {kind} of the registry")
    return metric
