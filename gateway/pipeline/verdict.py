"""Verdict: how a delivery ended, for whoever answers it."""

from gateway.pipeline.fact import Fact
from gateway.pipeline.reasons import Reason

__all__ = ["Subject", "Verdict"]


class Verdict(Fact, frozen=True):
    """How a delivery ended.

    Attributes:
        reason: the row of `ENDINGS` that answers it.
        event_id: from the signed body; None where none could be read.
        event_type: the metrics' label: one of the 35 types, or `other`.
        detail: for people; empty where the reason says it all.
    """

    reason: Reason
    event_id: str | None = None
    event_type: str = "other"
    detail: str = ""


class Subject(Fact, frozen=True):
    """Which event a delivery brings, as far as it could be read; see `Verdict`."""

    event_id: str | None
    event_type: str

    def verdict(self, reason: Reason, detail: str = "") -> Verdict:
        """Return that its delivery ended so."""
        return Verdict(reason, self.event_id, self.event_type, detail)
