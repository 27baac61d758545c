"""The wrapper that is the same for every event."""

import msgspec
import pytest

from gateway.events import CATALOGUE, TicketDeleted, UnknownEvent
from gateway.events.shapes import Deleted, Timestamp

MOMENT = msgspec.convert("2026-04-27T18:42:11Z", Timestamp)


def test_type() -> None:
    """The type is the class's own: nobody can build an event of the wrong one."""
    event = TicketDeleted(id="e", created_at=MOMENT, team_id="t", data=Deleted(id="CST-1"))
    assert event.type == "ticket.deleted"
    with pytest.raises(TypeError, match="type"):
        TicketDeleted(  # type: ignore[call-arg]
            id="e", created_at=MOMENT, team_id="t", data=Deleted(id="CST-1"), type="x"
        )


def test_encoding() -> None:
    """An event is written with its type, and without a `flat` that is not there."""
    event = TicketDeleted(id="e", created_at=MOMENT, team_id="t", data=Deleted(id="CST-1"))
    assert msgspec.json.decode(msgspec.json.encode(event)) == {
        "type": "ticket.deleted",
        "id": "e",
        "created_at": "2026-04-27T18:42:11Z",
        "team_id": "t",
        "data": {"id": "CST-1"},
    }


def test_unknown_event() -> None:
    """An event without a struct has its type and its data as they were sent."""
    event = UnknownEvent(id="e", type="a.b", created_at=MOMENT, team_id="t", data={"x": 1})
    assert event.type == "a.b"
    assert event.data == {"x": 1}
    assert event.flat is None


@pytest.mark.parametrize("name", CATALOGUE)
def test_same_wrapper(name: str) -> None:
    """The wrapper has the same fields, in the document's order, for every type."""
    struct = CATALOGUE[name].struct
    assert struct.__struct_fields__ == ("id", "created_at", "team_id", "data", "flat")
    assert struct.__struct_config__.tag_field == "type"
