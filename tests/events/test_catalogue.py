"""The one table: what it holds and what is read off it."""

from typing import Any

import pytest

from gateway.events import CATALOGUE, CATEGORIES, TicketCreated
from gateway.events.catalogue import NAMESPACES, OTHER, category_of, label_of
from gateway.events.envelope import Event


def test_counts() -> None:
    """There are 35 types in 7 categories, each with a struct of its own."""
    assert len(CATALOGUE) == 35
    assert len({row.struct for row in CATALOGUE.values()}) == 35
    assert CATEGORIES == (
        "tickets",
        "customers",
        "articles",
        "team",
        "gamification",
        "community",
        "surveys",
    )


def test_row() -> None:
    """A row tells the type's name, category, namespace, struct and when it is fired."""
    row = CATALOGUE["ticket.created"]
    assert row.name == "ticket.created"
    assert row.category == "tickets"
    assert row.namespace == "ticket"
    assert row.struct is TicketCreated
    assert row.description == ("Fired when a new ticket is created via app, widget, API, or email.")


@pytest.mark.parametrize("name", CATALOGUE)
def test_description(name: str) -> None:
    """Each type says in one sentence when it is fired."""
    assert CATALOGUE[name].description.startswith("Fired ")
    assert CATALOGUE[name].description.endswith(".")


def test_every_struct_is_listed() -> None:
    """A struct with a tag that the table forgot would be found here."""

    def tagged(struct: type[Event[Any]]) -> set[type[Event[Any]]]:
        below = {each for sub in struct.__subclasses__() for each in tagged(sub)}
        return below | ({struct} if struct.__struct_config__.tag else set())

    assert tagged(Event) == {row.struct for row in CATALOGUE.values()}


def test_namespaces() -> None:
    """Each namespace belongs to one category."""
    assert dict(NAMESPACES) == {
        "ticket": "tickets",
        "customer": "customers",
        "customer_group": "customers",
        "article": "articles",
        "team": "team",
        "agent": "team",
        "boss": "gamification",
        "player": "gamification",
        "social": "gamification",
        "community_post": "community",
        "survey": "surveys",
    }


@pytest.mark.parametrize(
    ("event_type", "category"),
    [
        ("ticket.created", "tickets"),
        ("ticket.sneezed", "tickets"),
        ("ticket.", "tickets"),
        ("ticket.a.b", "tickets"),
        ("agent.hired", "team"),
        ("player.achievement_unlocked", "gamification"),
        ("achievement.unlocked", OTHER),
        ("invoice.paid", OTHER),
        ("ticket", OTHER),
        ("tickets.created", OTHER),
        ("Ticket.created", OTHER),
        ("t\u0456cket.created", OTHER),
        ("../ticket.created", OTHER),
        (".created", OTHER),
        ("", OTHER),
    ],
)
def test_category_of(event_type: str, category: str) -> None:
    """An unknown type goes where its namespace goes, or to `other`: never elsewhere."""
    assert category_of(event_type) == category


def test_label_of() -> None:
    """A label is one of the 35 types or `other`."""
    assert label_of("ticket.created") == "ticket.created"
    assert label_of("ticket.sneezed") == OTHER
    assert label_of("ticket.created ") == OTHER


def test_read_only() -> None:
    """Nobody can add a row at run time."""
    with pytest.raises(TypeError):
        CATALOGUE["x.y"] = CATALOGUE["ticket.created"]  # type: ignore[index]
