"""Kafka checks: how brokers are judged, and topics that are not there, each rule with its level."""

from pathlib import Path

import pytest

from gateway.cli.finding import worst
from gateway.cli.inspection import Broker, Cluster
from gateway.cli.kafka_checks import check_brokers, check_clock, check_limits, check_missing
from gateway.cli.survey import Survey
from gateway.config import Config
from gateway.sink.settings import TopicSpec
from tests.config.files import MINIMAL, loaded

_SPEC = TopicSpec(name="cstar.tickets")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The defaults."""
    return loaded(tmp_path, MINIMAL)


def test_an_address_kafka_gives_must_be_reachable() -> None:
    """Bootstrapping works and producing would not: the usual trap of advertised.listeners."""
    cluster = Cluster("id", (Broker(1, "kafka-internal", 9092),), {})
    first, second = check_brokers(Survey({"kafka-internal:9092": "its name is not known"}, cluster))
    assert first.level == "fail"
    assert "advertised.listeners" in first.fix
    assert second.level == "ok"


def test_nobody_reachable_is_a_fault() -> None:
    """Each server is told with its cause."""
    (finding,) = check_brokers(Survey({"a:1": "connection refused"}))
    assert finding.level == "fail"
    assert "connection refused" in finding.message


def test_a_refused_creation_is_a_fault(config: Config) -> None:
    """What could be created is fine, what Kafka refuses is not."""
    refused = TopicSpec(name="b")
    fine, bad = check_missing(config, [_SPEC, refused], Survey({}, refused={"b": "no permission"}))
    assert (fine.level, bad.level) == ("ok", "fail")
    assert "no permission" in bad.message


def test_topics_that_would_take_no_record_are_a_fault(config: Config) -> None:
    """Kafka creates a topic with fewer replicas than it demands of an ack, and says nothing."""
    for settings, level in (
        ({"min.insync.replicas": "2", "default.replication.factor": "1"}, "fail"),
        ({"min.insync.replicas": "2", "default.replication.factor": "3"}, "ok"),
        ({}, "ok"),
        (None, "ok"),
    ):
        (finding,) = check_missing(config, [_SPEC], Survey({}, settings={"a:1": settings}))
        assert finding.level == level


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ({"socket.request.max.bytes": "104857600"}, "ok"),
        ({"socket.request.max.bytes": "3145728"}, "fail"),
        (None, "note"),
    ],
)
def test_the_largest_record_must_fit_into_a_request(
    config: Config, settings: dict[str, str] | None, level: str
) -> None:
    """A broker closes the connection on a larger one; where it does not tell, that is said."""
    (finding,) = check_limits(config, Survey({}, settings={"a:1": settings}))
    assert finding.level == level
    assert bool(finding.fix) == (level == "fail")


@pytest.mark.parametrize(
    ("skew", "level", "words"),
    [
        (0.4, "ok", "agrees"),
        (-5.1, "warn", "5.1 s behind Kafka's"),
        (301.0, "fail", "301.0 s ahead of Kafka's"),
        (None, "note", "not measured: because"),
    ],
)
def test_clocks_may_be_as_far_apart_as_signatures_old(
    config: Config, skew: float | None, level: str, words: str
) -> None:
    """A few seconds are told; where every delivery would be refused it is a fault."""
    finding = check_clock(config, Survey({}, skew=skew, why_no_skew="because"))
    assert finding.level == level
    assert words in finding.message
    assert bool(finding.fix) == (worst([finding]) in {"warn", "fail"})
