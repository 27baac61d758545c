"""The contract: what is drift, what breaks it, and what is neither."""

from typing import Any

import msgspec
import pytest

from gateway.events import CATALOGUE
from gateway.events.contract import MAX_UNKNOWN_FIELDS, Drift, DriftKind, check
from gateway.simulator.samples import VARIANTS, sample


def body_of(event_type: str, variant: str = "") -> dict[str, Any]:
    """Return a sample that a test may break."""
    return sample(
        event_type,
        event_id="evt_1",
        team_id="team_1",
        created_at="2026-04-27T18:42:11.000Z",
        variant=variant,
    )


def drift_of(event: dict[str, Any]) -> list[tuple[str, str]]:
    """Return kind and path of each drift of an event."""
    found = check(event["type"], msgspec.json.encode(event))
    return [(drift.kind.value, drift.path) for drift in found]


@pytest.mark.parametrize(
    ("event_type", "variant"),
    [(name, variant) for name, variants in VARIANTS.items() for variant in variants],
)
def test_samples(event_type: str, variant: str) -> None:
    """The document's own events show no drift at all."""
    assert check(event_type, msgspec.json.encode(body_of(event_type, variant))) == ()


def test_missing() -> None:
    """A field that the document shows and the event lacks breaks the contract."""
    event = body_of("ticket.created")
    del event["data"]["ticket"]["title"]
    found = check("ticket.created", msgspec.json.encode(event))
    assert found == (Drift(DriftKind.MISSING, "data.ticket.title", "missing"),)
    assert found[0].violates


@pytest.mark.parametrize("wrong", [None, 7, ["a"], {"a": "b"}, True])
def test_wrong_type(wrong: object) -> None:
    """A field of another type breaks the contract."""
    event = body_of("ticket.created")
    event["data"]["ticket"]["title"] = wrong
    found = check("ticket.created", msgspec.json.encode(event))
    assert [(drift.kind, drift.path) for drift in found] == [
        (DriftKind.WRONG_TYPE, "data.ticket.title")
    ]
    assert found[0].violates


@pytest.mark.parametrize("created_at", ["yesterday", "2026-04-27T18:42:11", None, 1777315331])
def test_created_at(created_at: object) -> None:
    """The event's own time is part of the contract."""
    assert drift_of(body_of("boss.spawned") | {"created_at": created_at}) == [
        ("wrong_type", "created_at")
    ]


def test_unknown_fields() -> None:
    """Fields that cStar added are told, at any level, and break nothing."""
    event = body_of("ticket.created") | {"api_version": 2}
    event["data"]["sla"] = {"due": 1}
    event["data"]["ticket"]["mood"] = "sad"
    assert drift_of(event) == [
        ("unknown_field", "api_version"),
        ("unknown_field", "data.sla"),
        ("unknown_field", "data.ticket.mood"),
    ]
    assert not any(each.violates for each in check("ticket.created", msgspec.json.encode(event)))


def test_both() -> None:
    """A violation does not hide what was added, nor the other way round."""
    event = body_of("customer.created")
    event["data"]["customer"]["tags"] = ["a", "b", 3]
    event["data"]["customer"]["phone"] = "1"
    assert drift_of(event) == [
        ("wrong_type", "data.customer.tags[*]"),
        ("unknown_field", "data.customer.phone"),
    ]


def test_unknown_type() -> None:
    """A type that the catalogue lacks is told, and breaks nothing: there is no contract yet."""
    found = check("ticket.sneezed", b'{"anything": "goes"}')
    assert found == (Drift(DriftKind.UNKNOWN_TYPE, "type", "not in the catalogue"),)
    assert not found[0].violates


@pytest.mark.parametrize(
    ("event_type", "area"),
    [
        ("ticket.updated", ("ticket", "custom_fields")),
        ("ticket.updated", ("changes", "anything")),
        ("customer.updated", ("changes", "tags")),
        ("team.preferences_updated", ("preferences",)),
        ("agent.preferences_updated", ("preferences", "boringMode")),
    ],
)
def test_free_form(event_type: str, area: tuple[str, ...]) -> None:
    """In the areas that belong to the teams, any name of any depth is right."""
    event = body_of(event_type)
    at = event["data"]
    for name in area[:-1]:
        at = at[name]
    at[area[-1]] = {"from": {"deep": [{"er": {"x y": None}}]}, "to": {"1": {"2": 3.5}}, "z": {}}
    assert drift_of(event) == []


def test_flat() -> None:
    """CStar's own `flat` belongs to the envelope, whatever is in it."""
    assert drift_of(body_of("article.created") | {"flat": {"a_b": [1, {"c": None}]}}) == []
    assert drift_of(body_of("article.created") | {"flat": "no"}) == [("wrong_type", "flat")]


@pytest.mark.parametrize("number", [b"1e400", b"-1e-400", b"18446744073709551616", b"1.10"])
def test_numbers(number: bytes) -> None:
    """A number that JSON allows is right where any value may stand, and in fields yet unknown."""
    event = body_of("ticket.updated")
    event["data"]["ticket"]["custom_fields"] = {"n": "N"}
    event["data"]["changes"]["n"] = {"from": None, "to": "N"}
    body = msgspec.json.encode(event).replace(b'"N"', number)
    assert check("ticket.updated", body) == ()
    added = body.replace(b'"data":{', b'"data":{"new":' + number + b",", 1)
    assert [drift.path for drift in check("ticket.updated", added)] == ["data.new"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("new\x1b[31m", r"data.'new\x1b[31m'"),
        ("héllo", r"data.'h\xe9llo'"),
        ("a.b", "data.'a.b'"),
        ("", "data.''"),
        ("x" * 5_000, "data." + "x" * 64),
        ("\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), r"data.'\U0001f600'"),
    ],
)
def test_names_off_the_wire(name: str, shown: str) -> None:
    """A path is short and harmless to logs and terminals, whatever cStar calls its fields."""
    event = body_of("ticket.deleted")
    event["data"][name] = 1
    assert drift_of(event) == [("unknown_field", shown)]


def test_many_unknown_fields() -> None:
    """An object with thousands of new fields makes a short report."""
    event = body_of("ticket.deleted")
    event["data"] |= {f"f{n}": n for n in range(2_000)}
    assert len(drift_of(event)) == MAX_UNKNOWN_FIELDS


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"{", "not JSON"),
        (b"0\x00", "not JSON"),
        (b'{"x":' + b"[" * 100_000, "not JSON"),
        (b"[]", "expected object, got array"),
    ],
)
def test_total(body: bytes, problem: str) -> None:
    """What is no event at all is a violation too: the check never raises."""
    assert check("ticket.deleted", body) == (Drift(DriftKind.WRONG_TYPE, "$", problem),)


@pytest.mark.parametrize("name", CATALOGUE)
def test_empty_data(name: str) -> None:
    """No type is content with empty data."""
    assert [kind for kind, _ in drift_of(body_of(name) | {"data": {}})] == ["missing"]
