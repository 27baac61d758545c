"""`topics` lists the closed set, creates what is missing when asked, and changes nothing else."""

import asyncio
import socket
from typing import Any

import pytest

from gateway.cli.topics import topics
from gateway.embedded import Kafka
from tests.cli.environment import configure, run_json
from tests.kafka_reading import create_topics


def _states(answer: dict[str, Any]) -> dict[str, str]:
    return {row["topic"]: row["state"] for row in answer["topics"]}


def test_they_are_listed_created_once_and_there(
    kafka: Kafka,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Seven categories, other, quarantine, routes' and the journal: missing, created, there."""
    route = f"{unique_prefix}-crm"
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        KAFKA__PARTITIONS="3",
        TOPICS__PREFIX=unique_prefix,
        ROUTES__0__MATCH="ticket.*",
        ROUTES__0__TOPIC=route,
        ROUTES__1__MATCH="survey.*",
        ROUTES__1__TOPIC=route,
    )
    code, before = run_json(capsys, topics)
    assert code == 1
    assert set(_states(before).values()) == {"missing"}
    assert [row["topic"].removeprefix(f"{unique_prefix}.") for row in before["topics"]] == [
        "tickets",
        "customers",
        "articles",
        "team",
        "gamification",
        "community",
        "surveys",
        "other",
        "quarantine",
        route,
        "idempotency",
    ]
    code, made = run_json(capsys, topics, create=True)
    assert (code, made["ok"]) == (0, True)
    assert set(_states(made).values()) == {"created"}
    assert [row["found_partitions"] for row in made["topics"]] == [*[3] * 10, 1]
    for again in (False, True):
        code, after = run_json(capsys, topics, create=again)
        assert code == 0
        assert set(_states(after).values()) == {"there"}


def test_what_differs_is_shown_and_left(
    kafka: Kafka,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A topic somebody else made keeps its partitions and configs; each difference is named."""
    topic = f"{unique_prefix}.tickets"
    configs = {"retention.ms": "1000000"}
    asyncio.run(create_topics(kafka.bootstrap_servers, [topic], partitions=2, configs=configs))
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        TOPICS__PREFIX=unique_prefix,
    )
    _, _ = run_json(capsys, topics, create=True)
    code, answer = run_json(capsys, topics)
    assert code == 0
    (row,) = (row for row in answer["topics"] if row["topic"] == topic)
    assert row["state"] == "differs"
    assert (row["partitions"], row["found_partitions"]) == (6, 2)
    assert row["differences"]["retention.ms"] == ["604800000", "1000000"]
    with pytest.raises(SystemExit):
        topics()
    assert "retention.ms is" in " ".join(capsys.readouterr().out.split())


def test_what_kafka_refuses_is_told_in_its_words(
    kafka: Kafka,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """More replicas than brokers: found in the rehearsal and at the attempt alike."""
    configure(
        monkeypatch,
        KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        KAFKA__REPLICATION_FACTOR="3",
        TOPICS__PREFIX=unique_prefix,
    )
    for create in (False, True):
        code, answer = run_json(capsys, topics, create=create)
        assert code == 1
        assert set(_states(answer).values()) == {"refused"}
        assert "replication factor" in answer["topics"][0]["detail"].lower()


def test_without_a_broker_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line of what is wrong, one of what to do, and no traceback."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        configure(monkeypatch, KAFKA__BOOTSTRAP_SERVERS=address)
        with pytest.raises(SystemExit) as ended:
            topics()
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"Kafka at {address} cannot be asked: connection refused" in err
    assert "Traceback" not in err


def test_a_configuration_that_will_not_do_is_bad_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Faults go to standard error, and the exit code is 2."""
    configure(monkeypatch, LOG__LEVEL="loud")
    with pytest.raises(SystemExit) as ended:
        topics(json=True)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "The configuration has 2 faults." in err
    assert "log.level" in err
    assert "→ write 'debug', 'info', 'warning' or 'error'" in err
    assert "variable CSTAR_GATEWAY__LOG__LEVEL" in err
