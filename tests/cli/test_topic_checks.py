"""Topic checks: how a topic is judged, each rule with its level."""

from pathlib import Path

import pytest

from gateway.cli.inspection import Topic
from gateway.cli.topic_checks import check_topic
from gateway.config import Config
from gateway.sink.settings import TopicSpec
from tests.config.files import MINIMAL, loaded

_SPEC = TopicSpec(name="cstar.tickets")
_CONFIGS = {
    "max.message.bytes": "3145728",
    "min.insync.replicas": "2",
    "retention.ms": "604800000",
    "cleanup.policy": "delete",
}
_SOUND = Topic(
    error="",
    partitions=6,
    replicas=3,
    in_sync=3,
    configs=_CONFIGS,
    allowed=frozenset({"Read", "Write", "Describe"}),
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The defaults."""
    return loaded(tmp_path, MINIMAL)


def _with(**configs: str) -> Topic:
    named = {name.replace("_", "."): value for name, value in configs.items()}
    return _SOUND._replace(configs={**(_SOUND.configs or {}), **named})


@pytest.mark.parametrize(
    "topic",
    [
        _SOUND,
        _SOUND._replace(allowed=None),
        _SOUND._replace(partitions=12),
        _with(retention_ms="-1"),
        _with(max_message_bytes="10485760"),
    ],
)
def test_a_sound_topic_is_ok(config: Config, topic: Topic) -> None:
    """Three replicas, two of which must have each record; more than wanted is no fault."""
    (finding,) = check_topic(config, _SPEC, topic)
    assert finding.level == "ok"


@pytest.mark.parametrize(
    ("topic", "level", "words"),
    [
        (_SOUND._replace(allowed=frozenset({"Read"})), "fail", "may not write"),
        (_SOUND._replace(allowed=frozenset({"Write"})), "fail", "may not read"),
        (_SOUND._replace(leaderless=1), "fail", "1 of 6 partitions have no leader"),
        (_SOUND._replace(in_sync=1), "fail", "1 replicas are in sync, min.insync.replicas is 2"),
        (_SOUND._replace(in_sync=2), "warn", "2 of 3 replicas are in sync"),
        (_SOUND._replace(configs=None), "warn", "may not be read"),
        (_SOUND._replace(partitions=1), "warn", "has 1 partitions, kafka.partitions says 6"),
        (_with(min_insync_replicas="4"), "fail", "min.insync.replicas is 4, but it has 3"),
        (_with(min_insync_replicas="1"), "warn", "an ack may rest on one broker"),
        (_with(cleanup_policy="compact,delete"), "fail", "cleanup.policy compacts"),
        (_with(retention_ms="86400000"), "warn", "keeps events 24h"),
        (_with(max_message_bytes="1048588"), "warn", "the largest body does not fit"),
        (_with(max_message_bytes="2097152"), "warn", "is 2MiB, kafka.max_record_bytes is more"),
        (Topic(error="TOPIC_AUTHORIZATION_FAILED"), "fail", "TOPIC_AUTHORIZATION_FAILED"),
    ],
)
def test_what_is_amiss_has_its_level(config: Config, topic: Topic, level: str, words: str) -> None:
    """`fail` where events would be refused or lost, `warn` where it merely is not meant."""
    findings = list(check_topic(config, _SPEC, topic))
    assert any(one.level == level and words in one.message and one.fix for one in findings)
    assert not any(one.level == "ok" for one in findings)
    assert level == "fail" or not any(one.level == "fail" for one in findings)


def test_quarantine_must_hold_the_largest_body(config: Config) -> None:
    """What is too small for a category goes to quarantine; there is nowhere after it."""
    spec = TopicSpec(name="cstar.quarantine", role="quarantine")
    (finding,) = check_topic(config, spec, _with(max_message_bytes="1048588"))
    assert finding.level == "fail"


def test_the_journal_has_needs_of_its_own(config: Config) -> None:
    """It has one partition, must keep marks for the whole window, and must not be compacted."""
    spec = TopicSpec(name="cstar.idempotency", role="journal", partitions=1)
    one = _SOUND._replace(partitions=1)
    (sound,) = check_topic(config, spec, one)
    assert sound.level == "ok"
    for configs, words in (
        ({"retention.ms": "86400000"}, "keeps marks 24h"),
        ({"cleanup.policy": "compact"}, "cleanup.policy compacts"),
        ({"message.timestamp.type": "CreateTime"}, "each replica's own"),
    ):
        (finding,) = check_topic(config, spec, one._replace(configs=_CONFIGS | configs))
        assert finding.level == "fail"
        assert words in finding.message
        assert finding.fix


def test_a_journal_of_several_partitions_is_told(config: Config) -> None:
    """Its entries would have no common order."""
    spec = TopicSpec(name="cstar.idempotency", role="journal", partitions=1)
    (finding,) = check_topic(config, spec, _SOUND)
    assert finding.level == "warn"
    assert "no common order" in finding.message


def test_reading_is_needed_for_the_journal_alone(tmp_path: Path) -> None:
    """With marks in memory nothing is read back, so Read is not missed."""
    config = loaded(tmp_path, MINIMAL + "[idempotency]\nstore = 'memory'\n")
    (finding,) = check_topic(config, _SPEC, _SOUND._replace(allowed=frozenset({"Write"})))
    assert finding.level == "ok"
