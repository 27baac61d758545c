"""What is in its topics already is known from the topics themselves."""

from aiokafka import AIOKafkaProducer

from gateway.cli.landed import Landed
from gateway.cli.quarantine import Row
from gateway.embedded import Kafka
from gateway.pipeline.quarantined import Place, Quarantined
from gateway.sink.settings import KafkaSettings
from tests.kafka_reading import create_topics

AT = 1_777_315_331.0
BODY = b'{"id":"evt_1","type":"ticket.created","team_id":"team_1","data": {"n": 1.10}}'
FLAT = b'{"id":"evt_1","type":"ticket.created","team_id":"team_1","n":1.10}'


def row(body: bytes = BODY) -> Row:
    """Return a row of the quarantine."""
    return Row.of(Quarantined(Place(0, 0), AT, b"team_1", body, []))


async def landed(kafka: Kafka, prefix: str, records: list[tuple[str, bytes, float]]) -> Landed:
    """Return what is found of `row()` in two topics that have these values at these times."""
    topics = [f"{prefix}.{name}" for name in ("a", "b")]
    await create_topics(kafka.bootstrap_servers, topics, partitions=2)
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
    await producer.start()
    for name, value, at in records:
        await producer.send_and_wait(
            f"{prefix}.{name}",
            value,
            b"team_1",
            headers=[("ce_id", b"evt_1")],
            timestamp_ms=int(at * 1000),
        )
    await producer.stop()
    found = Landed(lambda _: topics)
    await found.look(KafkaSettings(bootstrap_servers=kafka.bootstrap_servers), [row(), row(b"?")])
    return found


async def test_every_topic_must_have_it(kafka: Kafka, unique_prefix: str) -> None:
    """An event is there when all its topics have it: with `data` spaced anyhow, or without it."""
    spaced = BODY.replace(b" ", b"").replace(b"}}", b'},"flat":{}}')
    found = await landed(kafka, unique_prefix, [("a", spaced, AT), ("b", FLAT, AT)])
    assert found.has(row())
    assert not found.has(row(b"?"))


async def test_one_topic_is_not_enough(kafka: Kafka, unique_prefix: str) -> None:
    """A copy that is missing is a reason to replay: an event twice is better than never."""
    found = await landed(kafka, unique_prefix, [("a", BODY, AT)])
    assert not found.has(row())


async def test_other_data_is_another_event(kafka: Kafka, unique_prefix: str) -> None:
    """The same id with other data, or from before the quarantine, is not this event."""
    other = BODY.replace(b"1.10", b"2")
    found = await landed(kafka, unique_prefix, [("b", BODY, 1), ("a", BODY, AT), ("b", other, AT)])
    assert not found.has(row())
