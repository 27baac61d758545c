"""Kafka absent, killed and frozen under a gateway that runs as it is deployed."""

import asyncio
import json
from collections.abc import Sequence

from gateway.embedded import Kafka
from tests.e2e.delivering import Sender, event, ids_in_kafka
from tests.e2e.running import Client, environment, gateway_command, signed
from tests.waiting import until

SENDERS = 12


async def failing_checks(client: Client) -> set[str]:
    """Return what the gateway says it lacks; nothing where it is ready."""
    status, text = await client.get("/readyz")
    failing = {check["name"] for check in json.loads(text)["checks"] if not check["ok"]}
    assert status == (503 if failing else 200)
    return failing


async def wait_failing(client: Client) -> None:
    """Return when the gateway says that Kafka is not there."""
    async with asyncio.timeout(30):
        while "kafka" not in await failing_checks(client):  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.05)


def answered(senders: Sequence[Sender]) -> int:
    """Return how many answers there are."""
    return sum(len(sender.answers) for sender in senders)


async def test_kafka_may_come_after_the_gateway(broker: Kafka, unique_prefix: str) -> None:
    """Without Kafka it lives, is unready and answers 503 at once; Kafka comes, and it serves."""
    broker.kill()
    await until(lambda: not broker.runs)
    async with gateway_command(environment(broker.bootstrap_servers, unique_prefix)) as command:
        client = await command.listening()
        sender, body = Sender(client, "early"), event("evt_0")
        await wait_failing(client)
        assert (await client.get("/livez"))[0] == 200
        async with asyncio.timeout(2):  # known to be down: nothing is waited for
            answer = await client.post(body, signed(body))
            assert answer.status == 503
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert int(answer.headers["Retry-After"]) > 0
            assert await sender.attempt("evt_1") == (503, "starting")
        await broker.restart()
        await client.wait_ready()
        assert await sender.attempt("evt_1") == (202, "accepted")
        assert command.process.returncode is None
        ledger = await client.ledger()
    assert (ledger["unavailable"], ledger["accepted"], ledger["received"]) == (2, 1, 3)
    assert await ids_in_kafka(broker.bootstrap_servers, unique_prefix) == {"evt_1": 1}


async def test_kafka_is_killed_under_load(broker: Kafka, unique_prefix: str) -> None:
    """A broker killed and started again costs 503s, all in time; each event is there once."""
    async with gateway_command(environment(broker.bootstrap_servers, unique_prefix)) as command:
        client = await command.listening()
        await client.wait_ready()
        senders = [Sender(client, f"s{team}", team) for team in range(SENDERS)]
        stop = asyncio.Event()
        load = asyncio.gather(*(sender.run(stop) for sender in senders))
        await until(lambda: answered(senders) > 200)
        broker.kill()
        await until(lambda: all(sender.ids(503) for sender in senders))
        await wait_failing(client)
        assert (await client.get("/livez"))[0] == 200
        accepted_before = set().union(*(sender.ids(202) for sender in senders))
        async with asyncio.timeout(2):
            assert (await client.send(b"{}"))[0] == 503
        await broker.restart()
        await client.wait_ready()
        count = answered(senders)
        await until(lambda: answered(senders) > count + 200)
        stop.set()
        await load
        assert command.process.returncode is None
    sent = set().union(*(sender.ids(200, 202, 503) for sender in senders))
    found = await ids_in_kafka(broker.bootstrap_servers, unique_prefix)
    assert accepted_before
    assert accepted_before <= found.keys()
    assert found == dict.fromkeys(sent, 1)


async def test_kafka_freezes_for_longer_than_a_publish_may_take(
    broker: Kafka, unique_prefix: str
) -> None:
    """A frozen broker costs 503s in time; thawed, each retry finds its event there, once."""
    settings = environment(broker.bootstrap_servers, unique_prefix, KAFKA__PUBLISH_TIMEOUT="1.5s")
    async with gateway_command(settings) as command:
        client = await command.listening()
        await client.wait_ready()
        sender = Sender(client, "frozen")
        assert await sender.attempt("evt_before") == (202, "accepted")
        broker.pause()
        ids = [f"evt_{number}" for number in range(20)]
        answers = await asyncio.gather(*(sender.attempt(event_id) for event_id in ids))
        assert set(answers) == {(503, "publish_timeout")}
        # The retry of an event that may still be on its way joins it, and shares its fate.
        assert await sender.attempt("evt_0") in {(503, "twin_failed"), (503, "kafka_unavailable")}
        await wait_failing(client)
        assert (await client.get("/livez"))[0] == 200
        async with asyncio.timeout(2):
            assert await sender.attempt("evt_late") == (503, "kafka_unavailable")
        broker.resume()
        await asyncio.gather(*(sender.deliver(event_id) for event_id in [*ids, "evt_late"]))
        ledger = await client.ledger()
    assert ledger["accepted"] + ledger["duplicate"] == len(ids) + 2
    found = await ids_in_kafka(broker.bootstrap_servers, unique_prefix)
    assert found == dict.fromkeys([*ids, "evt_before", "evt_late"], 1)
