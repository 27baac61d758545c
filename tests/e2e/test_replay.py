"""What is quarantined is replayed after a fix: once, whatever happens, and nothing is lost."""

import asyncio
import json
import os
import sys
import time
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

import gateway.assembly
from gateway.cli.choice import choose
from gateway.cli.replay_run import Wish, run
from gateway.cli.replaying import Replaying, Result
from gateway.cli.telling import Telling
from gateway.config import load
from gateway.embedded import Kafka
from gateway.sink.settings import KafkaSettings
from gateway.sink.topics import Admin
from tests.e2e.replays import Replays, fill, records_of
from tests.e2e.running import Client, environment
from tests.kafka_reading import create_topics

TEAMS = {"WEBHOOKS__0__TEAMS": "team_1"}
SMALL = {"max.message.bytes": "20000"}


@pytest.fixture(params=["memory", "kafka"])
def replays(
    kafka: Kafka,
    unique_prefix: str,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> Replays:
    """Replays of this test's topics, with each store of idempotency."""
    return Replays(kafka.bootstrap_servers, unique_prefix, capsys, request.param)


def event(event_id: str, **fields: Any) -> bytes:
    """Return a good event with some fields replaced."""
    return json.dumps(
        {
            "id": event_id,
            "type": "customer.deleted",
            "created_at": "2026-04-27T18:42:11.000Z",
            "team_id": "team_1",
            "data": {"id": f"cus_{event_id}"},
        }
        | fields
    ).encode()


LARGE = event("evt_large", type="article.deleted", data={"id": "x" * 30_000})
FOREIGN = event("evt_foreign", team_id="team_2")
BROKEN = event("evt_broken")
UNUSABLE = {
    "body_not_json": b'{"id":',
    "envelope_invalid": b"[]",
    "nesting_too_deep": event("evt_deep").replace(b'"cus_', b"[" * 5000 + b'"'),
    "data_not_object": event("evt_array", data=[]),
    "flat_too_many_keys": event("evt_keys", data={f"k{n}": n for n in range(2001)}),
    "flat_too_large": event("evt_flat", data={"k" * 1000: {f"{n}": n for n in range(1500)}}),
    "record_too_large": LARGE,
    "team_not_allowed": FOREIGN,
}


async def allow_large(servers: str, topic: str) -> None:
    """Have a topic take large records; return when Kafka says that it does."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    asking = Admin(KafkaSettings(bootstrap_servers=servers))
    await admin.start()
    await asking.start()
    await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": "1000000"})]
    )
    async with asyncio.timeout(30):
        while (await asking.record_limits([topic]))[topic] != 1_000_000:  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.02)
    await asking.close()
    await admin.close()


async def quarantine(client: Client, *bodies: bytes) -> None:
    """Send bodies that must be quarantined."""
    for body in bodies:
        status, answer = await client.send(body)
        assert (status, answer["status"]) == (202, "quarantined"), answer


async def test_each_reason(
    kafka: Kafka, unique_prefix: str, replays: Replays, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is mended is replayed with its id; the rest stays, is not quarantined again, and told.

    A dry run before says the same, and writes nothing. A second replay adds nothing.
    """
    await create_topics(kafka.bootstrap_servers, [f"{unique_prefix}.articles"], configs=SMALL)
    async with replays.gateway("team_1") as client:
        await quarantine(client, *UNUSABLE.values())
        with monkeypatch.context() as patch:
            patch.setattr(gateway.assembly, "build_records", None)
            await quarantine(client, BROKEN)
    everything = (*UNUSABLE, "unprocessable")
    unmended = await replays.run(sure=None, settings=TEAMS)
    assert unmended.code == 1
    assert unmended.outcomes() == {reason: ("quarantined", reason) for reason in UNUSABLE} | {
        "unprocessable": ("accepted", "acked")
    }
    await allow_large(kafka.bootstrap_servers, f"{unique_prefix}.articles")
    mended = {"record_too_large": "evt_large", "team_not_allowed": "evt_foreign"}
    mended["unprocessable"] = "evt_broken"
    expected = {
        reason: ("accepted", "acked") if reason in mended else ("quarantined", reason)
        for reason in everything
    }
    dry = await replays.run(sure=False)
    assert (dry.code, dry.outcomes()) == (1, expected)
    assert dry.summary["dry_run"]
    assert await replays.ids() == {}
    assert await replays.quarantine() == len(everything)
    first = await replays.run()
    assert (first.code, first.outcomes()) == (1, expected)
    second = await replays.run()
    assert second.outcomes() == {
        reason: end for reason, end in expected.items() if reason not in mended
    }
    assert second.summary["replayed_before"] == len(mended)
    assert await replays.ids() == dict.fromkeys(mended.values(), 1)
    kept = await replays.quarantine(lambda headers: "cstar-reason" in headers)
    assert kept == len(everything)


async def test_what_was_accepted_meanwhile(
    kafka: Kafka, unique_prefix: str, replays: Replays
) -> None:
    """What cStar sent again, and was accepted, is not there twice, also where nobody remembers.

    The same id with other data is another event: it is replayed.
    """
    await create_topics(kafka.bootstrap_servers, [f"{unique_prefix}.articles"], configs=SMALL)
    other = event("evt_other", team_id="team_2")
    async with replays.gateway("team_1") as client:
        await quarantine(client, LARGE, FOREIGN, other)
    await allow_large(kafka.bootstrap_servers, f"{unique_prefix}.articles")
    async with replays.gateway() as client:
        changed = event("evt_other", team_id="team_2", data={"id": "changed"})
        known = replays.store == "kafka"
        answers = [await client.send(body) for body in (LARGE, FOREIGN, changed)]
    ended = [answer["status"] for _, answer in answers]
    assert ended == ["duplicate" if known else "accepted", "accepted", "accepted"]
    replayed = await replays.run()
    assert {line["id"]: line["replay"]["outcome"] for line in replayed.lines} == {
        "evt_large": "accepted" if known else "duplicate",
        "evt_foreign": "duplicate",
        "evt_other": "accepted",
    }
    assert await replays.ids() == {"evt_large": 1, "evt_foreign": 1, "evt_other": 2}
    assert (await replays.run()).summary["replayed_before"] == 3


async def test_a_record_like_any_other(kafka: Kafka, unique_prefix: str, replays: Replays) -> None:
    """A replay takes the routes and forms of its webhook; its time is the replay's, and late."""
    routes = {
        "ROUTES": json.dumps(
            [{"match": ["customer.*"], "topic": f"{unique_prefix}.crm", "payload": "flat"}]
        )
    }
    begun = time.time()
    await fill(kafka.bootstrap_servers, unique_prefix, ["evt_1"])
    assert (await replays.run(settings=routes)).code == 0
    (record,) = await records_of(kafka.bootstrap_servers, unique_prefix, "customers")
    (copy,) = await records_of(kafka.bootstrap_servers, unique_prefix, "crm")
    headers = dict(record.headers)
    assert record.key == copy.key == b"team_0"
    assert headers["ce_id"] == b"evt_1"
    assert headers["cstar-late"] == b"true"
    assert record.timestamp >= begun * 1000
    assert json.loads(record.value)["flat"] == {"id": "cus_evt_1"}
    assert json.loads(copy.value)["data_id"] == "cus_evt_1"


async def test_what_cannot_go_yet(kafka: Kafka, unique_prefix: str, replays: Replays) -> None:
    """A webhook that is gone fails, what nobody wants is left: both go once that is mended."""
    await fill(kafka.bootstrap_servers, unique_prefix, ["evt_1"])
    gone = await replays.run(settings={"WEBHOOKS__0__NAME": "other"})
    assert (gone.code, gone.lines[0]["replay"]["reason"]) == (1, "webhook_unknown")
    unwanted = await replays.run(settings={"WEBHOOKS__0__EVENTS": "ticket.*"})
    assert (unwanted.code, unwanted.lines[0]["replay"]["outcome"]) == (0, "filtered")
    assert await replays.ids() == {}
    assert (await replays.run()).summary["accepted"] == 1
    assert await replays.ids() == {"evt_1": 1}


async def test_two_at_once(kafka: Kafka, unique_prefix: str, replays: Replays) -> None:
    """Two replays at once take turns: the second finds all of it done."""
    ids = [f"evt_{number}" for number in range(300)]
    await fill(kafka.bootstrap_servers, unique_prefix, ids, teams=7)
    config = load(None, environment(kafka.bootstrap_servers, unique_prefix, **replays.settings))
    wish = Wish(choose(), sure=True, lease_seconds=5.0)
    codes = await asyncio.gather(*(run(config, wish, Telling(json=True)) for _ in range(2)))
    assert codes == [0, 0]
    assert await replays.ids() == dict.fromkeys(ids, 1)
    assert await replays.quarantine(lambda headers: "cstar-replayed" in headers) == len(ids)


async def test_a_death_between_ack_and_marker(
    kafka: Kafka, unique_prefix: str, replays: Replays, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Kafka has and no marker tells of is found in its topic, and marked then."""
    await fill(kafka.bootstrap_servers, unique_prefix, ["evt_1"])

    async def dies(*_: object) -> None:
        """Write no marker."""

    with monkeypatch.context() as patch:
        patch.setattr(Replaying, "_mark", dies)
        assert (await replays.run()).summary["accepted"] == 1
    assert (await replays.run()).summary["duplicate"] == 1
    assert (await replays.run()).summary["replayed_before"] == 1
    assert await replays.ids() == {"evt_1": 1}


async def test_a_replay_that_is_killed(kafka: Kafka, unique_prefix: str, replays: Replays) -> None:
    """A replay killed midway loses nothing; the next waits for its lease, and doubles nothing."""
    ids = [f"evt_{number}" for number in range(4000)]
    await fill(kafka.bootstrap_servers, unique_prefix, ids, teams=7)
    variables = environment(kafka.bootstrap_servers, unique_prefix, **replays.settings)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "replay", "--yes", "--json"),
        env={**os.environ, **variables},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        for _ in range(100):
            assert await process.stdout.readline()
    process.kill()
    await process.communicate()
    landed = await replays.ids()
    assert 100 <= len(landed) < len(ids)
    rest = await replays.run(lease_seconds=3.0)
    assert rest.code == 0
    assert rest.summary["replayed_before"] + rest.summary["records"] == len(ids)
    assert await replays.ids() == dict.fromkeys(ids, 1)


@pytest.mark.timeout(400)  # each run that meets no Kafka waits half a minute for it
async def test_kafka_is_lost_midway(
    broker: Kafka, unique_prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without Kafka a replay gives up and says that it may run again; then nothing is doubled."""
    replays = Replays(broker.bootstrap_servers, unique_prefix, capsys, "kafka")
    ids = [f"evt_{number}" for number in range(4000)]
    await fill(broker.bootstrap_servers, unique_prefix, ids, teams=7)
    settings = {**replays.settings, "KAFKA__PUBLISH_TIMEOUT": "1.5s"}
    config = load(None, environment(broker.bootstrap_servers, unique_prefix, **settings))
    told: list[Result] = []

    class Listening(Telling):
        def tell(self, result: Result) -> None:
            told.append(result)
            if len(told) == 100:
                broker.kill()

    capsys.readouterr()
    wish = Wish(choose(), sure=True, lease_seconds=2.0)
    assert await run(config, wish, Listening(json=True)) == 1
    assert "run it again" in capsys.readouterr().err
    await broker.restart()
    code = 1
    for _ in range(5):  # one that runs while the broker is still slow may give up, too
        code = (await replays.run(lease_seconds=10.0)).code
        if code == 0:
            break
    assert code == 0
    assert await replays.ids() == dict.fromkeys(ids, 1)
