"""What the structs are made of."""

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from gateway.events import CATALOGUE
from gateway.events.customers import Customer, PartialCustomer
from gateway.events.shapes import Change, Deleted, Shape, Timestamp, struct_in


def test_frozen() -> None:
    """A struct cannot be changed: many consumers may share one."""
    with pytest.raises(AttributeError):
        Deleted(id="a").id = "b"  # type: ignore[misc]


@pytest.mark.parametrize("struct", [Deleted, Customer, CATALOGUE["ticket.created"].struct])
def test_by_keyword(struct: Any) -> None:
    """A struct is built by keyword alone, also where it inherits: order means nothing."""
    with pytest.raises(TypeError, match="positional"):
        struct("a")


def test_partial() -> None:
    """A part tells apart what was not said (`UNSET`, falsy) and what was emptied (None)."""
    said = msgspec.json.decode(b'{"id": "a", "name": null}', type=PartialCustomer)
    assert said.name is None
    assert said.email is UNSET
    assert not said.email


def test_change() -> None:
    """Either side of a change may be left out, null, or any JSON value."""
    change = msgspec.json.decode(b'{"to": {"a": [1, null]}}', type=Change)
    assert change.from_ is UNSET
    assert change.to == {"a": [1, None]}
    assert msgspec.json.decode(b'{"from": null}', type=Change).from_ is None


@pytest.mark.parametrize(
    "text", ["2026-04-27T18:42:11.000Z", "2026-04-27T18:42:11Z", "2026-04-27T20:42:11.000+02:00"]
)
def test_timestamp(text: str) -> None:
    """A moment is one moment with or without milliseconds, in any zone."""
    moment = msgspec.convert(text, Timestamp)
    assert moment.timestamp() == 1777315331


def test_timestamp_zone() -> None:
    """A moment without a zone is refused: no consumer could compare it."""
    with pytest.raises(msgspec.ValidationError, match="timezone"):
        msgspec.convert("2026-04-27T18:42:11", Timestamp)


def test_struct_in() -> None:
    """The struct of a field is found behind `| None` and `| UNSET`; free-form areas have none."""
    assert struct_in(Deleted) is Deleted
    assert struct_in(Deleted | None) is Deleted
    assert struct_in(str | None) is None
    assert struct_in(dict[str, Change]) is None
    assert struct_in(Any) is None


def test_encoding() -> None:
    """A struct is written by the wire's names, without what was not said."""
    assert msgspec.json.encode(Change(from_=1, to=2)) == b'{"from":1,"to":2}'
    assert msgspec.json.encode(PartialCustomer(id="a")) == b'{"id":"a"}'
    assert issubclass(Change, Shape)
