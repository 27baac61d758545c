"""Customers and their groups, and what is odd about them on the wire."""

from msgspec import UNSET

from gateway.events import (
    CustomerCreated,
    CustomerDeleted,
    CustomerGroupCreated,
    CustomerGroupDeleted,
    CustomerGroupUpdated,
    CustomerUpdated,
)
from tests.events.reading import read

GROUP = {"id": "grp_1", "name": "Pro Plan", "color": "indigo", "member_count": 38}


def test_created() -> None:
    """A new customer is told whole."""
    customer = read(
        CustomerCreated,
        {
            "customer": {
                "id": "cus_1",
                "name": "Zoë",
                "email": "zoe@example.com",
                "status": "active",
                "tags": [],
                "created_at": "2026-04-27T18:42:11.000Z",
            }
        },
    ).data.customer
    assert customer.name == "Zoë"
    assert customer.tags == ()


def test_updated() -> None:
    """An update tells a part of the customer; what it does not tell is not taken for emptied."""
    data = read(
        CustomerUpdated,
        {
            "customer": {"id": "cus_1", "tags": ["trial", "paying"], "email": None},
            "changes": {"tags": {"from": ["trial"], "to": ["trial", "paying"]}},
        },
    ).data
    assert data.customer.tags == ("trial", "paying")
    assert data.customer.email is None
    assert data.customer.name is UNSET


def test_deleted() -> None:
    """All that is sent of a deleted customer is the id."""
    assert read(CustomerDeleted, {"id": "cus_1"}).data.id == "cus_1"


def test_group() -> None:
    """A group that was created or changed is told as `group`."""
    assert read(CustomerGroupCreated, {"group": GROUP}).data.group.member_count == 38
    assert read(CustomerGroupUpdated, {"group": GROUP}).data.group.name == "Pro Plan"


def test_group_deleted() -> None:
    """A deleted group is told as `customer_group`, by its id alone."""
    data = read(CustomerGroupDeleted, {"customer_group": {"id": "grp_1"}}).data
    assert data.customer_group.id == "grp_1"
