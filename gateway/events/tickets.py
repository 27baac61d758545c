"""Tickets: what `cstar.tickets` carries."""

from typing import Any

from msgspec import UNSET

from gateway.events.customers import PartialCustomer
from gateway.events.envelope import Event
from gateway.events.shapes import Change, Deleted, Partial, Shape, Timestamp

__all__ = [
    "AssignedTicket",
    "Assignee",
    "ClosedTicket",
    "Message",
    "PartialTicket",
    "Ticket",
    "TicketAssigned",
    "TicketClosed",
    "TicketCreated",
    "TicketCustomer",
    "TicketDeleted",
    "TicketMessageAdded",
    "TicketUpdated",
    "UpdatedTicket",
]


class PartialTicket(Shape):
    """A ticket, told in part: only `id` is sure.

    Attributes:
        id: `tkt_…` or a UUID.
        prefixed_id: the number people see, such as `CST-1024`.
        dashboard_url: may be on any ticket.
        custom_fields: the team's own, any JSON of any depth.
    """

    id: str
    prefixed_id: Partial[str] = UNSET
    title: Partial[str] = UNSET
    status: Partial[str] = UNSET
    priority: Partial[str] = UNSET
    channel: Partial[str] = UNSET
    customer_id: Partial[str] = UNSET
    created_at: Partial[Timestamp] = UNSET
    resolved_at: Partial[Timestamp] = UNSET
    dashboard_url: Partial[str] = UNSET
    custom_fields: Any = UNSET


class Ticket(PartialTicket):
    """A new ticket, told whole."""

    prefixed_id: str
    title: str
    status: str
    priority: str
    channel: str
    customer_id: str
    created_at: Timestamp


class UpdatedTicket(PartialTicket):
    """A ticket that changed, as it is now."""

    prefixed_id: str
    status: str
    priority: str


class ClosedTicket(PartialTicket):
    """A ticket that was closed; `resolved_at` is told where it was resolved."""

    prefixed_id: str
    status: str


class AssignedTicket(PartialTicket):
    """A ticket that someone took over."""

    prefixed_id: str


class TicketCustomer(PartialCustomer):
    """The customer who wrote."""

    name: str
    email: str


class Assignee(Shape):
    """The agent a ticket is, or was, assigned to."""

    id: str
    name: str
    email: str


class Message(Shape):
    """One message of a ticket's conversation.

    Attributes:
        sender: who kind of wrote it, such as `agent`.
        sender_name: their name.
    """

    id: str
    sender: str
    sender_name: str
    content: str
    created_at: Timestamp


class TicketCreatedData(Shape):
    """The new ticket and who opened it."""

    ticket: Ticket
    customer: TicketCustomer


class TicketUpdatedData(Shape):
    """The ticket and what changed: any subset of its watched fields."""

    ticket: UpdatedTicket
    changes: dict[str, Change]


class TicketClosedData(Shape):
    """The ticket and what changed by closing it."""

    ticket: ClosedTicket
    changes: dict[str, Change]


class TicketMessageAddedData(Shape):
    """The message and its ticket; `customer` is None on replies of agents and of the system."""

    ticket: PartialTicket
    message: Message
    customer: TicketCustomer | None = None


class TicketAssignedData(Shape):
    """Who has the ticket now, and who had it before; None: nobody had."""

    ticket: AssignedTicket
    assignee: Assignee
    previous_assignee: Assignee | None = None


class TicketCreated(Event[TicketCreatedData], tag="ticket.created"):
    """Fired when a new ticket is created via app, widget, API, or email."""


class TicketUpdated(Event[TicketUpdatedData], tag="ticket.updated"):
    """Fired when a ticket's status, priority, tags or other watched fields change."""


class TicketClosed(Event[TicketClosedData], tag="ticket.closed"):
    """Fired when a ticket is resolved or closed."""


class TicketMessageAdded(Event[TicketMessageAddedData], tag="ticket.message_added"):
    """Fired when a new message is added to a ticket."""


class TicketDeleted(Event[Deleted], tag="ticket.deleted"):
    """Fired when a ticket is deleted; only its prefixed id is sent."""


class TicketAssigned(Event[TicketAssignedData], tag="ticket.assigned"):
    """Fired when a ticket is assigned to an agent."""
