"""The journal between whole gateways on a real Kafka: restart, replicas, a kill, a lost journal."""

import asyncio
import signal
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest

from gateway.embedded import Kafka
from tests.e2e.delivering import event, ids_in_kafka
from tests.e2e.running import Client, environment, gateway_command, running_gateway
from tests.kafka_reading import read_topics
from tests.sink.rigs import delete_topics
from tests.waiting import until


def journaled(servers: str, prefix: str) -> AbstractAsyncContextManager[Client]:
    """Run a gateway that keeps its marks in Kafka."""
    return running_gateway(servers, prefix, IDEMPOTENCY__STORE="kafka")


async def accept(client: Client, *names: str) -> None:
    """Have some events accepted, each for the first time."""
    for name in names:
        assert await client.send(event(name)) == (202, {"status": "accepted", "id": name})


async def known(client: Client, name: str) -> bool:
    """Tell whether an event is a duplicate to this gateway; if not, it is accepted by this."""
    status, answer = await client.send(event(name))
    assert status in (200, 202), answer
    return bool(answer["status"] == "duplicate")


async def test_a_restart_forgets_nothing(kafka: Kafka, unique_prefix: str) -> None:
    """What one process accepted the next knows, as soon as it is ready, quarantined too."""
    async with journaled(kafka.bootstrap_servers, unique_prefix) as first:
        await accept(first, "evt_1", "evt_2")
        assert (await first.send(b"junk"))[1]["status"] == "quarantined"
    async with journaled(kafka.bootstrap_servers, unique_prefix) as second:
        assert await known(second, "evt_1")
        assert await known(second, "evt_2")
        assert not await known(second, "evt_3")
        assert (await second.send(b"junk"))[1]["status"] == "duplicate"
    assert set((await ids_in_kafka(kafka.bootstrap_servers, unique_prefix)).values()) == {1}


async def test_replicas_know_what_each_accepted(kafka: Kafka, unique_prefix: str) -> None:
    """What one replica has accepted is a duplicate to the other a moment later, both ways."""
    servers = kafka.bootstrap_servers
    async with (
        journaled(servers, unique_prefix) as one,
        journaled(servers, unique_prefix) as other,
    ):
        for number in range(20):
            await accept(one, f"evt_one_{number}")
            await accept(other, f"evt_other_{number}")
        await asyncio.sleep(0.5)
        for number in range(20):
            assert await known(other, f"evt_one_{number}")
            assert await known(one, f"evt_other_{number}")
    counts = await ids_in_kafka(servers, unique_prefix)
    assert len(counts) == 40
    assert set(counts.values()) == {1}


async def test_what_a_killed_replica_left_unmarked_is_found(
    kafka: Kafka, unique_prefix: str
) -> None:
    """Killed between ack and mark, a replica's events are read back by the one that lives on."""
    variables = environment(kafka.bootstrap_servers, unique_prefix, IDEMPOTENCY__STORE="kafka")
    async with gateway_command(variables) as doomed, gateway_command(variables) as survivor:
        clients = await asyncio.gather(doomed.listening(), survivor.listening())
        await asyncio.gather(*(client.wait_ready() for client in clients))
        names = [f"evt_{number}" for number in range(200)]
        sent = [asyncio.create_task(clients[0].send(event(name))) for name in names]
        await until(lambda: any(task.done() for task in sent))
        doomed.signal(signal.SIGKILL)
        await asyncio.gather(*sent, return_exceptions=True)
        in_kafka = set(await ids_in_kafka(kafka.bootstrap_servers, unique_prefix))
        assert in_kafka
        await until(lambda: bool(survivor.lines("a replica fell silent")))
        for name in names:
            assert await known(clients[1], name) is (name in in_kafka)
    counts = await ids_in_kafka(kafka.bootstrap_servers, unique_prefix)
    assert len(counts) == len(names)
    assert set(counts.values()) == {1}


async def test_a_lost_journal_is_rebuilt_from_the_outputs(kafka: Kafka, unique_prefix: str) -> None:
    """Without its journal, deleted or never there, a gateway knows what its topics hold."""
    servers = kafka.bootstrap_servers
    async with running_gateway(servers, unique_prefix) as without:
        await accept(without, "evt_before_the_journal")
    async with journaled(servers, unique_prefix) as first:
        assert await known(first, "evt_before_the_journal")
        await accept(first, "evt_with_journal")
    await delete_topics(servers, f"{unique_prefix}.idempotency")
    async with journaled(servers, unique_prefix) as second:
        assert await known(second, "evt_before_the_journal")
        assert await known(second, "evt_with_journal")


async def test_the_journal_says_how_it_is(kafka: Kafka, unique_prefix: str) -> None:
    """Its topic has one partition, the broker's time and the window's retention; gauges tell."""
    async with journaled(kafka.bootstrap_servers, unique_prefix) as client:
        await accept(client, "evt_1")
        await until_metric(client, "cstar_gateway_idempotency_unwritten_marks", 0.0)
        assert await client.metric("cstar_gateway_idempotency_complete") == 1.0
        assert await client.metric("cstar_gateway_idempotency_ids") == 1.0
        assert await client.metric("cstar_gateway_idempotency_dropped_marks_total") == 0.0
    records = await read_topics(kafka.bootstrap_servers, [f"{unique_prefix}.idempotency"])
    assert {record.partition for record in records} == {0}
    assert {record.timestamp_type for record in records} == {1}  # LogAppendTime


async def until_metric(client: Client, name: str, value: float) -> None:
    """Return when a metric has a value."""
    async with asyncio.timeout(30):
        while await client.metric(name) != value:  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.02)


async def test_a_journal_that_may_not_be_written_stops_no_event(
    kafka: Kafka, unique_prefix: str
) -> None:
    """With its topic gone, events are accepted all the same; their marks wait and land later."""
    servers = kafka.bootstrap_servers
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(journaled(servers, unique_prefix))
        await accept(client, "evt_1")
        await delete_topics(servers, f"{unique_prefix}.idempotency")
        await accept(client, "evt_2", "evt_3")
        await client.wait_ready()
        await until_metric(client, "cstar_gateway_idempotency_unwritten_marks", 0.0)
        assert await known(client, "evt_1")
    async with journaled(servers, unique_prefix) as next_one:
        for name in ("evt_1", "evt_2", "evt_3"):
            assert await known(next_one, name)


@pytest.mark.parametrize("store", ["kafka", "memory"])
async def test_both_stores_hold_one_process_to_its_word(
    kafka: Kafka, unique_prefix: str, store: str
) -> None:
    """The same id fifty times at once is one record under either store."""
    running = running_gateway(kafka.bootstrap_servers, unique_prefix, IDEMPOTENCY__STORE=store)
    async with running as client:
        answers = await asyncio.gather(*(client.send(event("evt_1")) for _ in range(50)))
        assert {status for status, _ in answers} <= {200, 202}
    assert await ids_in_kafka(kafka.bootstrap_servers, unique_prefix) == {"evt_1": 1}
