"""Reading what a scrape would see."""

from prometheus_client import CollectorRegistry, generate_latest

from gateway.metrics.book import Book
from gateway.metrics.exposition import Exposition

__all__ = ["Reading"]


class Reading:
    """A book under test, and its samples as Prometheus sees them."""

    def __init__(self) -> None:
        self.book = Book()
        self._registry = CollectorRegistry()
        self._registry.register(Exposition(self.book.series))

    def value(self, name: str, **labels: str) -> float | None:
        """Return one sample; None where there is none."""
        return self._registry.get_sample_value(name, labels)

    def exemplars(self, name: str) -> dict[str, tuple[object, ...]]:
        """Return a histogram's exemplars by bucket: labels, value and time."""
        return {
            sample.labels["le"]: (
                sample.exemplar.labels,
                sample.exemplar.value,
                sample.exemplar.timestamp,
            )
            for family in self._registry.collect()
            for sample in family.samples
            if family.name == name and sample.exemplar is not None
        }

    def text(self) -> str:
        """Return the whole scrape."""
        return generate_latest(self._registry).decode()
