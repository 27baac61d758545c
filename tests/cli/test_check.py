"""`check` tells before traffic what would go wrong in it, against a real Kafka."""

import asyncio
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.cli.check import check
from gateway.cli.checklist import ABOUT, Check
from gateway.embedded import Kafka
from tests.cli.environment import SECRET, configure, run_json
from tests.kafka_reading import create_topics

_CATEGORIES = (
    "tickets",
    "customers",
    "articles",
    "team",
    "gamification",
    "community",
    "surveys",
    "other",
)


def _levels(findings: list[dict[str, Any]], subject: str) -> list[str]:
    return [one["level"] for one in findings if one["subject"].startswith(subject)]


def _one(findings: list[dict[str, Any]], subject: str) -> dict[str, Any]:
    (found,) = (one for one in findings if one["subject"] == subject)
    return found


def test_a_fresh_cluster_is_ready(
    kafka: Kafka,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Topics that serve would create are no fault, and looking at them creates none."""
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        TOPICS__PREFIX=unique_prefix,
    )
    for _ in range(2):
        code, answer = run_json(capsys, check)
        assert (code, answer["ok"]) == (0, True)
        for name in (*_CATEGORIES, "quarantine"):
            found = _one(answer["findings"], f"topic {unique_prefix}.{name}")
            assert found["message"] == "is not there yet; serve creates it"
        assert _levels(answer["findings"], "kafka") == ["ok"]
        for name in ("clock", f"broker {kafka.bootstrap_servers}"):
            assert _one(answer["findings"], name)["level"] == "ok"


def test_what_kafka_would_refuse_to_create_is_a_fault(
    kafka: Kafka,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Kafka is asked whether the topics could be created: too few brokers is found now."""
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        KAFKA__REPLICATION_FACTOR="3",
        TOPICS__PREFIX=unique_prefix,
    )
    code, answer = run_json(capsys, check)
    assert code == 1
    found = _one(answer["findings"], f"topic {unique_prefix}.tickets")
    assert found["level"] == "fail"
    assert "Kafka refuses it" in found["message"]
    assert "replication" in found["message"].lower()


def test_missing_topics_are_faults_where_nobody_creates_them(
    kafka: Kafka,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With create_topics off the gateway would wait for them for ever."""
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        KAFKA__CREATE_TOPICS="false",
        TOPICS__PREFIX=unique_prefix,
    )
    code, answer = run_json(capsys, check)
    assert code == 1
    assert set(_levels(answer["findings"], "topic ")) == {"fail"}


def test_topics_that_lose_events_are_faults(
    kafka: Kafka,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Compaction, a small quarantine and too many in-sync replicas are read off a real broker."""
    made = {
        "tickets": {"cleanup.policy": "compact", "max.message.bytes": "3145728"},
        "quarantine": {"max.message.bytes": "100000"},
        "surveys": {"min.insync.replicas": "2", "max.message.bytes": "3145728"},
        "team": {"retention.ms": "3600000", "max.message.bytes": "2000000"},
    }
    for name, configs in made.items():
        topic = f"{unique_prefix}.{name}"
        asyncio.run(create_topics(kafka.bootstrap_servers, [topic], partitions=6, configs=configs))
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        TOPICS__PREFIX=unique_prefix,
    )
    code, answer = run_json(capsys, check)
    assert code == 1
    told = {
        name: " / ".join(
            one["message"]
            for one in answer["findings"]
            if one["subject"] == f"topic {unique_prefix}.{name}" and one["fix"]
        )
        for name in made
    }
    assert "cleanup.policy compacts" in told["tickets"]
    assert "quarantine is its last place" in told["quarantine"]
    assert "min.insync.replicas is 2, but it has 1 replicas" in told["surveys"]
    assert "keeps events 1h" in told["team"]
    assert "records between the two go to quarantine" in told["team"]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is bound and not listening: connections to it are refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_brokers_that_cannot_be_reached_are_a_fault_with_the_cause(
    closed_port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused and unknown are told apart, server by server."""
    servers = f"127.0.0.1:{closed_port},no-such-host.invalid:9092"
    configure(monkeypatch, KAFKA__BOOTSTRAP_SERVERS=servers)
    code, answer = run_json(capsys, check)
    assert code == 1
    refused = _one(answer["findings"], f"broker 127.0.0.1:{closed_port}")
    assert refused["message"] == "cannot be used: connection refused"
    unknown = _one(answer["findings"], "broker no-such-host.invalid:9092")
    assert "its name is not known" in unknown["message"]
    assert _one(answer["findings"], "topics")["level"] == "note"


def test_one_dead_bootstrap_server_is_a_warning(
    kafka: Kafka,
    closed_port: int,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The others tell of the cluster."""
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=f"127.0.0.1:{closed_port},{kafka.bootstrap_servers}",
        TOPICS__PREFIX=unique_prefix,
    )
    code, answer = run_json(capsys, check)
    assert code == 0
    assert _levels(answer["findings"], "broker ") == ["warn", "ok"]


def test_a_silent_port_is_given_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Something that takes connections and never answers does not hang the check."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        configure(monkeypatch, KAFKA__BOOTSTRAP_SERVERS=f"127.0.0.1:{port}")
        code, answer = run_json(capsys, check)
    assert code == 1
    assert "no answer in time" in _one(answer["findings"], f"broker 127.0.0.1:{port}")["message"]


def test_the_address_kafka_gives_to_clients_is_tried(
    closed_port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broker that can be asked and tells clients to go elsewhere is found before traffic."""
    with Kafka(advertised_port=closed_port) as broker:
        configure(monkeypatch, KAFKA__BOOTSTRAP_SERVERS=f"127.0.0.1:{broker.port}")
        code, answer = run_json(capsys, check)
    assert code == 1
    found = _one(answer["findings"], f"broker 127.0.0.1:{closed_port}")
    assert found["level"] == "fail"
    assert "advertised.listeners" in found["fix"]


def test_tls_to_a_plain_port_is_a_fault(
    kafka: Kafka, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The usual mix-up of listeners ends in a finding, in bounded time."""
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        KAFKA__SECURITY__PROTOCOL="SSL",
    )
    code, answer = run_json(capsys, check)
    assert code == 1
    found = _one(answer["findings"], f"broker {kafka.bootstrap_servers}")
    assert found["message"].startswith("cannot be used: ")


def test_every_fault_of_the_configuration_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A configuration that will not do is told whole, and Kafka is left alone."""
    configure(monkeypatch, LOG__LEVEL="loud", KAFKA__ACK="all")
    code, answer = run_json(capsys, check, config=tmp_path / "none.toml")
    assert code == 1
    (fault, note) = answer["findings"]
    assert fault["subject"] == str(tmp_path / "none.toml")
    assert note["level"] == "note"
    code, answer = run_json(capsys, check)
    assert code == 1
    assert [one["level"] for one in answer["findings"]] == ["fail", "fail", "fail", "note"]


def test_people_get_a_table_and_a_verdict(
    kafka: Kafka,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What holds for several topics is said once, and the last line says whether to serve."""
    monkeypatch.setenv("COLUMNS", "120")
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        KAFKA__CREATE_TOPICS="false",
        TOPICS__PREFIX=unique_prefix,
    )
    with pytest.raises(SystemExit) as ended:
        check()
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert SECRET not in out
    assert len(re.findall("is not there", out)) == 1
    assert "→ create it (cstar-gateway topics --create)" in out
    assert out.rstrip().endswith("1 to mend before serving.")


@pytest.fixture
def crooked(tmp_path: Path) -> Iterator[Kafka]:
    """A broker that reads small requests only, wants more replicas than it has, and has two disks.

    The second, `tmp_path / "lost"`, may be taken away: it is looked at every 200 ms.
    """
    overrides = {
        "socket.request.max.bytes": "2097152",
        "min.insync.replicas": "2",
        "log.dirs": f"{tmp_path}/kept,{tmp_path}/lost",
        "metadata.log.dir": f"{tmp_path}/kept",
        "replica.high.watermark.checkpoint.interval.ms": "200",
    }
    with Kafka(overrides=overrides) as broker:
        yield broker


# Failed by tests of their own.
_ELSEWHERE = {Check.CONFIGURATION, Check.SECRETS, Check.BROKERS, Check.TOPIC_ACCESS}


def test_each_check_fails_where_it_should(
    crooked: Kafka,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All that can be wrong of a real cluster is found at once, and each says what to do."""
    made = {
        "tickets": {"cleanup.policy": "compact"},
        "quarantine": {"max.message.bytes": "100000"},
        "idempotency": {"message.timestamp.type": "CreateTime", "retention.ms": "3600000"},
    }
    for name, configs in made.items():
        topic = f"cstar.{name}"
        asyncio.run(
            create_topics(crooked.bootstrap_servers, [topic], partitions=4, configs=configs)
        )
    (tmp_path / "lost").rename(tmp_path / "gone")
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=crooked.bootstrap_servers,
        KAFKA__REPLICATION_FACTOR="1",
    )
    ahead = SimpleNamespace(time=lambda: time.time() + 301)
    monkeypatch.setattr("gateway.cli.check.time", ahead)
    could = {name for name, about in ABOUT.items() if about.fails} - _ELSEWHERE
    findings: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for _ in range(80):  # until the broker has noticed, and tells of, all that it lost
        code, answer = run_json(capsys, check)
        assert code == 1
        findings = answer["findings"]
        failed = [one for one in findings if one["level"] == "fail"]
        if {one["check"] for one in failed} == could:
            break
        time.sleep(0.25)
    assert {one["check"] for one in failed} == could
    assert all(one["fix"] for one in failed)
    levels = {(one["check"], one["level"]) for one in findings}
    assert ("topic_partitions", "warn") in levels


def test_a_secret_that_is_not_there_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the check of secrets, with its reference."""
    configure(
        monkeypatch, KAFKA__BOOTSTRAP_SERVERS="127.0.0.1:9", WEBHOOKS__0__SECRETS="env:NOT_THERE"
    )
    code, answer = run_json(capsys, check)
    assert code == 1
    (failed,) = (one for one in answer["findings"] if one["level"] == "fail")
    assert failed["check"] == "secrets"
    assert "NOT_THERE" in failed["message"]


@pytest.fixture(scope="module")
def guarded() -> Iterator[Kafka]:
    """A broker that asks for a password and lets nobody but its own user do anything."""
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    jaas = f'{module} required user_gateway="right";'
    overrides = {
        "listener.name.clients.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.clients.plain.sasl.jaas.config": jaas,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    with Kafka(protocol="SASL_PLAINTEXT", overrides=overrides) as broker:
        yield broker


@pytest.mark.parametrize(
    ("password", "subject", "words"),
    [
        ("wrong", "broker {address}", "Authentication"),
        ("right", "topic cstar.tickets", "AUTHORIZATION"),
    ],
)
def test_what_we_may_not_do_is_found(
    guarded: Kafka,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    password: str,
    subject: str,
    words: str,
) -> None:
    """A wrong password is the broker's fault to tell, a missing permission the topic's."""
    monkeypatch.setenv("PASSWORD_OF_TEST", password)
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=guarded.bootstrap_servers,
        KAFKA__SECURITY__PROTOCOL="SASL_PLAINTEXT",
        KAFKA__SECURITY__SASL_MECHANISM="PLAIN",
        KAFKA__SECURITY__USERNAME="gateway",
        KAFKA__SECURITY__PASSWORD="env:PASSWORD_OF_TEST",
        KAFKA__SECURITY__ALLOW_PLAINTEXT_PASSWORD="true",
    )
    code, answer = run_json(capsys, check)
    assert code == 1
    found = _one(answer["findings"], subject.format(address=guarded.bootstrap_servers))
    assert found["level"] == "fail"
    assert words in found["message"]
    if password == "right":
        assert _one(answer["findings"], "clock")["level"] == "note"
        assert _levels(answer["findings"], "broker ") == ["note"]
