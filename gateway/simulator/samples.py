"""Samples: the events of cStar's own document, as data (`samples.json`) made fresh.

May live here: what a body says. May not: how it is signed and sent.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import msgspec

__all__ = ["VARIANTS", "sample"]


class _Sample(msgspec.Struct, frozen=True):
    type: str
    data: msgspec.Raw
    variant: str = ""


_SAMPLES: Mapping[tuple[str, str], bytes] = {
    (each.type, each.variant): bytes(each.data)
    for each in msgspec.json.decode(
        files("gateway.simulator").joinpath("samples.json").read_bytes(), type=list[_Sample]
    )
}


def _variants() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for event_type, variant in _SAMPLES:
        found[event_type] = (*found.get(event_type, ()), variant)
    return found


VARIANTS: Mapping[str, tuple[str, ...]] = MappingProxyType(_variants())
"""Event type to the names of its samples, in the document's order.

The first is always `""`, the document's own. The others are the forms it names in words, such as
the `ticket.message_added` `without_customer` of agent and system replies.
"""


def sample(
    event_type: str,
    *,
    event_id: str,
    team_id: str,
    created_at: datetime | str,
    variant: str = "",
) -> dict[str, Any]:
    """Return a whole event as cStar sends it; the caller owns the dict.

    Every moment in `data` (`created_at`, `resolved_at`, …) is the event's own, and a `team_id` in
    `data` is the envelope's, so that a sample contradicts neither the clock nor itself.

    Args:
        event_type: one of the catalogue's 35.
        event_id: `evt_…`, unique within the team.
        team_id: `team_…`.
        created_at: when it happened; a datetime (naive: local time) is written in UTC with
            milliseconds, as cStar mostly does, a string is taken as it is.
        variant: one of `VARIANTS[event_type]`.

    Raises:
        ValueError: there is no such sample.
    """
    data = _SAMPLES.get((event_type, variant))
    if data is None:
        known = VARIANTS.get(event_type)
        if known is None:
            raise ValueError(f"no sample of {event_type!r}: not one of cStar's event types")
        named = ", ".join(filter(None, known)) or "none"
        raise ValueError(f"{event_type} has no variant {variant!r}; it has: {named}")
    moment = created_at if isinstance(created_at, str) else _in_utc(created_at)
    return {
        "id": event_id,
        "type": event_type,
        "created_at": moment,
        "team_id": team_id,
        "data": _freshened(msgspec.json.decode(data), team_id, moment),
    }


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _freshened(data: dict[str, Any], team_id: str, moment: str) -> dict[str, Any]:
    for name, value in data.items():
        if isinstance(value, dict):
            _freshened(value, team_id, moment)
        elif name == "team_id":
            data[name] = team_id
        elif name.endswith("_at") and value is not None:
            data[name] = moment
    return data
