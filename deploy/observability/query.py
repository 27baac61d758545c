"""Query: PromQL of the dashboards, from names of the registry alone.

A metric that the registry does not have cannot be asked for; every selector carries the dashboard's
variables, and every counter is under `rate` or `increase`.
"""

from typing import NamedTuple

from gateway.metrics.registry import METRICS, Kind

__all__ = [
    "Query",
    "gauge",
    "grown",
    "increase",
    "quantile",
    "quantiles",
    "rate",
    "selector",
    "share",
]

_SUFFIXES = {Kind.HISTOGRAM: ("_bucket", "_count", "_sum")}
_FOREIGN = (  # prometheus_client's own, of the process
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "python_gc_collections_total",
)


class Query(NamedTuple):
    """One line, or one family of lines, of a panel.

    Attributes:
        expr: PromQL.
        legend: what a line is called, `{{label}}` filled in.
        exemplar: whether single traces are shown beside it.
        heat: whether it is buckets of a heatmap.
    """

    expr: str
    legend: str = ""
    exemplar: bool = False
    heat: bool = False


def selector(name: str, match: str = "") -> str:
    """Return a selector of a metric within the dashboard's job and instances.

    Raises:
        ValueError: the registry has no such series.
    """
    if name not in _FOREIGN and not _registered(name):
        raise ValueError(f"{name} is no series of the registry")
    also = f", {match}" if match else ""
    return f'{name}{{job=~"$job", instance=~"$instance"{also}}}'


def _registered(name: str) -> bool:
    metric = METRICS.get(name)
    if metric is not None:
        return metric.kind is not Kind.HISTOGRAM
    stem, _, suffix = name.rpartition("_")
    of = METRICS.get(stem)
    return of is not None and f"_{suffix}" in _SUFFIXES.get(of.kind, ())


def _by(labels: str) -> str:
    return f"sum by ({labels}) " if labels else "sum "


def rate(name: str, by: str = "", match: str = "") -> str:
    """Return how fast a counter grows, summed by labels."""
    return f"{_by(by)}(rate({selector(name, match)}[$__rate_interval]))"


def increase(name: str, by: str = "", match: str = "") -> str:
    """Return by how much a counter grew from point to point, summed by labels."""
    return f"{_by(by)}(increase({selector(name, match)}[$__rate_interval]))"


def grown(name: str, by: str = "", match: str = "") -> str:
    """Return by how much a counter grew over all that the dashboard shows."""
    return f"{_by(by)}(increase({selector(name, match)}[$__range]))"


def gauge(name: str, of: str = "sum", by: str = "", match: str = "") -> str:
    """Return a gauge, aggregated by labels."""
    grouped = f"{of} by ({by}) " if by else f"{of} "
    return f"{grouped}({selector(name, match)})"


def share(part: str, whole: str) -> str:
    """Return a part of a whole; where there was nothing, there is no share."""
    return f"{part}\n/\n({whole} > 0)"


def quantile(of: float, name: str, by: str = "", match: str = "") -> str:
    """Return a quantile of a histogram by labels."""
    grouped = f"{by}, le" if by else "le"
    buckets = f"rate({selector(f'{name}_bucket', match)}[$__rate_interval])"
    return f"histogram_quantile({of:g}, sum by ({grouped}) ({buckets}))"


def quantiles(name: str, match: str = "", *, exemplar: bool = False) -> tuple[Query, ...]:
    """Return the median, and what one in twenty and one in a hundred exceed."""
    return tuple(
        Query(quantile(of, name, match=match), f"p{of * 100:g}", exemplar=exemplar)
        for of in (0.5, 0.95, 0.99)
    )
