"""The quarantine as a list, and the bodies of its rows."""

from typing import Any

from aiokafka import AIOKafkaProducer
from msgspec import UNSET, Raw

from gateway.cli.choice import choose
from gateway.cli.quarantine import bodies, list_rows, say
from gateway.embedded import Kafka
from gateway.sink.settings import KafkaSettings
from tests.e2e.delivering import event
from tests.kafka_reading import create_topics

REASON = ("cstar-reason", b"unprocessable")


async def write(kafka: Kafka, topic: str, *records: tuple[bytes, tuple[str, bytes], int]) -> None:
    """Write values under a header each, at these seconds, to one partition."""
    await create_topics(kafka.bootstrap_servers, [topic])
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
    await producer.start()
    for value, header, at in records:
        sent: dict[str, Any] = {"headers": [header], "timestamp_ms": at * 1000}
        await producer.send_and_wait(topic, value, b"team_0", **sent)
    await producer.stop()


async def test_rows_and_their_bodies(kafka: Kafka, unique_prefix: str) -> None:
    """Listed is what is meant and not marked as replayed, oldest first; markers are not listed."""
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    await write(
        kafka,
        unique_prefix,
        (event("evt_0"), REASON, 30),
        (event("evt_1"), REASON, 20),
        (b"junk", REASON, 10),
        (b"", ("cstar-replayed", b"0@1"), 40),
        (b"", ("cstar-replayed", b"0@99"), 40),
        (b"", ("cstar-replay", b"begun"), 40),
    )
    listing = await list_rows(settings, unique_prefix, choose())
    assert [row.place.offset for row in listing.rows] == [2, 0]
    assert listing.replayed == 1
    found = {row.id: kept.body async for row, kept in bodies(settings, unique_prefix, listing.rows)}
    assert found == {None: b"junk", "evt_0": event("evt_0")}
    limited = await list_rows(settings, unique_prefix, choose(limit=1))
    assert [row.place.offset for row in limited.rows] == [2]
    named = await list_rows(settings, unique_prefix, choose(ids=["evt_0"]))
    assert ([row.id for row in named.rows], named.replayed) == (["evt_0"], 0)


async def test_no_topic_is_an_empty_quarantine(kafka: Kafka, unique_prefix: str) -> None:
    """Where nothing was ever quarantined there is nothing to list."""
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    assert await list_rows(settings, unique_prefix, choose()) == ([], 0)


def test_what_data_says() -> None:
    """Spacing says nothing; values do, and so does what is no JSON at all."""
    assert say(Raw(b'{"a": 1}')) == say(Raw(b'{"a":1}'))
    assert say(Raw(b'{"a":1}')) != say(Raw(b'{"a":2}'))
    assert say(Raw(b'"\xff"')) != say(Raw(b'"\xfe"'))
    assert say(UNSET) == b""
