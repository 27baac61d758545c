"""Observer: what the sink tells whoever measures it.

May live here: the protocol and its silent default. May not: metrics themselves.
"""

from typing import Protocol

__all__ = ["Silent", "SinkObserver"]


class SinkObserver(Protocol):
    """Told of batches and of the producer's fortunes; called on the event loop, must not block."""

    def batch_acked(self, topic: str, records: int, size: int, seconds: float) -> None:
        """Kafka has a batch of `size` bytes, `seconds` after its first record was published."""

    def batch_failed(self, topic: str, kind: str) -> None:
        """A batch failed for good; `kind` is one of `failures.KINDS`."""

    def producer_replaced(self, cause: str) -> None:
        """A fresh producer took over; `cause` is one of `supervisor.CAUSES`."""

    def connected(self, *, connected: bool) -> None:
        """Kafka became reachable, or stopped being so."""


class Silent:
    """Tells no one."""

    def batch_acked(self, topic: str, records: int, size: int, seconds: float) -> None:
        """Ignore it."""

    def batch_failed(self, topic: str, kind: str) -> None:
        """Ignore it."""

    def producer_replaced(self, cause: str) -> None:
        """Ignore it."""

    def connected(self, *, connected: bool) -> None:
        """Ignore it."""
