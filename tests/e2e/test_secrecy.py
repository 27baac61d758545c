"""No secret, no part of one and no MAC made with one is in anything the gateway says."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from gateway import parts
from gateway.config import Secret, load
from gateway.embedded import Kafka
from gateway.events.catalogue import CATEGORIES
from gateway.metrics.telemetry import Telemetry
from gateway.pipeline.delivery import verify
from gateway.rotation import Rotation
from tests.e2e.delivering import event
from tests.e2e.running import Client, Command, environment, gateway_command
from tests.kafka_reading import read_topics
from tests.signing import headers_of, sign, sign_legacy
from tests.unseen import Unseen
from tests.waiting import until

IN_VARIABLE = "whsec_Zq7Xv2Kd9Rf4Lm8Np1Ts6Wb3Yc5Hg0Ja"
IN_FILE = "whsec_uE3iO8aS1dF6gH2jK7lZ4xC9vB5nM0qW"
ROTATED = "whsec_tY5uI1oP8aL3kJ6hG2fD9sQ4wE7rX0cV"
SPACED = "whsec_pB8vN2mC6xZ1lK9jH4gF7dS3aQ5wE0rT"
SHORT = "whsec_hM4jU8nB2vG6"
FOREIGN = "whsec_rD1fC7vT3gB9yH5nJ2mK8iU6oL4pQ0aZ"
PASSWORD = "kW9sX2eD6cR3fV8tG1bY5hN7"
ALL = (IN_VARIABLE, IN_FILE, ROTATED, SPACED, SHORT, FOREIGN, PASSWORD)

CRASHES = """
from gateway import assembly
from gateway.pipeline import signature

true_hash, true_made_at = signature.SigningKey._hash, assembly.made_at

def hashed(self, prefix, body):
    made = true_hash(self, prefix, body)
    if b"crash in proof" in body:
        raise RuntimeError("in proof")
    return made

def made_at(event_type, body):
    if b"crash in building" in body:
        raise RuntimeError("in building")
    return true_made_at(event_type, body)

signature.SigningKey._hash, assembly.made_at = hashed, made_at
"""
CRASHES_AT_START = """
from gateway.pipeline import signature

def crash(self, secret, webhook, index):
    raise RuntimeError("at start")

signature.SigningKey.__init__ = crash
"""


@pytest.fixture
def unseen() -> Unseen:
    """What must not be seen."""
    return Unseen(ALL)


def settings(servers: str, prefix: str, folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a gateway: a secret in a variable, one in a file, a password."""
    (folder / "secret").write_text(IN_FILE)
    (folder / "password").write_text(PASSWORD)
    variables = environment(
        servers,
        prefix,
        WEBHOOKS__0__SECRETS="env:IN_VARIABLE",
        WEBHOOKS__1__NAME="filed",
        WEBHOOKS__1__SECRETS=f"file:{folder / 'secret'}",
        WEBHOOKS__1__TEAMS="team_0",
        IDEMPOTENCY__STORE="kafka",
        LOG__LEVEL="debug",
        **more,
    )
    return variables | {"IN_VARIABLE": IN_VARIABLE}


def sasl(folder: Path) -> dict[str, str]:
    """Return the settings of a log-in that a broker without SASL will refuse."""
    return {
        "KAFKA__SECURITY__PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA__SECURITY__SASL_MECHANISM": "PLAIN",
        "KAFKA__SECURITY__USERNAME": "gateway",
        "KAFKA__SECURITY__PASSWORD": f"file:{folder / 'password'}",
        "KAFKA__SECURITY__ALLOW_PLAINTEXT_PASSWORD": "true",
    }


def run(arguments: list[str], variables: Mapping[str, str]) -> tuple[int, str]:
    """Run the command to its end; return its exit code and all it wrote."""
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "gateway", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ended.returncode, ended.stdout + ended.stderr


def requests() -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """Yield the signature's time, the body and the headers of good, bad and forged deliveries."""
    now = int(time.time())
    own, foreign = event("evt_own"), event("evt_foreign", team=1)
    bodies = [own, own, event("evt_crash in building"), b"{", b'{"id":"evt_1"}', b"crash in proof"]
    for secret in (IN_VARIABLE, IN_FILE):
        for body in (*bodies, foreign, own.replace(b'"cus_evt_own"', b"1")):
            yield str(now), body, {"X-Signature": sign(body, now, secret), "X-Event-ID": "evt_x"}
        for late in (now - 1000, now + 1000):
            yield str(late), own, {"X-Signature": sign(own, late, secret)}
        yield "", own, {"X-Signature": sign_legacy(own, secret)}
        yield str(now), own + b" ", {"X-Signature": sign(own, now, secret)}
        yield str(now), own, {"X-Signature": sign(own, now, secret) + ";"}
        encoded = {"Content-Encoding": "gzip"}
        yield str(now), own, {"X-Signature": sign(own, now, secret)} | encoded
    yield str(now), own, {"X-Signature": sign(own, now, FOREIGN)}
    yield str(now), own, {}


async def send_all(client: Client, unseen: Unseen) -> list[str]:
    """Send every request; return all that was answered."""
    answers = []
    for signed_at, body, headers in requests():
        unseen.signs(body, signed_at)
        answer = await client.post(body, {"Content-Type": "application/json"} | headers)
        answers.append(f"{answer.status} {dict(answer.headers)} {json.dumps(answer.body)}")
    signature = sign(b"", int(time.time()), IN_FILE)
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(f"POST / HTTP/1.1\r\nX-Signature: {signature}\r\nno colon\r\n\r\n".encode())
    answers.append((await asyncio.wait_for(reader.read(), 30)).decode())
    writer.close()
    return answers


def said(command: Command, event: str, count: int) -> bool:
    """Tell whether so many lines of an event were logged."""
    return len(command.lines(event)) == count


async def rotate(folder: Path, command: Command) -> None:
    """Bring the secret's file through every state that is told."""
    file = folder / "secret"
    problems = "secret not reloaded, its last good content stays live"
    for content, told, count in (
        (ROTATED, "secret reloaded", 1),
        (SHORT, problems, 1),
        (f" {SPACED}", problems, 2),
        ("\n", problems, 3),
        (IN_FILE, "secret reloaded", 2),
    ):
        file.write_text(content)
        await until(partial(said, command, told, count))


async def test_serving_shows_no_secret(
    kafka: Kafka,
    unique_prefix: str,
    tmp_path: Path,
    unseen: Unseen,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Logs at debug, answers, probes, metrics and records, in good, bad and forged traffic."""
    (tmp_path / "sitecustomize.py").write_text(CRASHES)
    variables = settings(kafka.bootstrap_servers, unique_prefix, tmp_path)
    async with gateway_command(variables | {"PYTHONPATH": str(tmp_path)}) as command:
        client = await command.listening()
        await client.wait_ready()
        answers = await send_all(client, unseen)
        await rotate(tmp_path, command)
        admin = [await client.get(path) for path in ("/metrics", "/readyz", "/livez", "/version")]
        ledger = await client.ledger()
        command.process.terminate()
        assert await command.exit_code(within=30) == 0
    assert min(ledger[outcome] for outcome in ("accepted", "duplicate", "quarantined")) > 0
    assert min(ledger[outcome] for outcome in ("rejected", "unavailable")) > 0
    assert command.lines("request met an unexpected fault")
    assert command.lines("delivery ended")
    assert command.lines("event could not be built")
    assert [code for code, _ in admin] == [200] * 4
    names = [f"{unique_prefix}.{topic}" for topic in (*CATEGORIES, "other", "quarantine")]
    records = await read_topics(kafka.bootstrap_servers, names)
    assert len(records) == ledger["accepted"] + ledger["quarantined"]
    marks = await read_topics(kafka.bootstrap_servers, [f"{unique_prefix}.idempotency"])
    assert marks
    unseen.check("the log", command.log)
    unseen.check("standard output", "".join(capfd.readouterr()))
    unseen.check("an answer", "\n".join(answers))
    unseen.check("the admin listener", str(admin))
    unseen.check("a record", "\n".join(map(str, records + marks)))


@pytest.mark.parametrize("arguments", [["check"], ["check", "--json"], ["topics"]])
def test_looking_shows_no_secret(
    kafka: Kafka, unique_prefix: str, tmp_path: Path, unseen: Unseen, arguments: list[str]
) -> None:
    """What check and topics write, where all is well and where Kafka refuses the password."""
    servers = kafka.bootstrap_servers
    for more in ({}, sasl(tmp_path)):
        _, output = run(arguments, settings(servers, unique_prefix, tmp_path, **more))
        assert unique_prefix in output or more
        unseen.check(" ".join(arguments), output)


FAULTY = {
    "pasted": ({"WEBHOOKS__0__SECRETS": IN_VARIABLE}, "is not a reference"),
    "pasted as a name": ({"WEBHOOKS__0__SECRETS": f"env:{IN_VARIABLE}"}, "not followed by"),
    "pasted as a path": ({"WEBHOOKS__0__SECRETS": f"file:{IN_FILE}"}, "not followed by"),
    "pasted into JSON": ({"WEBHOOKS": f'[{{"secrets": ["{IN_FILE}"]'}, "is not a JSON array"),
    "pasted as a key": ({f"WEBHOOKS__{IN_FILE}": "1"}, "no such key"),
    "pasted beside": ({"WEBHOOKS__0__NAME": IN_FILE, "TOPICS__PREFIX": IN_FILE}, "prefix"),
    "password pasted": ({"KAFKA__SECURITY__PASSWORD": PASSWORD}, "is not a reference"),
    "twice": ({"WEBHOOKS__1__SECRETS": "env:IN_VARIABLE"}, "is the secret that"),
    "short": ({"WEBHOOKS__1__SECRETS": "env:SHORT"}, "too few to be safe"),
    "spaced": ({"WEBHOOKS__1__SECRETS": "env:SPACED"}, "white space"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_shows_no_secret(tmp_path: Path, unseen: Unseen, name: str) -> None:
    """What serve says of a configuration that will not do."""
    more, problem = FAULTY[name]
    variables = settings("127.0.0.1:9", "p", tmp_path)
    variables |= {f"CSTAR_GATEWAY__{key}": value for key, value in more.items()}
    code, output = run(["serve"], variables | {"SHORT": SHORT, "SPACED": f" {SPACED}"})
    assert code == 2
    assert problem in output
    unseen.check(name, output)


def test_a_crash_at_the_start_shows_no_secret(tmp_path: Path, unseen: Unseen) -> None:
    """Python's own traceback, of the call that is handed the secret."""
    (tmp_path / "sitecustomize.py").write_text(CRASHES_AT_START)
    variables = settings("127.0.0.1:9", "p", tmp_path) | {"PYTHONPATH": str(tmp_path)}
    code, output = run(["serve"], variables)
    assert code == 1
    assert "RuntimeError: at start" in output
    unseen.check("a traceback", output)


def test_objects_show_no_secret(tmp_path: Path, unseen: Unseen) -> None:
    """str, repr and JSON of all that holds a secret, and of all it is made of."""
    config = load(None, settings("127.0.0.1:9", "p", tmp_path, **sasl(tmp_path)))
    keyring, telemetry = parts.keyring(config), Telemetry(topics=[], webhooks={})
    body, now = event("evt_1"), int(time.time())
    unseen.signs(body, str(now))
    delivery = verify(headers_of(body, now, IN_FILE), body, keyring, now=now)
    rotation = Rotation(config, lambda _: None, telemetry.secrets)
    secrets = [secret for webhook in config.webhooks for secret in webhook.secrets]
    shown: list[object] = [
        *(config, config.model_dump(), config.model_dump_json(), config.kafka.security),
        *(keyring, delivery, delivery.webhook, rotation, vars(rotation), telemetry),
        *(parts.kafka_settings(config), secrets, [secret.reread() for secret in secrets]),
        *([getattr(key, name) for name in key.__slots__] for key in keyring._keys),
        *(secret._again for secret in secrets),
        Secret("env:X", IN_FILE.encode()).reread,
    ]
    assert "env:IN_VARIABLE" in str(shown)
    unseen.check("an object", "".join(f"{one}{one!r}" for one in shown))


def test_what_is_looked_for_would_be_found(unseen: Unseen) -> None:
    """The search itself: a part, hex, base64 and a MAC are each seen, in any surroundings."""
    unseen.signs(b"{}", "17")
    digest = sign(b"{}", 17, IN_FILE).partition("v1=")[2]
    for leak in (
        f"say {IN_FILE[12:24]}…",
        IN_FILE.encode().hex().upper(),
        f"<{digest}>",
        json.dumps({"mac": repr(bytes.fromhex(digest))}),
        base64.b64encode(f"secret={IN_FILE}".encode()).decode(),
    ):
        with pytest.raises(AssertionError, match="a leak shows"):
            unseen.check("a leak", leak)
    unseen.check("nothing", "whsec_ and " + "a" * 40 + sign(b"{}", 18, FOREIGN[::-1]))
