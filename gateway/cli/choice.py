"""Choice: which records of the quarantine are meant, and times as people write them."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from gateway.config.quantities import Duration
from gateway.pipeline.quarantined import Quarantined
from gateway.pipeline.subscription import Subscription

__all__ = ["Choice", "choose", "parse_time"]

_duration = Duration(0)


class Choice(NamedTuple):
    """What a record must match: one of each list that is not empty, and the times.

    Attributes:
        ids: event ids.
        types: event types; None for any.
        teams: team ids.
        reasons: why it is there.
        since: not older than this arrival, seconds since the epoch.
        until: older than this arrival.
        limit: so many at most, the oldest.
    """

    ids: Collection[str] = ()
    types: Subscription | None = None
    teams: Collection[str] = ()
    reasons: Collection[str] = ()
    since: float | None = None
    until: float | None = None
    limit: int | None = None

    def takes(self, kept: Quarantined) -> bool:
        """Tell whether a record is meant."""
        return (
            (self.since is None or kept.arrived_at >= self.since)
            and (self.until is None or kept.arrived_at < self.until)
            and (not self.reasons or kept.reason in self.reasons)
            and (not self.ids or kept.id in self.ids)
            and (not self.teams or kept.team in self.teams)
            and (self.types is None or (kept.type is not None and self.types.wants(kept.type)))
        )


def choose(
    *,
    ids: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
    teams: Sequence[str] | None = None,
    reasons: Sequence[str] | None = None,
    since: float | None = None,
    until: float | None = None,
    limit: int | None = None,
) -> Choice:
    """Return the choice that options make; None and nothing mean any."""
    return Choice(
        frozenset(ids or ()),
        Subscription(types) if types else None,
        frozenset(teams or ()),
        frozenset(reasons or ()),
        since,
        until,
        limit,
    )


def parse_time(text: str, now: float) -> float:
    """Return a time as seconds since the epoch: `2h` ago, a date, or a date and time.

    A time without an offset is UTC.

    Raises:
        ValueError: it is neither; says what to write.
    """
    ago = _duration.parse(text)
    if ago is not None:
        return now - ago
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{text!r} is not a time; write how long ago (2h, 30m, 7d), or a date and time "
            "(2026-04-27, 2026-04-27T18:42:11Z)"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
