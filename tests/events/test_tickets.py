"""Tickets, and what is odd about them on the wire."""

from typing import Any

from msgspec import UNSET

from gateway.events import (
    TicketAssigned,
    TicketClosed,
    TicketCreated,
    TicketDeleted,
    TicketMessageAdded,
    TicketUpdated,
)
from tests.events.reading import read

TICKET: dict[str, Any] = {
    "id": "tkt_1",
    "prefixed_id": "CST-1024",
    "title": "Cannot reset password",
    "status": "new",
    "priority": "normal",
    "channel": "widget",
    "customer_id": "cus_1",
    "created_at": "2026-04-27T18:42:11Z",
}
CUSTOMER = {"id": "cus_1", "name": "Casey Patel", "email": "casey@example.com"}
MESSAGE = {
    "id": "msg_1",
    "sender": "agent",
    "sender_name": "Riley",
    "content": "Hello",
    "created_at": "2026-04-27T18:55:02.000Z",
}
RILEY = {"id": "usr_1", "name": "Riley", "email": "riley@acme.test"}


def test_created() -> None:
    """A new ticket is told whole, with who opened it; ids may be UUIDs."""
    ticket = TICKET | {"id": "0b6d9c52-7f0e-4f0e-9a37-3f2f6f1f9f10"}
    data = read(TicketCreated, {"ticket": ticket, "customer": CUSTOMER}).data
    assert data.ticket.id == "0b6d9c52-7f0e-4f0e-9a37-3f2f6f1f9f10"
    assert data.ticket.created_at.year == 2026
    assert data.customer.email == "casey@example.com"


def test_custom_fields() -> None:
    """Custom fields may be in any ticket, of any depth and type."""
    own = {"plan": {"tier": {"name": "pro", "seats": [1, {"x": None}]}}, "1 2": {}}
    ticket = TICKET | {"custom_fields": own}
    created = read(TicketCreated, {"ticket": ticket, "customer": CUSTOMER})
    assert created.data.ticket.custom_fields == own
    assigned = read(TicketAssigned, {"ticket": ticket, "assignee": RILEY})
    assert assigned.data.ticket.custom_fields == own


def test_dashboard_url() -> None:
    """`dashboard_url` may be on any ticket."""
    ticket = TICKET | {"dashboard_url": "https://cstar.example/t/1"}
    created = read(TicketCreated, {"ticket": ticket, "customer": CUSTOMER})
    assert created.data.ticket.dashboard_url == "https://cstar.example/t/1"
    closed = read(TicketClosed, {"ticket": ticket, "changes": {}})
    assert closed.data.ticket.dashboard_url == "https://cstar.example/t/1"


def test_updated() -> None:
    """Changes hold any subset of the watched fields, with values of any JSON type."""
    changes = {
        "tags": {"from": ["bug"], "to": ["bug", "feature-request"]},
        "assignee": {"from": None, "to": {"id": "usr_1"}},
        "custom_fields": {"from": {}, "to": {"plan": {"tier": "pro"}}},
        "notes": {"to": 1.5},
    }
    ticket = {key: TICKET[key] for key in ("id", "prefixed_id", "status", "priority")}
    data = read(TicketUpdated, {"ticket": ticket, "changes": changes}).data
    assert data.ticket.title is UNSET
    assert data.changes["tags"].to == ["bug", "feature-request"]
    assert data.changes["assignee"].from_ is None
    assert data.changes["notes"].from_ is UNSET
    assert read(TicketUpdated, {"ticket": ticket, "changes": {}}).data.changes == {}


def test_closed() -> None:
    """A ticket may be closed without having been resolved."""
    ticket = {"id": "tkt_1", "prefixed_id": "CST-1024", "status": "closed"}
    changes = {"status": {"from": "open", "to": "closed"}}
    for told in ({}, {"resolved_at": None}):
        assert not read(
            TicketClosed, {"ticket": ticket | told, "changes": changes}
        ).data.ticket.resolved_at


def test_message_added() -> None:
    """The customer is left out on replies of agents and of the system."""
    ticket = {"id": "tkt_1"}
    reply = read(TicketMessageAdded, {"ticket": ticket, "message": MESSAGE})
    assert reply.data.customer is None
    asked = read(TicketMessageAdded, {"ticket": ticket, "message": MESSAGE, "customer": CUSTOMER})
    assert asked.data.customer is not None
    assert asked.data.customer.name == "Casey Patel"


def test_deleted() -> None:
    """All that is sent of a deleted ticket is its prefixed id."""
    assert read(TicketDeleted, {"id": "CST-1024"}).data.id == "CST-1024"


def test_assigned() -> None:
    """There may have been no assignee before."""
    ticket = {"id": "tkt_1", "prefixed_id": "CST-1024"}
    first = read(
        TicketAssigned, {"ticket": ticket, "assignee": RILEY, "previous_assignee": None}
    ).data
    assert first.assignee.name == "Riley"
    assert first.previous_assignee is None
    again = read(
        TicketAssigned, {"ticket": ticket, "assignee": RILEY, "previous_assignee": RILEY}
    ).data
    assert again.previous_assignee == again.assignee
