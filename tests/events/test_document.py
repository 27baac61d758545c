"""cStar's own document, word for word, against the catalogue made from it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.events import CATALOGUE, CATEGORIES, UnknownEvent, decode
from gateway.events.contract import check
from gateway.simulator.samples import sample

DOCUMENT = (Path(__file__).parents[1] / "corpus" / "webhook-events.txt").read_text("utf-8")
NAMES = re.compile(r"[a-z_]+\.[a-z_]+(?:, [a-z_]+\.[a-z_]+)*")
SAID_IN_WORDS = {
    "customer_group.deleted": {"customer_group": {"id": "grp_01H8X9YZ7E0J3K4M5N6T"}},
}


def categories() -> dict[str, list[str]]:
    """Return the document's table of categories."""
    rows = re.findall(r"^\| (\w+) \| ([^|]*\.[^|]*) \|$", DOCUMENT, re.MULTILINE)
    return {name.lower(): types.split(", ") for name, types in rows}


def blocks() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each JSON block of the document with each type whose heading it stands under."""
    headings: list[str] = []
    block = ""
    for line in DOCUMENT.splitlines():
        if not block and NAMES.fullmatch(line):
            headings = line.split(", ")
        elif block or line.startswith("{"):
            block += line + "\n"
            if block.count("{") == block.count("}"):
                for heading in headings:
                    yield heading, msgspec.json.decode(block)
                block = ""


def data_blocks() -> dict[str, dict[str, Any]]:
    """Return the data the document shows for each type, or says in words."""
    shown: dict[str, dict[str, Any]] = {}
    for heading, block in blocks():
        shown.setdefault(heading, block["data"])
    shown["community_post.updated"] = shown["community_post.created"]  # "Same shape as created."
    return shown | SAID_IN_WORDS


def whole(event_type: str, data: dict[str, Any]) -> bytes:
    """Return the event the document means."""
    event = {
        "id": "evt_1",
        "type": event_type,
        "created_at": "2026-04-27T18:42:11.000Z",
        "team_id": "team_1",
        "data": data,
    }
    return msgspec.json.encode(event)


def test_categories() -> None:
    """The catalogue's rows are the document's table: the same types, categories and order."""
    assert {
        category: [row.name for row in CATALOGUE.values() if row.category == category]
        for category in CATEGORIES
    } == categories()
    assert list(categories()) == list(CATEGORIES)
    assert [name for names in categories().values() for name in names] == list(CATALOGUE)


def test_found() -> None:
    """The reading of the document found an example for every type."""
    assert set(data_blocks()) == set(CATALOGUE)


@pytest.mark.parametrize("event_type", CATALOGUE)
def test_example(event_type: str) -> None:
    """The document's example decodes to its struct and breaks no contract."""
    body = whole(event_type, data_blocks()[event_type])
    assert check(event_type, body) == ()
    event = decode(body)
    assert type(event) is CATALOGUE[event_type].struct
    assert not isinstance(event, UnknownEvent)
    assert msgspec.json.decode(msgspec.json.encode(event.data)) == without_none(
        data_blocks()[event_type]
    )


def without_none(data: dict[str, Any]) -> dict[str, Any]:
    """Return data as a struct writes it: moments without idle zeros, no null that means nothing."""
    return {
        key: without_none(value) if isinstance(value, dict) else plain(value)
        for key, value in data.items()
        if not (key == "previous_assignee" and value is None)
    }


def plain(value: object) -> object:
    """Return a moment without its `.000`."""
    return value.replace(".000Z", "Z") if isinstance(value, str) else value


@pytest.mark.parametrize("event_type", CATALOGUE)
def test_sample(event_type: str) -> None:
    """The simulator sends the fields of the document's example, no more and no fewer."""
    made = sample(event_type, event_id="e", team_id="t", created_at="2026-04-27T18:42:11Z")["data"]

    def names(value: object) -> object:
        return {k: names(v) for k, v in value.items()} if isinstance(value, dict) else type(value)

    assert names(made) == names(data_blocks()[event_type])
