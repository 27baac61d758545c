"""Occurrence: an event as bytes, fresh each time."""

import msgspec
import pytest

from gateway.events.catalogue import CATALOGUE
from gateway.events.contract import check
from gateway.simulator import DEV_TEAM
from gateway.simulator.change import Change
from gateway.simulator.occurrence import happen


@pytest.mark.parametrize("event_type", CATALOGUE)
def test_each_type_happens_as_the_catalogue_says(event_type: str) -> None:
    """The bytes decode to the event's own type, without a word of drift."""
    event = happen(event_type)
    body = msgspec.json.decode(event.body)
    assert (event.id, event.type, event.team_id) == (body["id"], body["type"], body["team_id"])
    assert (event.type, event.team_id) == (event_type, DEV_TEAM)
    assert list(check(event_type, event.body)) == []


def test_each_has_an_id_of_its_own() -> None:
    """A thousand happenings of one type have a thousand ids."""
    assert len({happen("ticket.created").id for _ in range(1000)}) == 1000


def test_changes_reach_body_and_headers_alike() -> None:
    """Where a change gives another id or team, the occurrence knows it by that."""
    changes = [Change.parse(text) for text in ("id=evt_1", "team_id=team_1", "data.ticket.x=1")]
    event = happen("ticket.created", changes=changes)
    body = msgspec.json.decode(event.body)
    assert (event.id, event.team_id) == ("evt_1", "team_1") == (body["id"], body["team_id"])
    assert body["data"]["ticket"]["x"] == 1


def test_what_cstar_does_not_have_yet_happens_too() -> None:
    """A type outside the catalogue has an envelope like any other, and some data."""
    event = happen("survey.reopened")
    body = msgspec.json.decode(event.body)
    assert set(body) == {"id", "type", "created_at", "team_id", "data"}
    assert body["type"] == "survey.reopened"
    assert body["data"]
