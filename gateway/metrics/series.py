"""Series: the numbers behind a metric, as plain ints and floats.

One thread, one event loop: no locks. prometheus_client's own counters and histograms cost a lock,
and a walk over the buckets, for each number; these cost a dict look-up or a bisection.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import final

from prometheus_client.samples import Exemplar

__all__ = [
    "Bucket",
    "Distribution",
    "Distributions",
    "Info",
    "Labels",
    "Series",
    "Tally",
    "Watched",
]

Bucket = tuple[str, float] | tuple[str, float, Exemplar]
"""`le`, the count at or below it, and a value that fell there with its trace, where one is kept."""

Labels = tuple[str, ...]
"""Label values, in the order of the metric's labels."""


def _place(bounds: tuple[float, ...], value: float) -> int:
    """Return where a value falls: the first bound at or above it (`bisect_left`, compiled)."""
    low, high = 0, len(bounds)
    while low < high:
        middle = (low + high) // 2
        if bounds[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@final
class Tally:
    """Counters by label values.

    Args:
        known: the label values that exist from the start, at zero, so that the first event is
            seen as an increase.
    """

    __slots__ = ("counts",)

    def __init__(self, known: Iterable[Labels] = ((),)) -> None:
        self.counts: dict[Labels, int] = dict.fromkeys(known, 0)

    def add(self, *labels: str, by: int = 1) -> None:
        """Count `by` more."""
        self.counts[labels] = self.counts.get(labels, 0) + by


@final
class Distribution:
    """One histogram: how many values fell at or below each bound.

    Args:
        bounds: upper bounds, ascending, without infinity.
    """

    __slots__ = ("_exemplars", "bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = tuple([float(bound) for bound in bounds])  # an int is slow to compare with
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        self._exemplars: dict[int, Exemplar] = {}

    def observe(self, value: float) -> None:
        """Add one value."""
        self.counts[_place(self.bounds, value)] += 1
        self.total += value

    def exemplify(self, value: float, labels: Mapping[str, str], at: float) -> None:
        """Keep a value just observed, with what it can be looked up by, as its bucket's last."""
        self._exemplars[_place(self.bounds, value)] = Exemplar(dict(labels), value, at)

    def cumulative(self) -> list[Bucket]:
        """Return the buckets as Prometheus wants them: `+Inf` last."""
        rows: list[Bucket] = []
        running = 0
        bounds = (*map(float, self.bounds), float("inf"))
        for index, (bound, count) in enumerate(zip(bounds, self.counts, strict=True)):
            running += count
            row = ("+Inf" if bound == float("inf") else repr(bound), running)
            exemplar = self._exemplars.get(index)
            rows.append(row if exemplar is None else (*row, exemplar))
        return rows


class Distributions:
    """Histograms of the same bounds by label values; made at first use within a closed set.

    Args:
        bounds: upper bounds, ascending, without infinity.
        known: the label values that exist from the start.
    """

    __slots__ = ("_bounds", "by_labels")

    def __init__(self, bounds: tuple[float, ...], known: Iterable[Labels] = ()) -> None:
        self._bounds = bounds
        self.by_labels = {labels: Distribution(bounds) for labels in known}

    def at(self, *labels: str) -> Distribution:
        """Return the histogram of these label values."""
        found = self.by_labels.get(labels)
        if found is None:
            found = self.by_labels[labels] = Distribution(self._bounds)
        return found


class Watched:
    """Gauges, and counts that another part keeps, by label values; asked for at each scrape."""

    __slots__ = ("asks",)

    def __init__(self) -> None:
        self.asks: dict[Labels, Callable[[], float]] = {}


class Info:
    """What is said once: label names and their values.

    Args:
        values: by label name.
    """

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)


Series = Tally | Distributions | Watched | Info
"""What may stand behind a metric."""
