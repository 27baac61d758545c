"""Batches: the Kafka edge's numbers, which aiokafka does not export. Implements `SinkObserver`."""

import time
from collections.abc import Callable, Iterable
from functools import partial

from gateway.events.catalogue import OTHER
from gateway.metrics import labels
from gateway.metrics.book import Book

__all__ = ["BatchMeter"]

_FAILURES = frozenset(labels.BATCH_FAILURE.values)
_CAUSES = frozenset(labels.CAUSE.values)


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
        self._seconds = {topic: seconds.at(topic) for (topic,) in known}
        self._records = {topic: records.at(topic) for (topic,) in known}
        self._other = (seconds.at(OTHER), records.at(OTHER))
        self._bytes = book.tally("cstar_gateway_kafka_acked_bytes_total", known)
        self._last_ack = dict.fromkeys((topic for (topic,) in known), 0.0)
        for topic in self._last_ack:
            ask = partial(self._last_ack.__getitem__, topic)
            book.watch("cstar_gateway_kafka_last_ack_timestamp_seconds", ask, topic)
        self._failures = book.tally("cstar_gateway_kafka_errors_total")
        self._replacements = book.tally("cstar_gateway_kafka_producer_replacements_total")
        self._connected = 0
        book.watch("cstar_gateway_kafka_connected", lambda: self._connected)

    def batch_acked(self, topic: str, records: int, size: int, seconds: float) -> None:
        """Count a batch of `size` bytes that Kafka has, `seconds` after its first record."""
        if topic in self._seconds:
            self._seconds[topic].observe(seconds)
            self._records[topic].observe(records)
            self._bytes.add(topic, by=size)
            self._last_ack[topic] = self._clock()
        else:
            self._other[0].observe(seconds)
            self._other[1].observe(records)
            self._bytes.add(OTHER, by=size)

    def batch_failed(self, topic: str, kind: str) -> None:  # noqa: ARG002 - errors are by kind
        """Count a batch that failed for good."""
        self._failures.add(kind if kind in _FAILURES else "unknown")

    def producer_replaced(self, cause: str) -> None:
        """Count a producer that was replaced."""
        self._replacements.add(cause if cause in _CAUSES else OTHER)

    def connected(self, *, connected: bool) -> None:
        """Note whether Kafka can be reached."""
        self._connected = int(connected)
