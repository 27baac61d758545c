"""Tally: what became of deliveries, told one by one and in sum."""

from collections import Counter
from typing import Any

import msgspec
from rich.text import Text

from gateway.logs import clean
from gateway.pipeline.reasons import ENDINGS, Reason
from gateway.simulator.sender import Attempt, Sent

__all__ = ["Tally", "as_json", "line", "outcome_of"]

NO_ANSWER = "no answer"
_STYLES = {"accepted": "green", "duplicate": "cyan", "filtered": "cyan", "quarantined": "yellow"}
_CLIENT_ERROR = range(400, 500)


def outcome_of(attempt: Attempt) -> str:
    """Return the ledger's word for an answer, as the sender can know it."""
    if attempt.status is None:
        return NO_ANSWER
    reason = attempt.answer.get("reason")
    if isinstance(reason, str) and reason in Reason.__members__.values():
        return ENDINGS[Reason(reason)].outcome.value
    said = attempt.answer.get("status")
    return str(clean(said)) if isinstance(said, str) else "answered"


def line(sent: Sent) -> Text:
    """Tell of one event: a line for each attempt, and why where it was not taken."""
    told = Text()
    for place, attempt in enumerate(sent.attempts):
        outcome = outcome_of(attempt)
        status = "---" if attempt.status is None else str(attempt.status)
        told.append("\n" if place else "")
        told.append(f"{status}  {outcome:<12}", style=_STYLES.get(outcome, "bold red"))
        told.append(f"{attempt.seconds * 1000:8.1f} ms  ")
        told.append(f"{clean(sent.occurrence.type):<28}  ", style="bold")
        told.append(str(clean(sent.occurrence.id)))
        if attempt.number > 1:
            told.append(f"  attempt {attempt.number}", style="dim")
        why = _why(attempt)
        if why:
            told.append(f"\n     {why}", style="dim")
    return told


def as_json(sent: Sent) -> bytes:
    """Return one JSON object: the event and every attempt."""
    return msgspec.json.encode(
        {
            "id": sent.occurrence.id,
            "type": sent.occurrence.type,
            "team_id": sent.occurrence.team_id,
            "succeeded": sent.last.succeeded,
            "attempts": [
                {
                    "attempt": attempt.number,
                    "status": attempt.status,
                    "outcome": outcome_of(attempt),
                    "reason": attempt.answer.get("reason"),
                    "milliseconds": round(attempt.seconds * 1000, 3),
                    "error": attempt.error or None,
                }
                for attempt in sent.attempts
            ],
        }
    )


class Tally:
    """Counts deliveries by outcome, as their sender saw them."""

    def __init__(self) -> None:
        self.events = 0
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.refused = 0
        self.succeeded = 0
        self._milliseconds: list[float] = []

    def add(self, sent: Sent) -> None:
        """Count one event; its last attempt decides."""
        last = sent.last
        self.events += 1
        self.outcomes[outcome_of(last)] += 1
        self.reasons[str(last.answer.get("reason", ""))] += 1
        self.refused += last.status is not None and last.status in _CLIENT_ERROR
        self.succeeded += last.succeeded
        self._milliseconds.append(last.seconds * 1000)

    def text(self) -> Text:
        """Tell the sum: how many, what became of them, how long they took."""
        told = Text(f"{self.events} sent", style="bold")
        for outcome, count in self.outcomes.most_common():
            told.append("  ")
            told.append(f"{count} {outcome}", style=_STYLES.get(outcome, "bold red"))
        if self._milliseconds:
            ordered = sorted(self._milliseconds[-10_000:])
            middle, high = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
            told.append(f"  p50 {middle:.1f} ms  p99 {high:.1f} ms", style="dim")
        return told


def _why(attempt: Attempt) -> str:
    if attempt.error:
        return attempt.error
    if attempt.succeeded:
        return ""
    parts: list[Any] = [attempt.answer.get(name) for name in ("reason", "title", "detail")]
    return ": ".join(str(clean(part)) for part in dict.fromkeys(map(str, filter(None, parts))))
