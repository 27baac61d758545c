"""The bad inputs of tests/inputs, as raw bytes to `cstar-gateway serve` over a real Kafka."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import ConsumerRecord

from gateway.embedded import Kafka
from gateway.events.catalogue import CATALOGUE, CATEGORIES
from tests.e2e.running import Client, environment
from tests.e2e.serving import Served, served
from tests.inputs.bodies import MOST
from tests.inputs.case import MARK, Case
from tests.inputs.groups import GROUPS
from tests.inputs.reading import flat_of, read_json
from tests.inputs.signatures import BILLING, BILLING_SECRET, OLD_SECRET
from tests.kafka_reading import end_offsets, read_topics
from tests.signing import SECRET

PREFIX = "inputs"
CATEGORY_TOPICS = [f"{PREFIX}.{category}" for category in (*CATEGORIES, "other")]
QUARANTINE = f"{PREFIX}.quarantine"
TOUCHABLE = re.compile(
    r"cstar_gateway_(\w+_(total|count|sum|bucket)|idempotency_(ids|in_flight))\b"
)
"""Counters, and what is known of events: what a refused request must leave as it was."""
COUNTED = re.compile(
    r"cstar_gateway_(deliveries_(received_total|total\{event_type=\"none\",outcome=\"rejected\")"
    r"|event_loop_lag)"
)
"""Where a refusal is counted, and what counts by itself."""


class Answer(NamedTuple):
    """One answer off the wire."""

    status: int
    body: dict[str, Any]


class State(NamedTuple):
    """What a refused request may not touch."""

    offsets: dict[tuple[str, int], int]
    series: list[str]


@pytest.fixture(scope="module")
def gateway(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One gateway for all inputs, with two webhooks and an old secret."""
    variables = environment(
        kafka.bootstrap_servers,
        PREFIX,
        WEBHOOKS__0__SECRETS="env:TEST_WEBHOOK_SECRET,env:TEST_OLD_SECRET",
        WEBHOOKS__1__NAME=BILLING,
        WEBHOOKS__1__SECRETS="env:TEST_BILLING_SECRET",
        WEBHOOKS__1__TEAMS="team_billing",
        INGRESS__BODY_TIMEOUT="0.5",
        INGRESS__MAX_BODY_BYTES=str(MOST),
    )
    secrets = {"TEST_OLD_SECRET": OLD_SECRET, "TEST_BILLING_SECRET": BILLING_SECRET}
    log = tmp_path_factory.mktemp("inputs") / "log"
    with served(variables | secrets, log) as serving:
        yield serving


@pytest.mark.parametrize("name", GROUPS)
async def test_each_input_has_its_answer(name: str, gateway: Served, kafka: Kafka) -> None:
    """Each is answered as its case says; before the signature holds nothing has been touched.

    The process lives, nothing is 500, and not a byte of any of them is in the log.
    """
    cases = GROUPS[name]
    refused = [case for case in cases if case.refused]
    taken = [case for case in cases if not case.refused]
    async with gateway.client() as client:
        before = await state(client, kafka)
        wrong = [await told(gateway.port, case) for case in refused]
        assert [one for one in wrong if one] == []
        assert await state(client, kafka) == before
        wrong = [await told(gateway.port, case) for case in taken]
        assert [one for one in wrong if one] == []
        await check_ledger(client)
    assert gateway.process.poll() is None
    assert MARK not in gateway.log
    assert SECRET not in gateway.log
    assert "Traceback" not in gateway.log
    assert "fault" not in gateway.log
    await check_records(taken, before, kafka)


async def state(client: Client, kafka: Kafka) -> State:
    """Return what a refused request may not touch, as it is now."""
    lines = (await client.get("/metrics"))[1].splitlines()
    series = [line for line in lines if TOUCHABLE.match(line) and not COUNTED.match(line)]
    offsets = await end_offsets(kafka.bootstrap_servers, [*CATEGORY_TOPICS, QUARANTINE])
    return State(offsets, series)


async def told(port: int, case: Case) -> str:
    """Send a case; return what was wrong with the answers, or nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    bodiless = case.request.startswith(b"HEAD")
    try:
        writer.write(case.wire(int(time.time())))
        answers = [await read_answer(reader, bodiless=bodiless) for _ in range(case.answers)]
    except (OSError, asyncio.IncompleteReadError):  # TimeoutError is an OSError
        return "" if case.reset else f"{case.name}: no answer"
    finally:
        writer.close()
    first, *others = answers
    status, said, *_ = case.answer.split()
    found = first.body.get("reason", first.body.get("status", said))
    if (str(first.status), found) != (status, said) or MARK in str(first.body):
        return f"{case.name}: {first}, not {case.answer}"
    if any((other.status, other.body["status"]) != (200, "duplicate") for other in others):
        return f"{case.name}: a later answer differs"
    return ""


async def read_answer(reader: asyncio.StreamReader, *, bodiless: bool = False) -> Answer:
    """Read one answer, past what only tells the sender to go on."""
    async with asyncio.timeout(15):
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 100 "):
            head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = {} if bodiless else json.loads(await reader.readexactly(length))
    return Answer(int(head.split(b" ", 2)[1]), body)


async def check_ledger(client: Client) -> None:
    """Check that what was received is what ended."""
    async with asyncio.timeout(15):
        while await client.metric("cstar_gateway_in_flight_deliveries"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    counts = await client.ledger()
    assert counts.pop("received") == sum(counts.values())


async def check_records(taken: Sequence[Case], before: State, kafka: Kafka) -> None:
    """Check that Kafka has the accepted once, with the right flat, and the others byte for byte."""
    records = await read_topics(kafka.bootstrap_servers, [*CATEGORY_TOPICS, QUARANTINE])
    new = [one for one in records if one.offset >= before.offsets[one.topic, one.partition]]
    quarantined = [one for one in new if one.topic == QUARANTINE]
    published = [one for one in new if one.topic != QUARANTINE]
    good = {case.body: case for case in taken if case.answer.startswith("202 accepted")}
    bad = [(case.body, case.answer.split()[2]) for case in taken if case.body not in good]
    assert Counter(map(value_and_reason, quarantined)) == Counter(bad)
    by_id = {read_json(body)["id"]: case for body, case in good.items()}
    assert len(by_id) == len(published) == len(good)
    for record in published:
        case = by_id[dict(record.headers)["ce_id"].decode()]
        assert record.topic == f"{PREFIX}.{case.answer.split()[2]}", case.name
        check_value(record.value or b"", case)


def value_and_reason(record: ConsumerRecord[bytes, bytes]) -> tuple[bytes, str]:
    """Return what a quarantined record holds, and why it is there."""
    return record.value or b"", dict(record.headers)["cstar-reason"].decode()


def check_value(value: bytes, case: Case) -> None:
    """Check that a value is the body that was sent, with the right flat and nothing else added."""
    event, found = read_json(case.body), read_json(value)
    expected = event.get("flat", flat_of(event["data"]))
    assert found == event | {"flat": expected}, case.name
    assert list(found["flat"]) == list(expected), case.name
    if "flat" in event:
        assert value == case.body, case.name
    else:
        end = case.body.rindex(b"}")
        assert value.startswith(case.body[:end]), case.name


async def test_topics_are_a_closed_set(gateway: Served, kafka: Kafka) -> None:
    """No type, id or team that was sent has become a topic or a label."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        topics = {name for name in await admin.list_topics() if name.startswith(f"{PREFIX}.")}
    finally:
        await admin.close()
    assert topics - {f"{PREFIX}.idempotency"} == {*CATEGORY_TOPICS, QUARANTINE}
    async with gateway.client() as client:
        assert (await client.send(b"{}"))[0] in (200, 202)
        series = (await client.get("/metrics"))[1]
    types = set(re.findall(r'event_type="([^"]*)"', series))
    assert not {name for name in types if "." in name} - set(CATALOGUE)
    assert {name for name in types if "." not in name} <= {"none", "other"}
    assert MARK not in series
