"""Laws of the contract, over all types and whatever JSON may bring."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.events import CATALOGUE, EventError, decode
from gateway.events.contract import DriftKind, check
from gateway.events.shapes import struct_in
from gateway.events.table import FieldRow, field_rows
from gateway.simulator.samples import sample

TYPES = st.sampled_from(sorted(CATALOGUE))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def fresh(event_type: str) -> dict[str, Any]:
    """Return a sample that may be changed."""
    return sample(event_type, event_id="e", team_id="t", created_at="2026-04-27T18:42:11Z")


def objects(event: dict[str, Any], event_type: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of an event that are not free-form, each with its path."""

    def walk(struct: type[msgspec.Struct], value: dict[str, Any], path: str) -> Iterator[Any]:
        yield path, value
        for field in msgspec.structs.fields(struct):
            inner, below = struct_in(field.type), value.get(field.encode_name)
            if inner is not None and isinstance(below, dict):
                yield from walk(inner, below, f"{path}{field.encode_name}.")

    yield from walk(CATALOGUE[event_type].struct, event, "")


def required(event_type: str) -> list[FieldRow]:
    """Return the fields of a type's data that are always there."""
    data = next(
        field.type
        for field in msgspec.structs.fields(CATALOGUE[event_type].struct)
        if field.name == "data"
    )
    rows = list(field_rows(data))
    unsure = tuple(f"{row.path}." for row in rows if row.presence != "always")
    return [row for row in rows if row.presence == "always" and not row.path.startswith(unsure)]


@given(TYPES, st.data(), JSON)
def test_addition(event_type: str, data: st.DataObject, value: Any) -> None:
    """Whatever is added to whichever object: told at its path, never a violation, still decoded."""
    event = fresh(event_type)
    before = decode(msgspec.json.encode(event))
    path, target = data.draw(st.sampled_from(list(objects(event, event_type))))
    target["brand_new"] = value
    body = msgspec.json.encode(event)
    assert [(drift.kind, drift.path) for drift in check(event_type, body)] == [
        (DriftKind.UNKNOWN_FIELD, f"{path}brand_new")
    ]
    assert decode(body) == before


@given(TYPES, st.data())
def test_omission(event_type: str, data: st.DataObject) -> None:
    """Whichever sure field is left out: `missing` at its path, and `decode` says the same."""
    event = fresh(event_type)
    row = data.draw(st.sampled_from(required(event_type)))
    *above, name = row.path.split(".")
    target = event
    for step in above:
        target = target[step]
    del target[name]
    body = msgspec.json.encode(event)
    assert [(drift.kind, drift.path) for drift in check(event_type, body)] == [
        (DriftKind.MISSING, row.path)
    ]
    with pytest.raises(EventError) as caught:
        decode(body)
    assert caught.value.path == row.path


@given(TYPES, JSON)
def test_agreement(event_type: str, value: Any) -> None:
    """`decode` takes exactly what breaks no contract: the twin and the struct never disagree."""
    event = fresh(event_type)
    event["data"] = value
    body = msgspec.json.encode(event)
    try:
        decode(body)
    except EventError:
        taken = False
    else:
        taken = True
    assert taken == (not any(drift.violates for drift in check(event_type, body)))


@given(TYPES, st.binary(max_size=64))
def test_total(event_type: str, body: bytes) -> None:
    """Any bytes whatever have an answer."""
    assert all(drift.path for drift in check(event_type, body))
