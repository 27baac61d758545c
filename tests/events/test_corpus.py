"""The corpus: 35 bodies and what must come of each, checked against a second opinion.

The corpus is literal. What is here recomputes it by other means, so that neither the files nor the
product can drift alone: murmur2 as the Java client has it, and a flattening level by level.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.events import CATALOGUE, decode
from gateway.events.contract import check

CORPUS = Path(__file__).parents[1] / "corpus"
CASES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(CORPUS.glob("*.json"))
}
PARTITIONS = 6


def murmur2(data: bytes) -> int:
    """Return the hash of Java's `org.apache.kafka.common.utils.Utils.murmur2`, signed."""
    mix = 0x5BD1E995
    word = 0xFFFFFFFF
    digest = 0x9747B28C ^ len(data)
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        part = int.from_bytes(data[at : at + 4], "little") * mix & word
        part = (part ^ part >> 24) * mix & word
        digest = (digest * mix & word) ^ part
    if whole < len(data):
        digest = (digest ^ int.from_bytes(data[whole:], "little")) * mix & word
    digest = (digest ^ digest >> 13) * mix & word
    digest ^= digest >> 15
    return digest - (1 << 32) if digest >> 31 else digest


def flat_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the leaves of `data`, the shallower first and, at one depth, as they stand."""
    flat: dict[str, Any] = {}
    level = [("", data)]
    while level:
        below = []
        for prefix, node in level:
            for key, value in node.items():
                if isinstance(value, dict) and value:
                    below.append((f"{prefix}{key}_", value))
                else:
                    flat.setdefault(prefix + key, value)
        level = below
    return flat


@pytest.mark.parametrize(
    ("key", "digest"),
    [
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_murmur2(key: str, digest: int) -> None:
    """The second opinion is right: it has Apache Kafka's own vectors."""
    assert murmur2(key.encode()) == digest


def test_complete() -> None:
    """There is one file for each type of the catalogue, named after it."""
    assert CASES.keys() == CATALOGUE.keys()
    assert all(case["type"] == name for name, case in CASES.items())


@pytest.mark.parametrize("name", CASES)
def test_body(name: str) -> None:
    """The body is an event of its type that breaks no contract."""
    body = CASES[name]["body"].encode()
    assert not any(drift.violates for drift in check(name, body))
    assert type(decode(body)) is CATALOGUE[name].struct


@pytest.mark.parametrize("name", CASES)
def test_place(name: str) -> None:
    """Topic, key and partition follow from the type and the team."""
    event = json.loads(CASES[name]["body"])
    expected = CASES[name]["expected"]
    assert expected["topic"] == f"cstar.{CATALOGUE[name].category}"
    assert expected["key"] == event["team_id"]
    digest = murmur2(event["team_id"].encode())
    assert expected["partition"] == (digest & 0x7FFFFFFF) % PARTITIONS


@pytest.mark.parametrize("name", CASES)
def test_headers(name: str) -> None:
    """The headers are CloudEvents' binary mode, then cStar's own, in one order."""
    event = json.loads(CASES[name]["body"])
    number = list(CATALOGUE).index(name) + 1
    assert CASES[name]["expected"]["headers"] == [
        ["ce_specversion", "1.0"],
        ["ce_id", event["id"]],
        ["ce_source", f"/cstar/teams/{event['team_id']}"],
        ["ce_type", name],
        ["ce_time", event["created_at"]],
        ["content-type", "application/json"],
        ["cstar-webhook-id", "whk_01H8X9YZ7E0J3K4M5N6Z"],
        ["cstar-delivery-attempt", "1"],
        ["cstar-request-id", f"req_{number}"],
        ["cstar-late", "true"],
    ]


@pytest.mark.parametrize("name", CASES)
def test_flat(name: str) -> None:
    """The flat form is the rules' own, or cStar's where the body brings one."""
    event = json.loads(CASES[name]["body"])
    expected = CASES[name]["expected"]["flat"]
    assert expected == event.get("flat", flat_of(event["data"]))


@pytest.mark.parametrize("name", CASES)
def test_record_value(name: str) -> None:
    """A value with `flat` before the last brace decodes to the same event, and its flat form."""
    body = CASES[name]["body"].rstrip()
    flat = CASES[name]["expected"]["flat"]
    value = body if "flat" in json.loads(body) else f'{body[:-1]},"flat":{json.dumps(flat)}}}'
    event = decode(value.encode())
    assert event.flat == flat
    assert event.data == decode(CASES[name]["body"].encode()).data


def test_variety() -> None:
    """The bodies cover what senders vary: form, characters, numbers, flat, teams, partitions."""
    bodies = {name: case["body"] for name, case in CASES.items()}
    every = bodies.values()
    assert any(body[0].isspace() for body in every)
    assert any(body.endswith("\n") for body in every)
    assert any("\r\n" in body for body in every)
    assert any("\n\t" in body for body in every)
    assert any(not body.isascii() for body in every)
    assert any("\\ud83d\\ude00" in body for body in every)
    assert any("\\/" in body for body in every)
    assert any("1.50" in body for body in every)
    assert any(str(2**53 + 1) in body for body in every)
    assert any('"flat"' in body for body in every)
    assert len({case["expected"]["key"] for case in CASES.values()}) > PARTITIONS
    assert {case["expected"]["partition"] for case in CASES.values()} == set(range(PARTITIONS))


def test_collision() -> None:
    """One body has two leaves of one flat name, where the shallower must win."""
    case = CASES["agent.preferences_updated"]
    preferences = json.loads(case["body"])["data"]["preferences"]
    assert preferences["theme"]["dark"] is True
    assert preferences["theme_dark"] == "auto"
    assert case["expected"]["flat"]["preferences_theme_dark"] == "auto"
