"""Envelope: the wrapper that is the same for every event.

May live here: the fields around `data`. May not: what is in `data` (one module per category).

```
Event[Data]                id, type, created_at, team_id, data, flat
 ├─ TicketCreated …        one subclass per type of the catalogue; its tag is the type
 └─ UnknownEvent           `data` as a plain dict
```
"""

from typing import Any, Generic, TypeVar

from gateway.events.shapes import Shape, Timestamp

__all__ = ["Event", "UnknownEvent"]

DataT = TypeVar("DataT")


class Event(Shape, Generic[DataT]):
    """Something that happened in cStar, told once.

    Attributes:
        id: `evt_…`, unique within the team: the key to dedupe by (`ce_id` of the record).
        created_at: when it happened, by cStar's clock.
        team_id: whose it is; the key of the record.
        data: what happened.
        flat: `data` on one level, names joined with `_`; None in a `nested` payload.
    """

    id: str
    created_at: Timestamp
    team_id: str
    data: DataT
    flat: dict[str, Any] | None = None

    @property
    def type(self) -> str:
        """The event type as cStar writes it, such as `ticket.created`."""
        return str(self.__struct_config__.tag)


class UnknownEvent(Event[dict[str, Any]]):
    """An event without a struct: of a type this release does not know, or read plainly.

    Attributes:
        type: as sent.
        data: as sent.
    """

    type: str
