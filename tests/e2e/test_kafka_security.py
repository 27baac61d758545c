"""Log-ins, certificates and permissions, tried against real brokers that insist on them."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.cli.check import check
from gateway.config import load
from gateway.embedded import Kafka
from gateway.parts import topic_specs
from gateway.sink.settings import KafkaSettings
from gateway.sink.topics import Admin
from tests.certificates import Authority
from tests.cli.environment import run_json
from tests.e2e.delivering import Sender, event, ids_in_kafka
from tests.e2e.running import Client, environment, gateway_command, running_gateway
from tests.e2e.secured import bearer_token, grant, revoke, sasl, set_password, tls
from tests.waiting import until

USER = "gateway"
PAGE = Path(__file__).parents[2] / "docs/security.md"
DOCUMENTED = re.findall(r"--operation (\w+)", PAGE.read_text(encoding="utf-8"))
"""What docs/security.md has people grant on the gateway's topics, where others make them."""


class Guarded(NamedTuple):
    """A broker and who signs for it."""

    kafka: Kafka
    authority: Authority

    def settings(self, mechanism: str, **more: str) -> dict[str, str]:
        """Return the settings of a log-in; `more` go to `kafka.security`."""
        named = {"PROTOCOL": "SASL_SSL", "SASL_MECHANISM": mechanism}
        if mechanism != "OAUTHBEARER":
            named |= {"USERNAME": USER, "PASSWORD": f"file:{self.authority.file.parent}/password"}
        named |= {"CA_FILE": str(self.authority.file)} | more
        return {f"KAFKA__SECURITY__{name}": value for name, value in named.items()}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A broker that speaks TLS only, wants a log-in, and lets nobody do what was not granted."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "password").write_text("right")
    authority = Authority(folder)
    properties = tls(authority.sign("127.0.0.1")) | sasl({USER: "right"})
    with Kafka(protocol="SASL_SSL", overrides=properties) as broker:
        asyncio.run(set_password(broker, USER, "right"))
        yield Guarded(broker, authority)


@pytest.fixture
async def permitted(guarded: Guarded, unique_prefix: str) -> str:
    """A prefix of topics with which the user may do what it needs to."""
    for operation in (*DOCUMENTED, "Create"):
        await grant(guarded.kafka, USER, operation, unique_prefix)
    return unique_prefix


async def detail(client: Client, of: str) -> str:
    """Return what `/readyz` says of one of its checks."""
    _, text = await client.get("/readyz")
    (found,) = (one for one in json.loads(text)["checks"] if one["name"] == of)
    return str(found["detail"])


async def said(client: Client, words: str, of: str = "kafka") -> str:
    """Return what `/readyz` says of Kafka once these words are in it."""
    async with asyncio.timeout(30):
        while words not in (told := await detail(client, of)):  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.05)
        return told


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_a_password_lets_us_in(guarded: Guarded, permitted: str, mechanism: str) -> None:
    """Each way to log in by password reaches a broker over TLS, with the documented ACLs alone."""
    servers, settings = guarded.kafka.bootstrap_servers, guarded.settings(mechanism)
    async with running_gateway(servers, permitted, wait=True, **settings) as client:
        assert (await client.send(event("evt_1")))[0] == 202
    assert await ids_in_kafka(guarded.kafka.internal_servers, permitted) == {"evt_1": 1}


async def test_a_password_may_be_changed(guarded: Guarded, permitted: str, tmp_path: Path) -> None:
    """Changed at the broker and in its file, it is what the next connections log in with."""
    file = tmp_path / "password"
    file.write_text("right")
    settings = guarded.settings("SCRAM-SHA-512", PASSWORD=f"file:{file}")
    variables = environment(guarded.kafka.bootstrap_servers, permitted, **settings)
    async with gateway_command(variables) as command:
        client = await command.listening()
        await client.wait_ready()
        assert (await client.send(event("evt_1")))[0] == 202
        file.write_text("")
        await until(lambda: bool(command.lines("credentials refused")))
        assert (await client.send(event("evt_2")))[0] == 202
        try:
            await set_password(guarded.kafka, USER, "another")
            file.write_text("another")
            await until(lambda: bool(command.lines("credentials renewed")))
            await guarded.kafka.restart()
            await client.wait_ready()
            await Sender(client, "changed").deliver("evt_3")
        finally:
            await set_password(guarded.kafka, USER, "right")
        (line,) = command.lines("credentials refused")
        assert (line["level"], line["of"]) == ("error", "kafka password")
        assert str(file) in line["problem"]
        assert "another" not in command.log
    ids = await ids_in_kafka(guarded.kafka.internal_servers, permitted)
    assert ids == {"evt_1": 1, "evt_2": 1, "evt_3": 1}


async def test_a_token_lets_us_in_and_may_expire(
    guarded: Guarded, permitted: str, tmp_path: Path
) -> None:
    """The token's file is read anew; a session cut at its token's expiry loses no event."""
    token = tmp_path / "token"
    token.write_text(bearer_token(USER, -60))
    settings = guarded.settings("OAUTHBEARER", TOKEN_FILE=str(token))
    servers = guarded.kafka.bootstrap_servers
    async with running_gateway(servers, permitted, wait=False, **settings) as client:
        assert "invalid_token" in await said(client, "refuses our log-in")
        expires = time.time() + 3
        token.write_text(bearer_token(USER, 3))
        await client.wait_ready()
        token.write_text(bearer_token(USER))
        stop, sender = asyncio.Event(), Sender(client, "expiry")
        sending = asyncio.create_task(sender.run(stop))
        await until(lambda: time.time() > expires + 1)
        stop.set()
        await sending
        await client.wait_ready()
    sent = sender.ids(200, 202)
    assert await ids_in_kafka(guarded.kafka.internal_servers, permitted) == dict.fromkeys(sent, 1)


async def test_a_wrong_password_is_told_and_heals(guarded: Guarded, permitted: str) -> None:
    """Unready with the broker's words; once the password is right there, ready and serving."""
    await set_password(guarded.kafka, USER, "another")
    servers, settings = guarded.kafka.bootstrap_servers, guarded.settings("SCRAM-SHA-512")
    try:
        async with running_gateway(servers, permitted, wait=False, **settings) as client:
            told = await said(client, "refuses our log-in")
            assert "invalid credentials" in told
            assert "correct kafka.security" in told
            assert (await client.send(event("evt_1")))[0] == 503
            await set_password(guarded.kafka, USER, "right")
            await client.wait_ready()
            assert (await client.send(event("evt_1")))[0] == 202
    finally:
        await set_password(guarded.kafka, USER, "right")


async def test_a_wrong_ca_is_told_and_heals(
    guarded: Guarded, permitted: str, tmp_path: Path
) -> None:
    """A broker nobody vouches for is not spoken to; the right CA in the file is taken up."""
    trusted = Authority(tmp_path).file
    settings = guarded.settings("SCRAM-SHA-256", CA_FILE=str(trusted))
    servers = guarded.kafka.bootstrap_servers
    async with running_gateway(servers, permitted, wait=False, **settings) as client:
        assert "kafka.security.ca_file" in await said(client, "its certificate is not trusted")
        trusted.write_bytes(guarded.authority.file.read_bytes())
        await client.wait_ready()
        assert (await client.send(event("evt_1")))[0] == 202


async def test_a_broker_of_another_name_is_not_spoken_to(guarded: Guarded, permitted: str) -> None:
    """A certificate for 127.0.0.1 does not do for localhost, and the words say so."""
    servers, settings = f"localhost:{guarded.kafka.port}", guarded.settings("PLAIN")
    async with running_gateway(servers, permitted, wait=False, **settings) as client:
        assert "localhost" in await said(client, "its certificate is of another host")


async def test_what_may_not_be_written_is_told_and_heals(guarded: Guarded, permitted: str) -> None:
    """Write denied, before the start or later: unready, 503, no producer lost; granted, served."""
    kafka = guarded.kafka
    await revoke(kafka, USER, "Write", permitted)
    servers, settings = kafka.bootstrap_servers, guarded.settings("SCRAM-SHA-256")
    async with running_gateway(servers, permitted, wait=False, **settings) as client:
        await said(client, "grant Write")
        assert (await client.send(event("evt_1")))[0] == 503
        await grant(kafka, USER, "Write", permitted)
        await client.wait_ready()
        assert (await client.send(event("evt_1")))[0] == 202

        await revoke(kafka, USER, "Write", permitted)
        answers = [await client.send(event(f"evt_{number}")) for number in range(2, 5)]
        assert {(status, answer["reason"]) for status, answer in answers} == {
            (503, "kafka_refused")
        }
        assert f"Write on {permitted}.customers" in await said(client, "does not let us write")
        await grant(kafka, USER, "Write", permitted)
        await client.wait_ready()
        sender = Sender(client, "healed")
        for number in range(1, 5):
            await sender.deliver(f"evt_{number}")
    once = {f"evt_{number}": 1 for number in range(1, 5)}
    assert await ids_in_kafka(kafka.internal_servers, permitted) == once


async def test_the_documented_permissions_are_all_it_needs(
    guarded: Guarded, unique_prefix: str
) -> None:
    """With topics made by others: ready, delivered, and known again after a restart."""
    kafka = guarded.kafka
    variables = guarded.settings("SCRAM-SHA-512")
    variables |= {"KAFKA__CREATE_TOPICS": "false", "IDEMPOTENCY__STORE": "kafka"}
    config = load(None, environment(kafka.bootstrap_servers, unique_prefix, **variables))
    admin = Admin(KafkaSettings(bootstrap_servers=kafka.internal_servers, replication_factor=1))
    await admin.start()
    assert await admin.create(topic_specs(config)) == {}
    await admin.close()
    assert sorted(DOCUMENTED) == ["Describe", "DescribeConfigs", "Read", "Write"]
    servers = kafka.bootstrap_servers
    for operation in DOCUMENTED:
        await grant(kafka, USER, operation, unique_prefix)
    async with running_gateway(servers, unique_prefix, wait=True, **variables) as client:
        assert (await client.send(event("evt_1")))[0] == 202
    await revoke(kafka, USER, "Read", unique_prefix)
    async with running_gateway(servers, unique_prefix, wait=False, **variables) as client:
        await said(client, "grant Read", of="idempotency")
        await grant(kafka, USER, "Read", unique_prefix)
        await client.wait_ready()
        assert await client.send(event("evt_1")) == (200, {"status": "duplicate", "id": "evt_1"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PASSWORD": "env:WRONG"}, "it refuses our log-in"),
        ({"CA_FILE": None}, "its certificate is not trusted"),
        ({"CA_FILE": None, "PROTOCOL": "SASL_PLAINTEXT"}, "it closed the connection"),
    ],
)
def test_check_tells_the_same(
    guarded: Guarded,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, str | None],
    words: str,
) -> None:
    """`cstar-gateway check` says in the same words, before traffic, what is wrong."""
    settings = guarded.settings("SCRAM-SHA-512")
    for name, value in changes.items():
        settings.pop(f"KAFKA__SECURITY__{name}")
        if value is not None:
            settings[f"KAFKA__SECURITY__{name}"] = value
    monkeypatch.setenv("WRONG", "wrong")
    servers = guarded.kafka.bootstrap_servers
    for name, text in environment(servers, unique_prefix, **settings).items():
        monkeypatch.setenv(name, text)
    code, answer = run_json(capsys, check)
    assert code == 1
    (found,) = (one for one in answer["findings"] if one["subject"] == f"broker {servers}")
    assert found["message"].startswith(f"cannot be used: {words}")


@pytest.fixture(scope="module")
def mutual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A broker that knows its clients by their certificates."""
    authority = Authority(tmp_path_factory.mktemp("mutual"))
    properties = tls(authority.sign("127.0.0.1"), authority.file.read_text())
    with Kafka(protocol="SSL", overrides=properties) as broker:
        yield Guarded(broker, authority)


async def test_a_certificate_lets_us_in_and_may_be_replaced(
    mutual: Guarded, unique_prefix: str, tmp_path: Path
) -> None:
    """A stranger's certificate is refused, in words; the right one in its place is taken up."""
    pair = Authority(tmp_path).sign(common_name=USER)
    right = mutual.authority.sign(common_name=USER)
    settings = {
        "KAFKA__SECURITY__PROTOCOL": "SSL",
        "KAFKA__SECURITY__CA_FILE": str(mutual.authority.file),
        "KAFKA__SECURITY__CERT_FILE": str(pair.certificate),
        "KAFKA__SECURITY__KEY_FILE": str(pair.key),
    }
    servers = mutual.kafka.bootstrap_servers
    async with running_gateway(servers, unique_prefix, wait=False, **settings) as client:
        assert "kafka.security.cert_file" in await said(client, "refuses our certificate")
        pair.certificate.write_bytes(right.certificate.read_bytes())
        pair.key.write_bytes(right.key.read_bytes())
        await client.wait_ready()
        assert (await client.send(event("evt_1")))[0] == 202
    assert await ids_in_kafka(mutual.kafka.internal_servers, unique_prefix) == {"evt_1": 1}
