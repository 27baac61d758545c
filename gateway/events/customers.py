"""Customers and customer groups: what `cstar.customers` carries."""

from msgspec import UNSET

from gateway.events.envelope import Event
from gateway.events.shapes import Change, Deleted, Partial, Shape, Timestamp

__all__ = [
    "Customer",
    "CustomerCreated",
    "CustomerDeleted",
    "CustomerGroupCreated",
    "CustomerGroupDeleted",
    "CustomerGroupUpdated",
    "CustomerUpdated",
    "PartialCustomer",
]


class PartialCustomer(Shape):
    """A customer, told in part: only `id` is sure."""

    id: str
    name: Partial[str] = UNSET
    email: Partial[str] = UNSET
    status: Partial[str] = UNSET
    tags: Partial[tuple[str, ...]] = UNSET
    created_at: Partial[Timestamp] = UNSET


class Customer(PartialCustomer):
    """A customer, told whole."""

    name: str
    email: str
    status: str
    tags: tuple[str, ...]
    created_at: Timestamp


class CustomerGroup(Shape):
    """A group of customers, such as those on one plan."""

    id: str
    name: str
    color: str
    member_count: int


class DeletedGroup(Shape):
    """All that is left of a deleted group; `customer_group` on the wire, not `group`."""

    customer_group: Deleted


class CustomerCreatedData(Shape):
    """The new customer."""

    customer: Customer


class CustomerUpdatedData(Shape):
    """The customer in part, and what changed: any subset of its fields."""

    customer: PartialCustomer
    changes: dict[str, Change]


class GroupData(Shape):
    """The group as it is now."""

    group: CustomerGroup


class CustomerCreated(Event[CustomerCreatedData], tag="customer.created"):
    """Fired when a customer is created."""


class CustomerUpdated(Event[CustomerUpdatedData], tag="customer.updated"):
    """Fired when a customer's fields change."""


class CustomerDeleted(Event[Deleted], tag="customer.deleted"):
    """Fired when a customer is deleted; only the id is sent."""


class CustomerGroupCreated(Event[GroupData], tag="customer_group.created"):
    """Fired when a customer group is created."""


class CustomerGroupUpdated(Event[GroupData], tag="customer_group.updated"):
    """Fired when a customer group changes."""


class CustomerGroupDeleted(Event[DeletedGroup], tag="customer_group.deleted"):
    """Fired when a customer group is deleted; only the id is sent."""
