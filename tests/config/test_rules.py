"""Rules: what must hold between keys, each with the sentence that says so."""

from pathlib import Path

import pytest

from tests.config.files import MINIMAL, faults_of, loaded


def test_the_defaults_keep_every_rule(tmp_path: Path) -> None:
    """What nobody has touched fits together."""
    loaded(tmp_path, MINIMAL)


def test_traces_need_what_makes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for without OpenTelemetry nothing starts, and the extra is named."""
    text = MINIMAL + "[tracing]\nenabled = true"
    assert loaded(tmp_path, text).tracing.enabled

    def nothing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("gateway.config.rules.find_spec", nothing)
    fault = faults_of(tmp_path, text)["tracing.enabled"]
    assert "cstar-gateway[otel]" in fault.fix


def test_brokers_and_a_webhook_are_needed(tmp_path: Path) -> None:
    """An empty file says what is missing."""
    found = faults_of(tmp_path, "")
    assert list(found) == ["webhooks", "kafka.bootstrap_servers"]


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("[admin]\nport = 8080", "admin.port", "8080 is ingress.port too"),
        (
            "[ingress]\nbody_timeout = 3",
            "kafka.publish_timeout",
            "with ingress.body_timeout an answer may take 10s, but cStar waits 10s",
        ),
        (
            "[ingress]\nmax_body_bytes = '2MiB'\nmax_in_flight_bytes = '1MiB'",
            "ingress.max_in_flight_bytes",
            "1MiB cannot hold one body of ingress.max_body_bytes",
        ),
        (
            "[ingress]\nmax_body_bytes = '3MiB'",
            "kafka.max_record_bytes",
            "3MiB cannot hold a body of ingress.max_body_bytes, so not even quarantine could",
        ),
        ("[idempotency]\nwindow = '31h12m29s'", "idempotency.window", "31h12m29s is out of bounds"),
        ("[[routes]]", "routes[0].match", "is missing"),
        ("[[routes]]", "routes[0].topic", "is missing"),
        ("[[webhooks]]\nname = 'b'", "webhooks[1].secrets", "is missing"),
        (
            "[[webhooks]]\nsecrets = ['env:B']",
            "webhooks[1].name",
            '"default" is the name of webhooks[0] too',
        ),
        (
            "[[webhooks]]\nname = 'b'\nsecrets = ['env:B', 'env:A']",
            "webhooks[1].secrets",
            "env:A is the secret that webhooks[0] has in env:A",
        ),
        (
            "[[webhooks]]\nname = 'b'\nsecrets = ['env:B', 'env:B2']",
            "webhooks[1].secrets",
            "env:B2 is the secret that webhooks[1] has in env:B",
        ),
        (
            "[[routes]]\nmatch = '*'\ntopic = 'cstar.quarantine'",
            "routes[0].topic",
            "cstar.quarantine is a topic of the gateway's own",
        ),
        (
            "[topics]\nprefix = 'crm'\n[[routes]]\nmatch = '*'\ntopic = 'crm.idempotency'",
            "routes[0].topic",
            "crm.idempotency is a topic of the gateway's own",
        ),
        (
            "[[routes]]\nmatch = '*'\ntopic = 'cstar_tickets'",
            "routes[0].topic",
            "cstar_tickets collides with cstar.tickets",
        ),
    ],
)
def test_a_broken_rule_is_told(tmp_path: Path, text: str, key: str, problem: str) -> None:
    """Each rule of the documentation's table is enforced."""
    found = faults_of(tmp_path, MINIMAL + text, B2="whsec_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert found[key].problem.startswith(problem)
    assert found[key].fix


def test_kafka_keys_that_do_not_fit_are_told(tmp_path: Path) -> None:
    """A queue must hold a record; no replicas is no number of replicas."""
    text = MINIMAL.replace(
        "[[webhooks]]", "queue_bytes = '2MiB'\nreplication_factor = 0\n[[webhooks]]"
    )
    found = faults_of(tmp_path, text)
    assert list(found) == ["kafka.queue_bytes", "kafka.replication_factor"]


def test_port_0_may_stand_twice(tmp_path: Path) -> None:
    """0 lets the system choose, which never chooses one port twice."""
    loaded(tmp_path, MINIMAL + "[ingress]\nport = 0\n[admin]\nport = 0")


@pytest.mark.parametrize("length", [236, 237])
def test_a_prefix_leaves_room_for_the_longest_category(tmp_path: Path, length: int) -> None:
    """Kafka takes names of 249 letters, and .gamification has 13."""
    text = MINIMAL + f"[topics]\nprefix = '{'x' * length}'"
    if length + len(".gamification") <= 249:
        loaded(tmp_path, text)
    else:
        assert "leaves no room" in faults_of(tmp_path, text)["topics.prefix"].problem
