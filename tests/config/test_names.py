"""Names: hosts, brokers, topics and lists as they may be written."""

from pathlib import Path

import pytest

from tests.config.files import MINIMAL, faults_of, loaded


@pytest.mark.parametrize(
    ("written", "brokers"),
    [
        ("'kafka'", ("kafka:9092",)),
        ("'a:1, b:2'", ("a:1", "b:2")),
        ("['a:1', 'b_c.d-e']", ("a:1", "b_c.d-e:9092")),
        ("'[\"a:1\"]'", ("a:1",)),
        ("'[::1]:9092'", ("[::1]:9092",)),
    ],
)
def test_brokers_may_be_written_in_several_ways(
    tmp_path: Path, written: str, brokers: tuple[str, ...]
) -> None:
    """A list, a text with commas, a JSON array; 9092 is Kafka's port where none is given."""
    config = loaded(tmp_path, MINIMAL.replace('["127.0.0.1:9092"]', written))
    assert config.kafka.bootstrap_servers == brokers


@pytest.mark.parametrize(
    "broker", ["kafka:0", "kafka:65536", "kafka:x", "http://kafka", "a b", "::1"]
)
def test_what_is_no_broker_is_refused(tmp_path: Path, broker: str) -> None:
    """A URL or a port out of range is no broker."""
    found = faults_of(tmp_path, MINIMAL.replace("127.0.0.1:9092", broker))
    assert list(found) == ["kafka.bootstrap_servers[0]"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "localhost", "fe80::1%eth0", "gateway.svc"])
def test_hosts_are_addresses_or_names(tmp_path: Path, host: str) -> None:
    """IPv4, IPv6 with its zone, and names."""
    assert loaded(tmp_path, MINIMAL + f"[admin]\nhost = '{host}'").admin.host == host


@pytest.mark.parametrize("topic", ["a b", "", ".", "..", "a/b", "é", "x" * 250])
def test_topics_that_kafka_refuses_are_refused(tmp_path: Path, topic: str) -> None:
    """Kafka's letters, 249 of them at most, and neither . nor .."""
    text = MINIMAL + f"[[routes]]\nmatch = '*'\ntopic = '{topic}'"
    assert "routes[0].topic" in faults_of(tmp_path, text)


@pytest.mark.parametrize("pattern", ["ticket*", "*.created", "", "a b", "**"])
def test_what_is_no_event_pattern_is_refused(tmp_path: Path, pattern: str) -> None:
    """An event type, a namespace, or everything: the same rule as on the path of an event."""
    found = faults_of(tmp_path, MINIMAL + f"events = ['{pattern}']")
    assert "write an event type (ticket.created)" in found["webhooks[0].events[0]"].fix


@pytest.mark.parametrize(
    ("key", "value"),
    [("name", "'Not A Name'"), ("teams", "['team 1']"), ("teams", "'[1]x]'"), ("teams", "[5]")],
)
def test_what_is_no_name_is_refused(tmp_path: Path, key: str, value: str) -> None:
    """Webhooks' names go to metrics, teams' ids are compared byte by byte."""
    (found,) = faults_of(tmp_path, MINIMAL + f"{key} = {value}")
    assert found.startswith(f"webhooks[0].{key}")
