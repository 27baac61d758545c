"""Occurrence: something happened at the help desk, and these are the bytes that say so."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from gateway.simulator import DEV_TEAM
from gateway.simulator.change import Change
from gateway.simulator.samples import VARIANTS, sample

__all__ = ["Occurrence", "happen"]


class Occurrence(NamedTuple):
    """An event as cStar sends it, any number of times.

    Attributes:
        id: the event's, `evt_…`.
        type: such as `ticket.created`.
        team_id: whose.
        body: the delivery's bytes, before any signature.
    """

    id: str
    type: str
    team_id: str
    body: bytes


def happen(
    event_type: str,
    *,
    team_id: str = DEV_TEAM,
    changes: Iterable[Change] = (),
    variant: str = "",
) -> Occurrence:
    """Let an event happen now, under a fresh id.

    Args:
        event_type: one of the catalogue's, or any other, which then says little.
        team_id: whose.
        changes: laid over the event in order; one may change its id, team or type.
        variant: one of the type's `VARIANTS`.

    Raises:
        ValueError: there is no such variant, or a change leads nowhere.
    """
    event_id = f"evt_{event_type.replace('.', '_')}_{uuid.uuid4().hex[:12]}"
    now = datetime.now(UTC)
    if event_type in VARIANTS:
        event = sample(
            event_type, event_id=event_id, team_id=team_id, created_at=now, variant=variant
        )
    else:
        event = _unheard_of(event_type, event_id, team_id, now)
    for change in changes:
        change.apply(event)
    return Occurrence(
        id=str(event["id"]),
        type=str(event["type"]),
        team_id=str(event["team_id"]),
        body=msgspec.json.encode(event),
    )


def _unheard_of(event_type: str, event_id: str, team_id: str, now: datetime) -> dict[str, Any]:
    """Return an event of a type cStar may have one day: it adds types without notice."""
    thing = event_type.partition(".")[0] or "thing"
    return {
        "id": event_id,
        "type": event_type,
        "created_at": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "team_id": team_id,
        "data": {thing: {"id": f"{thing}_{uuid.uuid4().hex[:12]}"}},
    }
