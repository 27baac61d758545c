"""The document's events as data, made fresh."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from gateway.events import CATALOGUE
from gateway.simulator.samples import VARIANTS, sample

MOMENT = datetime(2026, 4, 27, 18, 42, 11, 250_000, tzinfo=UTC)
ALL = [(name, variant) for name, variants in VARIANTS.items() for variant in variants]


def made(event_type: str, variant: str = "", created_at: datetime | str = MOMENT) -> dict[str, Any]:
    """Return a sample of team_1's."""
    return sample(
        event_type, event_id="evt_1", team_id="team_1", created_at=created_at, variant=variant
    )


def test_complete() -> None:
    """Every type of the catalogue has its sample, in the catalogue's order, the plain one first."""
    assert list(VARIANTS) == list(CATALOGUE)
    assert all(variants[0] == "" for variants in VARIANTS.values())


def test_envelope() -> None:
    """A sample is a whole event with the id, team and time asked for."""
    event = made("ticket.created")
    assert list(event) == ["id", "type", "created_at", "team_id", "data"]
    assert event["id"] == "evt_1"
    assert event["type"] == "ticket.created"
    assert event["created_at"] == "2026-04-27T18:42:11.250Z"
    assert event["team_id"] == "team_1"
    assert event["data"]["customer"]["name"] == "Casey Patel"


def test_created_at() -> None:
    """A moment is written in UTC with milliseconds; a string is taken as it is."""
    east = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert made("ticket.deleted", created_at=east)["created_at"] == "2026-04-27T18:42:11.250Z"
    without = "2026-04-27T18:42:11Z"
    assert made("ticket.deleted", created_at=without)["created_at"] == without


@pytest.mark.parametrize(("event_type", "variant"), ALL)
def test_consistent(event_type: str, variant: str) -> None:
    """A sample contradicts neither the clock nor its own team."""

    def leaves(value: dict[str, Any]) -> list[tuple[str, Any]]:
        return [
            leaf
            for key, inner in value.items()
            for leaf in (leaves(inner) if isinstance(inner, dict) else [(key, inner)])
        ]

    for key, value in leaves(made(event_type, variant)):
        if key == "team_id":
            assert value == "team_1"
        if key.endswith("_at"):
            assert value in ("2026-04-27T18:42:11.250Z", None)


def test_fresh() -> None:
    """What a caller does to a sample stays with that caller."""
    made("ticket.created")["data"]["ticket"].clear()
    assert made("ticket.created")["data"]["ticket"]["prefixed_id"] == "CST-1024"


def test_variants() -> None:
    """The forms that the document names in words have samples too."""
    assert "customer" not in made("ticket.message_added", "without_customer")["data"]
    assert made("ticket.assigned")["data"]["previous_assignee"] is None
    assert made("ticket.assigned", "reassigned")["data"]["previous_assignee"]["name"] == "Sam"
    assert made("article.created", "draft")["data"]["article"]["published_at"] is None
    assert list(made("community_post.deleted", "by_api")["data"]["post"]) == ["id"]
    assert made("ticket.created", "with_custom_fields")["data"]["ticket"]["custom_fields"]
    assert list(made("customer_group.deleted")["data"]) == ["customer_group"]


@pytest.mark.parametrize(
    ("event_type", "variant", "message"),
    [
        ("ticket.sneezed", "", "no sample of 'ticket.sneezed'"),
        ("ticket.assigned", "x", "ticket.assigned has no variant 'x'; it has: reassigned"),
        ("ticket.deleted", "x", "ticket.deleted has no variant 'x'; it has: none"),
    ],
)
def test_unknown(event_type: str, variant: str, message: str) -> None:
    """What there is no sample of is refused in words."""
    with pytest.raises(ValueError, match=message):
        made(event_type, variant)
