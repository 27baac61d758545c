"""Table: the reference of docs/metrics.md, read off the registry; `make docs` writes it."""

from gateway.metrics.labels import EVENT_TYPE, Label
from gateway.metrics.registry import METRICS, Kind, Metric

__all__ = ["render"]

_HEAD = "| metric | kind | unit | meaning |\n|---|---|---|---|"
_LABELS_HEAD = "| label | values | on |\n|---|---|---|"
_LONGEST = 12  # values listed in a row; a longer set is told by what bounds it


def render() -> str:
    """Return the metrics, the labels and the buckets as Markdown."""
    rows = "\n".join(_row(metric) for metric in METRICS.values())
    buckets = "\n".join(
        f"- `{metric.name}`: {' '.join(f'{bound:g}' for bound in metric.buckets)} {metric.unit}"
        for metric in METRICS.values()
        if metric.kind is Kind.HISTOGRAM
    )
    return f"{_HEAD}\n{rows}\n\n## Labels\n\n{_LABELS_HEAD}\n{_labels()}\n\n## Buckets\n\n{buckets}"


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label.name}`" for label in metric.labels)
    having = f" By {labels}." if labels else ""
    return f"| `{metric.name}` | {metric.kind} | {metric.unit} | {metric.help}{having} |"


def _labels() -> str:
    found: dict[Label, list[str]] = {}
    for metric in METRICS.values():
        for label in metric.labels:
            found.setdefault(label, []).append(f"`{metric.name}`")
    return "\n".join(
        f"| `{label.name}` | {_values(label)} | {', '.join(names)} |"
        for label, names in found.items()
    )


def _values(label: Label) -> str:
    few = len(label.values) <= _LONGEST and label is not EVENT_TYPE
    listed = " ".join(f"`{value}`" if value else "(empty)" for value in label.values if few)
    return f"{listed}: {label.bound}" if listed else label.bound
