"""Book: the open series of one gateway, by metric name.

A series can be opened only under a name of the registry, as the kind and with the labels it has
there; so nothing can be shown that is not in the one list.
"""

from collections.abc import Callable, Iterable
from itertools import product

from gateway.metrics.registry import METRICS, Kind, Metric
from gateway.metrics.series import Distributions, Info, Labels, Series, Tally, Watched

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
        """Open a gauge, or a count that another part keeps; it is asked for at each scrape."""
        metric = _metric(name, Kind.GAUGE, Kind.COUNTER)
        if len(values) != len(metric.labels):
            raise ValueError(f"{name} has {len(metric.labels)} labels, not {len(values)}")
        opened = self.series.setdefault(name, Watched())
        if isinstance(opened, Watched):
            opened.asks[values] = ask

    def info(self, name: str, **values: str) -> None:
        """Say something once."""
        metric = _metric(name, Kind.INFO)
        if set(values) != {label.name for label in metric.labels}:
            raise ValueError(f"{name} does not have the labels {', '.join(values)}")
        self.series[name] = Info(values)


def _metric(name: str, *kinds: Kind) -> Metric:
    metric = METRICS.get(name)
    if metric is None or metric.kind not in kinds:
        raise ValueError(f"{name} is not a {' or '.join(kinds)} of the registry")
    return metric
