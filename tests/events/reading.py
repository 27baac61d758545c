"""Reading: a test's `data` becomes an event, if the contract has nothing to say against it."""

from typing import Any, TypeVar

import msgspec

from gateway.events import Event, decode
from gateway.events.contract import check

__all__ = ["read"]

E = TypeVar("E", bound=Event[Any])


def read(struct: type[E], data: dict[str, Any]) -> E:
    """Return the event of this struct with this data; no drift of any kind is let pass."""
    event_type = str(struct.__struct_config__.tag)
    body = msgspec.json.encode(
        {
            "id": "evt_1",
            "type": event_type,
            "created_at": "2026-04-27T18:42:11.000Z",
            "team_id": "team_1",
            "data": data,
        }
    )
    assert check(event_type, body) == ()
    event = decode(body)
    assert isinstance(event, struct)
    return event
