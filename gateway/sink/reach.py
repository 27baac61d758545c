"""Reach: whether Kafka is in reach, as probes and acks tell.

May live here: the judgement, and telling it once. May not: probing (`supervisor` does).
"""

from asyncio import get_running_loop

import structlog

from gateway.pipeline.reasons import Reason
from gateway.sink.knock import why
from gateway.sink.observer import SinkObserver
from gateway.sink.publisher import Publisher

__all__ = ["Reach"]

_log = structlog.get_logger(__name__)

_FAILURES = 2  # probes in a row, with no ack meanwhile
_REPEAT_AFTER = 30.0  # seconds: how often the log repeats that Kafka is out of reach


class Reach:
    """Opens the publisher when Kafka is in reach, shuts it when it is not.

    Attributes:
        connected: None before the first word.
    """

    def __init__(self, servers: str, publisher: Publisher, observer: SinkObserver) -> None:
        self._servers = servers
        self._publisher = publisher
        self._observer = observer
        self._loop = get_running_loop()
        self._failures = 0
        self._failing_since = 0.0
        self._said_at = float("-inf")
        self.connected: bool | None = None

    def succeeded(self) -> None:
        """Kafka answered, or acked."""
        self._failures = 0
        if self.connected:
            return
        self.connected = True
        self._said_at = float("-inf")
        self._publisher.accept()
        self._observer.connected(connected=True)
        _log.info("kafka connected", servers=self._servers)

    def failed(
        self, error: BaseException, *, told: str | None = None, certain: bool = False
    ) -> None:
        """Kafka did not answer.

        Args:
            error: what happened instead.
            told: why, for people, where it is known better than the error tells.
            certain: there is no producer that might do better, so once is enough.
        """
        now = self._loop.time()
        if not self._failures:
            self._failing_since = now
        self._failures += 1
        believed = certain or self._failures >= _FAILURES
        if not believed or self._publisher.acked_at > self._failing_since:
            return
        told = told or why(error)
        refusal = f"Kafka cannot be reached at {self._servers}: {told}"
        self._publisher.refuse(Reason.KAFKA_UNAVAILABLE, refusal)
        if self.connected is not False:
            self.connected = False
            self._observer.connected(connected=False)
        if now - self._said_at >= _REPEAT_AFTER:
            self._said_at = now
            _log.warning("kafka unreachable", servers=self._servers, error=told)
