"""The broker as its users hold it: starts, answers, is hurt, comes back, and is gone at the end."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from gateway.embedded import Kafka, KafkaFailed
from gateway.embedded.launch import Launch
from gateway.embedded.ports import free_ports
from gateway.embedded.probe import brokers_alive
from tests.embedded.processes import is_running
from tests.kafka_reading import create_topics, read_topics
from tests.waiting import until, wait_until

# A broker that was killed waits for its own old session to end before it may come back.
QUICK_TO_RETURN = {"broker.session.timeout.ms": "1500", "broker.heartbeat.interval.ms": "300"}


@pytest.fixture
async def own_kafka() -> AsyncIterator[Kafka]:
    """A broker of the test's own, to hurt."""
    async with Kafka(overrides=QUICK_TO_RETURN) as broker:
        yield broker


async def produce(bootstrap_servers: str, topic: str, *values: bytes, **settings: str) -> None:
    """Send the values, each acked, over the topic's three partitions in turn."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", **settings)
    try:
        await producer.start()
        for number, value in enumerate(values):
            await producer.send_and_wait(
                topic, value, b"key", partition=number % 3, headers=[("h", b"v")]
            )
    finally:
        await producer.stop()


async def values(bootstrap_servers: str, topic: str) -> set[bytes | None]:
    """Return what the topic holds."""
    return {record.value for record in await read_topics(bootstrap_servers, [topic])}


async def test_it_is_a_real_kafka(kafka: Kafka, unique_prefix: str) -> None:
    """What a producer sends with acks=all, a consumer reads: key, value, headers, partition."""
    topic = f"{unique_prefix}.letters"
    await create_topics(kafka.bootstrap_servers, [topic], partitions=3)
    sent = [b"%d" % number for number in range(30)]
    await produce(kafka.bootstrap_servers, topic, *sent)
    records = await read_topics(kafka.bootstrap_servers, [topic, f"{unique_prefix}.absent"])
    assert sorted(int(record.value or b"") for record in records) == list(range(30))
    assert {record.partition for record in records} == {0, 1, 2}
    assert {(record.key, record.headers) for record in records} == {(b"key", (("h", b"v"),))}


async def test_topics_are_never_made_by_naming_them(kafka: Kafka, unique_prefix: str) -> None:
    """Asking for a topic that is not there does not create it, as in production."""
    assert await read_topics(kafka.bootstrap_servers, [f"{unique_prefix}.typo"]) == []
    assert await read_topics(kafka.bootstrap_servers, [f"{unique_prefix}.typo"]) == []


async def test_ctrl_c_does_not_reach_it(kafka: Kafka) -> None:
    """A terminal's Ctrl-C and hang-up leave it standing while the gateway drains.

    It is in another process group and session than we are.
    """
    assert os.getpgid(kafka.pid) != os.getpgid(0)
    assert os.getsid(kafka.pid) != os.getsid(0)


async def test_it_comes_back_after_kill_with_what_was_acked(own_kafka: Kafka) -> None:
    """After SIGKILL a restart has the same port and every acked record."""
    await create_topics(own_kafka.bootstrap_servers, ["kept"], partitions=3)
    await produce(own_kafka.bootstrap_servers, "kept", b"before")
    port, pid = own_kafka.port, own_kafka.pid
    own_kafka.kill()
    assert not is_running(pid)
    assert not own_kafka.runs
    await own_kafka.restart()
    assert (own_kafka.port, own_kafka.runs) == (port, True)
    await produce(own_kafka.bootstrap_servers, "kept", b"after")
    assert await values(own_kafka.bootstrap_servers, "kept") == {b"before", b"after"}


async def test_a_restart_needs_no_kill_before_it(own_kafka: Kafka) -> None:
    """A running broker is stopped cleanly and started again."""
    await create_topics(own_kafka.bootstrap_servers, ["kept"], partitions=3)
    await produce(own_kafka.bootstrap_servers, "kept", b"before")
    pid = own_kafka.pid
    await own_kafka.restart()
    assert own_kafka.pid != pid
    assert await values(own_kafka.bootstrap_servers, "kept") == {b"before"}


async def test_frozen_it_answers_nothing_and_thawed_it_does(own_kafka: Kafka) -> None:
    """Paused, connections are made by the kernel but nothing answers; resumed, all is as before."""
    own_kafka.pause()
    assert own_kafka.runs
    with socket.create_connection(("127.0.0.1", own_kafka.port), timeout=5):
        pass
    assert await asyncio.to_thread(brokers_alive, own_kafka.port) == 0
    own_kafka.resume()
    await asyncio.to_thread(wait_until, lambda: brokers_alive(own_kafka.port) == 1)


async def test_stopped_it_leaves_nothing_even_when_frozen() -> None:
    """The end of the block ends the process and removes its folder, whatever state it is in."""
    async with Kafka() as broker:
        pid, folder = broker.pid, broker.log.parent
        assert (folder / "data" / "meta.properties").exists()
        broker.pause()
    assert not is_running(pid)
    assert not folder.exists()


async def test_kept_data_come_back_on_other_ports(tmp_path: Path) -> None:
    """With a data folder, a later broker finds what an earlier one took."""
    async with Kafka(data_dir=tmp_path / "kept") as first:
        await create_topics(first.bootstrap_servers, ["kept"], partitions=3)
        await produce(first.bootstrap_servers, "kept", b"old")
        port = first.port
    async with Kafka(data_dir=tmp_path / "kept") as second:
        assert await values(second.bootstrap_servers, "kept") == {b"old"}
        assert second.port != port


async def test_it_can_be_reached_past_a_proxy() -> None:
    """Where clients are led to a proxy that is not there, `internal_servers` leads past it."""
    (nobody,) = free_ports(1)
    async with Kafka(advertised_port=nobody) as broker:
        assert broker.bootstrap_servers == f"127.0.0.1:{nobody}"
        await create_topics(broker.internal_servers, ["letters"], partitions=3)
        await produce(broker.internal_servers, "letters", b"one")
        assert await values(broker.internal_servers, "letters") == {b"one"}


async def test_it_can_ask_for_a_password(unique_prefix: str) -> None:
    """A protocol and overrides make it a SASL broker, which takes one password and no other."""
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    overrides = {
        "listener.name.clients.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.clients.plain.sasl.jaas.config": f'{module} required user_ada="engine";',
    }
    topic = f"{unique_prefix}.secret"
    sasl = {"security_protocol": "SASL_PLAINTEXT", "sasl_plain_username": "ada"}
    async with Kafka(protocol="SASL_PLAINTEXT", overrides=overrides) as broker:
        with pytest.raises(KafkaConnectionError):
            await produce(broker.bootstrap_servers, topic, b"x", sasl_plain_password="no", **sasl)
        await produce(broker.bootstrap_servers, topic, sasl_plain_password="engine", **sasl)


async def test_a_taken_port_is_said_so() -> None:
    """A port one asked for and another has is an error at once, with advice."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(KafkaFailed, match=f"Port {port} of 127.0.0.1 is taken") as failed:
            await Kafka(port=port).start()
    assert failed.value.advice


async def test_a_lost_race_for_a_port_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another process takes a port after we found it free, others are tried."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        looks = [taken]

        def unlucky_once(count: int) -> list[int]:
            return [looks.pop(), *free_ports(count - 1)] if looks else free_ports(count)

        monkeypatch.setattr("gateway.embedded.kafka.free_ports", unlucky_once)
        async with Kafka() as broker:
            assert not looks
            assert broker.port != taken
            await create_topics(broker.bootstrap_servers, ["a"])


async def test_a_start_given_up_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled in the middle of a start (Ctrl-C), the process and the folder are gone."""
    started: list[Launch] = []

    class Seen(Launch):
        def start(self, within: float) -> None:
            started.append(self)
            super().start(within)

    monkeypatch.setattr("gateway.embedded.kafka.Launch", Seen)
    broker = Kafka()
    starting = asyncio.create_task(broker.start())
    await until(lambda: bool(started) and started[0].process.runs)
    pid, folder = started[0].process.pid, started[0].log.parent
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await until(lambda: not is_running(pid) and not folder.exists())
    assert not broker.runs


async def test_order_of_calls_is_held_to() -> None:
    """What needs a started broker says so, and a second start is refused."""
    broker = Kafka()
    with pytest.raises(KafkaFailed, match="not started"):
        broker.kill()
    await broker.stop()
    async with broker:
        with pytest.raises(KafkaFailed, match="started already"):
            await broker.start()
        assert broker.runs
