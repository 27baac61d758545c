"""Requests: the HTTP edge's numbers."""

import time
from collections.abc import Callable
from typing import final

from gateway.metrics import labels
from gateway.metrics.book import Book

__all__ = ["RequestMeter"]

_NAME = "http_server_request_duration_seconds"
_ROUTE, _UNMATCHED = labels.ROUTE.values
_METHODS = frozenset(labels.METHOD.values)
_USUAL = ("200", "202", "401", "503")
_SAMPLED = 1  # of a traceparent's flags


@final
class RequestMeter:
    """Counts requests and connections of the public listener.

    Args:
        book: where the series are opened.
        clock: seconds since the epoch.
    """

    __slots__ = ("_clock", "_durations", "_handshakes", "_over_limit", "_usual")

    def __init__(self, book: Book, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        usual = {status: ("POST", status, _ROUTE) for status in _USUAL}
        self._durations = book.distributions(_NAME, usual.values())
        self._usual = {int(code): self._durations.at(*key) for code, key in usual.items()}
        self._over_limit = book.tally("cstar_gateway_http_connections_over_limit_total")
        self._handshakes = book.tally("cstar_gateway_tls_handshakes_total")

    def delivered(self, status: int, seconds: float) -> None:
        """Count an answer to a POST on the route."""
        usual = self._usual.get(status)
        if usual is not None:
            usual.observe(seconds)
        else:
            self.answered("POST", status, seconds, routed=True)

    def traced(self, status: int, seconds: float, traceparent: str) -> None:
        """Keep an answer to a POST on the route as its bucket's exemplar, if its trace is kept.

        Args:
            status: of the answer, which was counted.
            seconds: from the head to the answer.
            traceparent: well formed; of a delivery that was proved.
        """
        _, trace_id, span_id, flags = traceparent.split("-")
        if int(flags, 16) & _SAMPLED:
            series = self._durations.at("POST", str(status), _ROUTE)
            trace = {"trace_id": trace_id, "span_id": span_id}
            series.exemplify(seconds, trace, self._clock())

    def answered(self, method: str, status: int, seconds: float, *, routed: bool) -> None:
        """Count any answer.

        Args:
            method: as it came; what OpenTelemetry does not know is counted as `_OTHER`.
            status: of the answer.
            seconds: from the head to the answer.
            routed: whether the path is the one that deliveries go to.
        """
        labels_of_it = (
            method if method in _METHODS else "_OTHER",
            str(status),
            _ROUTE if routed else _UNMATCHED,
        )
        self._durations.at(*labels_of_it).observe(seconds)

    def over_limit(self, how: str) -> None:
        """Count a connection closed for want of room: `evicted` or `refused`."""
        self._over_limit.add(how)

    def handshake(self, ending: str) -> None:
        """Count a TLS handshake: `done`, `failed`, `timeout` or `evicted`."""
        self._handshakes.add(ending)
