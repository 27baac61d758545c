"""318 bodies at the edge of JSON, each signed and sent as the body, in data and beside it."""

import asyncio
from collections import Counter
from typing import Any, NamedTuple

import pytest
from aiokafka.structs import ConsumerRecord

from gateway.embedded import Kafka
from gateway.events.catalogue import CATEGORIES
from tests.e2e.running import Client, running_gateway
from tests.inputs.reading import flat_of, read_json
from tests.json_suite import FREE, INVALID, VALID
from tests.kafka_reading import read_topics

PREFIX = "jsonsuite"
ALL = VALID | INVALID | FREE
PLACES = ("body", "data", "beside")
AT_ONCE = 32

TAKEN_FREELY = {
    "number with a huge negative exponent",
    "number with an exponent of 70 digits",
    "number, negative with a huge exponent",
    "number with a huge exponent",
    "number, negative that overflows",
    "number that overflows",
    "number that underflows",
    "number, a negative integer of 30 digits",
    "number, an integer of 21 digits",
    "structure of 500 arrays",
}
"""Of what readers may differ on, what consumers get: numbers digit by digit, and deep arrays.

Not: integers of thousands of digits, which Python's own reader refuses; half a pair, which no UTF-8
can hold; what is not UTF-8, or begins with a byte order mark (RFC 8259 8.1).
"""

TOO_DEEP = {
    "structure of 100,000 open arrays",
    "structure of 50,000 open arrays and objects",
}


class Sent(NamedTuple):
    """A body that was sent, and what came back."""

    place: str
    name: str
    body: bytes
    status: int
    answer: dict[str, Any]

    @property
    def good(self) -> bool:
        """Whether consumers must get it: it is in an event, and JSON."""
        return self.place != "body" and (self.name in VALID or self.name in TAKEN_FREELY)


class Run(NamedTuple):
    """All of them sent, and what Kafka holds afterwards."""

    sent: list[Sent]
    ledger: dict[str, float]
    published: dict[str, ConsumerRecord[bytes, bytes]]
    quarantined: list[ConsumerRecord[bytes, bytes]]


def body_of(place: str, name: str, case: bytes) -> tuple[str, bytes]:
    """Return the id and the bytes of a case in its place."""
    if place == "body":
        return "", case
    event_id = f"evt_{place}_{[*ALL].index(name)}"
    head = b'{"id":"%b","type":"customer.deleted","created_at":"2026-04-27T18:42:11Z",' % (
        event_id.encode()
    )
    if place == "data":
        return event_id, head + b'"team_id":"team_1","data":{"id":"cus_1","x":%b}}' % case
    return event_id, head + b'"team_id":"team_1","data":{"id":"cus_1"},"x":%b}' % case


@pytest.fixture(scope="module")
def run(kafka: Kafka) -> Run:
    """Send every case in every place, once for all tests."""
    return asyncio.run(send_all(kafka.bootstrap_servers))


async def send_all(bootstrap_servers: str) -> Run:
    """Send every case in every place, many at once, to a whole gateway; read all of its topics."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def send(client: Client, place: str, name: str) -> Sent:
        body = body_of(place, name, ALL[name])[1]
        async with turns:
            status, answer = await client.send(body)
        return Sent(place, name, body, status, answer)

    async with running_gateway(bootstrap_servers, PREFIX) as client:
        sent = await asyncio.gather(
            *(send(client, place, name) for place in PLACES for name in ALL)
        )
        ledger = await client.ledger()
    topics = [f"{PREFIX}.{category}" for category in (*CATEGORIES, "other")]
    published = await read_topics(bootstrap_servers, topics)
    quarantined = await read_topics(bootstrap_servers, [f"{PREFIX}.quarantine"])
    by_id = {dict(record.headers)["ce_id"].decode(): record for record in published}
    assert len(by_id) == len(published), "an event was published twice"
    return Run(sent, ledger, by_id, quarantined)


def test_the_suite_is_whole() -> None:
    """95 bodies every reader must take, 188 none may, 35 free; no two are the same."""
    assert (len(VALID), len(INVALID), len(FREE)) == (95, 188, 35)
    assert len({*VALID.values(), *INVALID.values(), *FREE.values()}) == len(ALL) == 318
    assert set(FREE) > TAKEN_FREELY


@pytest.mark.parametrize("name", VALID)
def test_another_reader_takes_what_is_valid(name: str) -> None:
    """Python's own reader, held to RFC 8259, takes each valid case, alone and in an event."""
    for place in PLACES:
        read_json(body_of(place, name, VALID[name])[1])


@pytest.mark.parametrize("name", INVALID)
def test_another_reader_refuses_what_is_invalid(name: str) -> None:
    """Python's own reader, held to RFC 8259, refuses each invalid case, alone and in an event."""
    for place in PLACES:
        with pytest.raises((ValueError, RecursionError)):
            read_json(body_of(place, name, INVALID[name])[1])


def test_every_signed_body_is_taken(run: Run) -> None:
    """Each of 954 signed bodies is answered 202: accepted where it is good, else quarantined."""
    assert len(run.sent) == 3 * 318
    wrong = [
        (one.place, one.name, one.status, one.answer)
        for one in run.sent
        if (one.status, one.answer.get("status"))
        != (202, "accepted" if one.good else "quarantined")
    ]
    assert not wrong


def test_the_ledger_balances(run: Run) -> None:
    """What was received is what was accepted and what was quarantined, and Kafka holds as many."""
    good = 2 * (len(VALID) + len(TAKEN_FREELY))
    assert run.ledger["accepted"] == len(run.published) == good
    assert run.ledger["quarantined"] == len(run.quarantined) == 3 * 318 - good
    assert run.ledger["received"] == 3 * 318 == sum(run.ledger.values()) / 2


def test_consumers_get_json_and_nothing_else(run: Run) -> None:
    """Each published record is strict JSON: the bytes that were sent, with the right flat added."""
    for one in run.sent:
        if not one.good:
            continue
        value = run.published[body_of(one.place, one.name, ALL[one.name])[0]].value or b""
        event = read_json(one.body)
        expected = flat_of(event["data"])
        whole = read_json(value)
        flat = whole.pop("flat")
        assert whole == event, one.name
        assert flat == expected, one.name
        assert list(flat) == list(expected), one.name
        end = one.body.rindex(b"}")
        assert value.startswith(one.body[:end] + b',"flat":{'), one.name
        assert value.endswith(b"}" + one.body[end:]), one.name


def test_the_rest_is_kept_byte_for_byte(run: Run) -> None:
    """Each other body is in the quarantine once, unchanged, with the reason that was answered."""
    expected = Counter(one.body for one in run.sent if not one.good)
    assert Counter(record.value for record in run.quarantined) == expected
    names = {one.body: (one.place, one.name) for one in run.sent}
    for record in run.quarantined:
        place, name = names[record.value or b""]
        reason = dict(record.headers)["cstar-reason"].decode()
        assert (place, name, reason) == (place, name, reason_of(place, name))


def reason_of(place: str, name: str) -> str:
    """Return why a case in its place cannot be used."""
    if name in TOO_DEEP:
        return "nesting_too_deep"
    readable = name in VALID or name in TAKEN_FREELY
    return "envelope_invalid" if place == "body" and readable else "body_not_json"
