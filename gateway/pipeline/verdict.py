"""Verdict: how a delivery ended, for whoever answers it."""

from typing import final

from gateway.pipeline.plain import Plain
from gateway.pipeline.reasons import Reason

__all__ = ["Subject", "Verdict"]


@final
class Verdict(Plain):
    """How a delivery ended.

    Attributes:
        reason: the row of `ENDINGS` that answers it.
        event_id: from the signed body; None where none could be read.
        event_type: the metrics' label: one of the 35 types, or `other`.
        detail: for people; empty where the reason says it all.
    """

    __slots__ = ("detail", "event_id", "event_type", "reason")

    def __init__(
        self,
        reason: Reason,
        event_id: str | None = None,
        event_type: str = "other",
        detail: str = "",
    ) -> None:
        self.reason = reason
        self.event_id = event_id
        self.event_type = event_type
        self.detail = detail

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.reason, self.event_id, self.event_type, self.detail


@final
class Subject(Plain):
    """Which event a delivery brings, as far as it could be read; see `Verdict`."""

    __slots__ = ("event_id", "event_type")

    def __init__(self, event_id: str | None, event_type: str) -> None:
        self.event_id = event_id
        self.event_type = event_type

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.event_id, self.event_type

    def verdict(self, reason: Reason, detail: str = "") -> Verdict:
        """Return that its delivery ended so."""
        return Verdict(reason, self.event_id, self.event_type, detail)
