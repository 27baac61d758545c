"""PromQL, taken apart: which series an expression asks for, and by which labels."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import promql_parser

from gateway.metrics.registry import METRICS, Kind, Metric

__all__ = ["Asked", "asked", "faults", "grouped", "plain"]

_FROM_SCRAPE = frozenset({"job", "instance", "namespace"})
_FOREIGN = {  # of prometheus_client, and of the kubelet
    "process_": frozenset[str](),
    "python_gc_": frozenset({"generation"}),
    "container_": frozenset[str](),
}


class Asked(NamedTuple):
    """One selector.

    Attributes:
        name: of the series.
        matchers: values or patterns by label.
        window: of a range; None where the moment is asked for.
        under: the functions around it, outermost first.
    """

    name: str
    matchers: Mapping[str, str]
    window: timedelta | None
    under: tuple[str, ...]


def plain(expr: str) -> str:
    """Return a panel's expression with Grafana's own variables filled in."""
    return expr.replace("$__rate_interval", "5m").replace("$__range", "6h")


def asked(expr: str) -> list[Asked]:
    """Return every selector of an expression.

    Raises:
        ValueError: it is not PromQL.
    """
    return list(_selectors(promql_parser.parse(plain(expr)), None, ()))


def _children(node: Any) -> list[Any]:
    names = ("lhs", "rhs", "expr", "param")
    children = [getattr(node, name, None) for name in names] + list(getattr(node, "args", ()))
    return [child for child in children if child is not None]


def _selectors(node: Any, window: timedelta | None, under: tuple[str, ...]) -> Iterator[Asked]:
    if isinstance(node, promql_parser.MatrixSelector):
        yield from _selectors(node.vector_selector, node.range, under)
    elif isinstance(node, promql_parser.VectorSelector):
        matchers = {each.name: each.value for each in node.matchers.matchers}
        yield Asked(node.name or "", matchers, window, under)
    else:
        if isinstance(node, promql_parser.Call):
            under = (*under, node.func.name)
        for child in _children(node):
            yield from _selectors(child, window, under)


def grouped(expr: str) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    """Yield the labels of each aggregation, and the series below it."""
    yield from _groups(promql_parser.parse(plain(expr)))


def _groups(node: Any) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
        names = tuple(each.name for each in _selectors(node.expr, None, ()))
        yield frozenset(node.modifier.labels), names
    for child in _children(node):
        yield from _groups(child)


def faults(expr: str, recorded: frozenset[str] = frozenset()) -> list[str]:
    """Return what an expression asks for that does not exist; `recorded` are series of rules."""
    found: list[str] = []
    for one in asked(expr):
        if one.name in recorded:
            found += [f"{one.name} has no {label}" for label in {*one.matchers} - _FROM_SCRAPE]
            continue
        having = _labels(one.name)
        if having is None:
            found.append(f"there is no {one.name}")
            continue
        for label, value in one.matchers.items():
            if label not in having:
                found.append(f"{one.name} has no {label}")
            elif having[label]:
                alien = {*value.split("|")} - {*having[label]}
                found += [f"{one.name} has no {label} {each}" for each in sorted(alien)]
    for labels, names in grouped(expr):
        for name in names:
            having = {} if name in recorded else _labels(name) or {}
            unknown = labels - _FROM_SCRAPE - set(having)
            found += [f"{name} has no {label}" for label in sorted(unknown)]
    return found


def _labels(name: str) -> dict[str, tuple[str, ...]] | None:
    """Return a series' labels, each with its values where they are closed; None: no such series."""
    for prefix, labels in _FOREIGN.items():
        if name.startswith(prefix):
            return dict.fromkeys((*labels, *_FROM_SCRAPE), ())
    metric = _metric(name)
    if metric is None:
        return None
    found = {label.name: label.values for label in metric.labels}
    if name.endswith("_bucket"):
        found["le"] = (*(repr(float(bound)) for bound in metric.buckets), "+Inf")
    return found | dict.fromkeys(_FROM_SCRAPE, ())


def _metric(name: str) -> Metric | None:
    metric = METRICS.get(name)
    if metric is not None:
        return metric if metric.kind is not Kind.HISTOGRAM else None
    stem, _, suffix = name.rpartition("_")
    metric = METRICS.get(stem)
    if metric is None or metric.kind is not Kind.HISTOGRAM:
        return None
    summed = {"count", "sum"} if metric.buckets[0] >= 0 else set()  # as Prometheus has it
    return metric if suffix in summed | {"bucket"} else None
