"""One replay at a time, by the order of the log, whoever dies."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.cli.lease import Lease, Sign, ahead
from gateway.embedded import Kafka
from gateway.sink.kafka import KafkaSink
from gateway.sink.memory import MemorySink
from gateway.sink.settings import KafkaSettings, TopicSpec
from tests.waiting import until

SECONDS = 2.0


@pytest.fixture
def settings(kafka: Kafka) -> KafkaSettings:
    """How to reach the shared broker."""
    return KafkaSettings(bootstrap_servers=kafka.bootstrap_servers, replication_factor=1)


@pytest.fixture
async def sink(settings: KafkaSettings, unique_prefix: str) -> AsyncIterator[KafkaSink]:
    """A sink whose one topic is there."""
    sink = KafkaSink(settings, [TopicSpec(name=unique_prefix, role="quarantine")])
    await sink.start()
    await until(lambda: sink.unready is None)
    yield sink
    await sink.stop(5.0)


def test_who_is_ahead() -> None:
    """Ahead are those that begun before and have not ended, each with its last sign."""
    signs = [
        Sign("long", "going", 0, 1.0),  # it begun before anything that was read
        Sign("over", "begun", 1, 2.0),
        Sign("me", "begun", 2, 3.0),
        Sign("later", "begun", 3, 4.0),
        Sign("over", "ended", 4, 5.0),
        Sign("long", "going", 5, 6.0),
    ]
    assert ahead(signs, "me") == {"long": signs[5]}
    assert ahead(signs, "over") == {"long": signs[5]}
    assert ahead(signs, "unheard") is None


async def test_the_second_waits_for_the_first(
    sink: KafkaSink, settings: KafkaSettings, unique_prefix: str
) -> None:
    """The second has the lease when the first has ended, and is told once that it waits."""
    first, second = (Lease(sink, settings, unique_prefix, SECONDS) for _ in range(2))
    told: list[str] = []
    await first.acquire(lambda: told.append("first"))
    waiting = asyncio.create_task(second.acquire(lambda: told.append("second")))
    await until(lambda: bool(told))
    await asyncio.sleep(1.5 * SECONDS)  # longer than a lease: the first gives its signs
    assert first.held
    assert not waiting.done()
    await first.release()
    await waiting
    assert second.held
    assert told == ["second"]
    await second.release()


async def test_the_dead_are_not_waited_for_long(
    sink: KafkaSink, settings: KafkaSettings, unique_prefix: str
) -> None:
    """A replay that was killed holds its lease for as long as a lease lasts, not longer."""
    first, second = (Lease(sink, settings, unique_prefix, SECONDS) for _ in range(2))
    await first.acquire(lambda: None)
    assert first._beating is not None
    first._beating.cancel()  # as kill -9 does: it neither signs nor ends
    async with asyncio.timeout(30):
        await second.acquire(lambda: None)
    assert second.held
    assert not first.held
    await second.release()


async def test_signs_that_come_late_do_not_win_it_back(
    sink: KafkaSink, settings: KafkaSettings, unique_prefix: str
) -> None:
    """Who could not sign in time has lost the lease for good, for another may have begun."""
    lease = Lease(sink, settings, unique_prefix, SECONDS)
    await lease.acquire(lambda: None)
    lease._signed_at -= SECONDS
    assert not lease.held
    assert await lease._sign("going")
    assert not lease.held
    await lease.release()


async def test_without_kafka_there_is_none(settings: KafkaSettings) -> None:
    """Where Kafka does not take the first sign there is no lease."""
    with pytest.raises(ConnectionError, match="does not acknowledge"):
        await Lease(MemorySink(), settings, "t", SECONDS).acquire(lambda: None)
