"""All 35 types of cStar's document, signed over HTTP and read back from a real Kafka."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.embedded import Kafka
from tests.e2e.running import running_gateway
from tests.kafka_reading import read_topics

CORPUS = [
    json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[1] / "corpus").glob("*.json"))
]
WEBHOOK = "whk_01H8X9YZ7E0J3K4M5N6Z"


def hints(row: dict[str, Any]) -> dict[str, str]:
    """Return the headers that a row's delivery was sent with."""
    expected = dict(row["expected"]["headers"])
    return {
        "X-Webhook-ID": expected["cstar-webhook-id"],
        "X-Delivery-Attempt": expected["cstar-delivery-attempt"],
        "x-cstar-request-id": expected["cstar-request-id"],
        "X-Event-ID": expected["ce_id"],
        "X-Event-Type": expected["ce_type"],
    }


async def test_every_type_comes_out_as_the_document_says(kafka: Kafka, unique_prefix: str) -> None:
    """Topic, partition, key, headers, the bytes of data and flat are the literal expected ones."""
    assert len(CORPUS) == 35
    async with running_gateway(kafka.bootstrap_servers, unique_prefix) as client:
        answers = await asyncio.gather(
            *(client.send(row["body"].encode(), hints(row)) for row in CORPUS)
        )
        ledger = await client.ledger()
    assert ledger["received"] == ledger["accepted"] == 35
    topics = {row["expected"]["topic"].replace("cstar", unique_prefix, 1) for row in CORPUS}
    records = await read_topics(kafka.bootstrap_servers, topics)
    assert len(records) == 35
    by_id = {dict(record.headers)["ce_id"].decode(): record for record in records}
    for row, (status, answer) in zip(CORPUS, answers, strict=True):
        body, expected = row["body"], row["expected"]
        event_id = dict(expected["headers"])["ce_id"]
        record = by_id[event_id]
        assert (status, answer) == (202, {"status": "accepted", "id": event_id})
        assert record.topic == expected["topic"].replace("cstar", unique_prefix, 1)
        assert record.partition == expected["partition"]
        assert record.key == expected["key"].encode()
        found = [[name, value.decode()] for name, value in record.headers]
        assert found == expected["headers"]
        check_value(body, record.value or b"", expected["flat"])


def check_value(body: str, value: bytes, flat: dict[str, Any]) -> None:
    """Check that a value is the body with nothing but `flat` added."""
    parsed = json.loads(value)
    assert parsed["flat"] == flat
    assert list(parsed["flat"]) == list(flat)
    if "flat" in json.loads(body):
        assert value == body.encode()
        return
    end = body.rindex("}")
    spliced = value.decode()
    assert spliced.startswith(body[:end] + ',"flat":{')
    assert spliced.endswith("}}" + body[end + 1 :])


@pytest.mark.parametrize("times", [100])
async def test_the_same_event_at_once(kafka: Kafka, unique_prefix: str, times: int) -> None:
    """The same id 100 times at once over HTTP is one record and 100 2xx."""
    body = CORPUS[0]["body"].encode()
    async with running_gateway(kafka.bootstrap_servers, unique_prefix) as client:
        answers = await asyncio.gather(*(client.send(body) for _ in range(times)))
        ledger = await client.ledger()
    statuses = sorted(status for status, _ in answers)
    assert statuses == [200] * (times - 1) + [202]
    assert (ledger["accepted"], ledger["duplicate"]) == (1, times - 1)
    topic = CORPUS[0]["expected"]["topic"].replace("cstar", unique_prefix, 1)
    assert len(await read_topics(kafka.bootstrap_servers, [topic])) == 1


@pytest.mark.parametrize(
    ("changes", "outcome", "topic", "violated"),
    [
        ({"type": "ticket.merged"}, "accepted", "tickets", False),
        ({"type": "invoice.paid"}, "accepted", "other", False),
        ({"data": {"id": "CST-1", "why": [{"new": 1.10}]}}, "accepted", "tickets", False),
        ({"data": {"id": 1024}}, "accepted", "tickets", True),
        ({"data": {}}, "accepted", "tickets", True),
        ({"data": "CST-1"}, "quarantined", "quarantine", None),
        ({"team_id": None}, "quarantined", "quarantine", None),
        ({"id": ""}, "quarantined", "quarantine", None),
    ],
)
async def test_what_becomes_of_the_unexpected(
    kafka: Kafka,
    unique_prefix: str,
    changes: dict[str, Any],
    outcome: str,
    topic: str,
    violated: bool | None,  # noqa: FBT001 - a parameter
) -> None:
    """Unknown types and fields and wrong types are published; authentic junk is quarantined."""
    event = {
        "id": "evt_1",
        "type": "ticket.deleted",
        "created_at": "2026-04-27T18:42:11.000Z",
        "team_id": "team_1",
        "data": {"id": "CST-1024"},
    } | changes
    body = json.dumps(event).encode()
    async with running_gateway(kafka.bootstrap_servers, unique_prefix) as client:
        status, answer = await client.send(body)
    assert (status, answer["status"]) == (202, outcome)
    (record,) = await read_topics(kafka.bootstrap_servers, [f"{unique_prefix}.{topic}"])
    headers = dict(record.headers)
    if violated is None:
        assert record.value == body
        assert headers["cstar-reason"]
    else:
        assert ("cstar-contract" in headers) is violated
        assert json.loads(record.value or b"")["data"] == event["data"]
