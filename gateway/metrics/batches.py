"""Batches: the Kafka edge's numbers, which aiokafka does not export. Implements `SinkObserver`."""

import time
from collections.abc import Callable, Iterable

from gateway.events.catalogue import OTHER
from gateway.metrics import labels
from gateway.metrics.book import Book
from gateway.metrics.series import Distribution

__all__ = ["BatchMeter"]

_FAILURES = frozenset(labels.BATCH_FAILURE.values)
_CAUSES = frozenset(labels.CAUSE.values)


class _Topic:
    """The series of one topic.

    Attributes:
        last_ack: when it came, seconds since the epoch; 0 before the first.
    """

    __slots__ = ("labels", "last_ack", "records", "seconds")

    def __init__(self, topic: str, seconds: Distribution, records: Distribution) -> None:
        self.labels = (topic,)
        self.seconds = seconds
        self.records = records
        self.last_ack = 0.0

    def tell(self) -> float:
        """Return when the last ack came."""
        return self.last_ack


class BatchMeter:
    """Counts what the sink tells.

    Args:
        book: where the series are opened.
        topics: the closed set of topics; any other is counted as `other`.
        clock: seconds since the epoch.
    """

    def __init__(
        self, book: Book, topics: Iterable[str], clock: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        known = [(topic,) for topic in sorted({*topics})]
        seconds = book.distributions("cstar_gateway_kafka_ack_seconds", known)
        records = book.distributions("cstar_gateway_kafka_batch_records", known)
        self._bytes = book.tally("cstar_gateway_kafka_acked_bytes_total", known)
        self._topics: dict[str, _Topic] = {}
        for (topic,) in known:
            of = self._topics[topic] = _Topic(topic, seconds.at(topic), records.at(topic))
            book.watch("cstar_gateway_kafka_last_ack_timestamp_seconds", of.tell, topic)
        self._other = _Topic(OTHER, seconds.at(OTHER), records.at(OTHER))
        self._failures = book.tally("cstar_gateway_kafka_errors_total")
        self._replacements = book.tally("cstar_gateway_kafka_producer_replacements_total")
        self._connected = 0
        book.watch("cstar_gateway_kafka_connected", lambda: self._connected)

    def batch_acked(self, topic: str, records: int, size: int, seconds: float) -> None:
        """Count a batch of `size` bytes that Kafka has, `seconds` after its first record."""
        of = self._topics.get(topic, self._other)
        of.seconds.observe(seconds)
        of.records.observe(records)
        counts = self._bytes.counts
        counts[of.labels] = counts.get(of.labels, 0) + size
        of.last_ack = self._clock()

    def batch_failed(self, topic: str, kind: str) -> None:  # noqa: ARG002 - errors are by kind
        """Count a batch that failed for good."""
        self._failures.add(kind if kind in _FAILURES else "unknown")

    def producer_replaced(self, cause: str) -> None:
        """Count a producer that was replaced."""
        self._replacements.add(cause if cause in _CAUSES else OTHER)

    def connected(self, *, connected: bool) -> None:
        """Note whether Kafka can be reached."""
        self._connected = int(connected)
