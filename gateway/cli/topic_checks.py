"""Topic checks: a topic as it is, judged by what the configuration needs of it.

May live here: judgement. May not: asking (`inspection`) and showing (`check`).
"""

from collections.abc import Iterator

from gateway.cli.checklist import Check
from gateway.cli.finding import Finding, Level
from gateway.cli.inspection import Topic
from gateway.config import Config
from gateway.config.quantities import Duration, Size
from gateway.config.rules import ROOM_IN_BATCH, ROOM_IN_RECORD
from gateway.sink.settings import TopicSpec

__all__ = ["check_topic"]

_seconds = Duration(0).write
_size = Size(0).write
_Found = tuple[Check, Level, str, str]


def check_topic(config: Config, spec: TopicSpec, topic: Topic) -> Iterator[Finding]:
    """Judge one topic that is there; a single `ok` where nothing is amiss."""
    subject = f"topic {spec.name}"
    if topic.error:
        said, fix = f"cannot be used: {topic.error}", "let the gateway Describe it"
        yield Finding(Check.TOPIC_ACCESS, "fail", subject, said, fix)
        return
    found = [*_access(config, topic), *_leaders(topic), *_replicas(topic)]
    if spec.role == "journal":
        found += _journal(config, topic)
    else:
        found += [*_record_size(config, spec, topic), *_kept(config, topic)]
    found += _partitions(config, spec, topic)
    for check, level, message, fix in found:
        yield Finding(check, level, subject, message, fix)
    if not found:
        copies = f"{topic.partitions} partitions of {topic.replicas} replicas"
        yield Finding(Check.TOPICS, "ok", subject, f"{copies}, all led and in sync")


def _partitions(config: Config, spec: TopicSpec, topic: Topic) -> Iterator[_Found]:
    wanted = spec.partitions or config.kafka.partitions
    check, has = Check.TOPIC_PARTITIONS, f"has {topic.partitions} partitions"
    if spec.role == "journal" and topic.partitions > wanted:
        fix = "delete it while no gateway runs: it is written anew from the others"
        yield check, "warn", f"{has}, and its entries no common order", fix
    elif topic.partitions < wanted:
        fix = "set kafka.partitions to what is there; adding partitions moves keys to others"
        yield check, "warn", f"{has}, kafka.partitions says {wanted}", fix


def _access(config: Config, topic: Topic) -> Iterator[_Found]:
    check = Check.TOPIC_ACCESS
    if topic.allowed is not None and "Write" not in topic.allowed:
        fix = "grant Write to kafka.security.username"
        yield check, "fail", "the gateway may not write to it", fix
    reads = config.idempotency.store == "kafka"
    if reads and topic.allowed is not None and "Read" not in topic.allowed:
        message = "the gateway may not read it, and so not tell what was accepted before a crash"
        yield check, "fail", message, "grant Read to kafka.security.username"
    if topic.configs is None:
        message = "its configs may not be read, so sizes are guesses"
        yield check, "warn", message, "grant DescribeConfigs"


def _leaders(topic: Topic) -> Iterator[_Found]:
    if topic.leaderless:
        message = f"{topic.leaderless} of {topic.partitions} partitions have no leader"
        yield Check.TOPIC_LEADERS, "fail", message, "bring the brokers back that hold them"


def _replicas(topic: Topic) -> Iterator[_Found]:
    check, lagging = Check.TOPIC_REPLICAS, "bring the lagging brokers back"
    needed = int((topic.configs or {}).get("min.insync.replicas", "1"))
    if needed > topic.replicas:
        message = f"min.insync.replicas is {needed}, but it has {topic.replicas} replicas"
        fix = "add replicas, or lower min.insync.replicas"
        yield check, "fail", f"{message}: Kafka refuses every record", fix
    elif topic.in_sync < needed:
        message = f"{topic.in_sync} replicas are in sync, min.insync.replicas is {needed}"
        yield check, "fail", f"{message}: Kafka refuses records", lagging
    elif topic.in_sync < topic.replicas:
        message = f"{topic.in_sync} of {topic.replicas} replicas are in sync"
        yield check, "warn", message, lagging
    if topic.replicas == 1:
        message = "has one replica: losing its disk loses the events"
        yield check, "warn", message, "keep three"
    elif needed == 1:
        message = "min.insync.replicas is 1: an ack may rest on one broker alone"
        yield check, "warn", message, f"set it to {max(2, topic.replicas - 1)}"


def _record_size(config: Config, spec: TopicSpec, topic: Topic) -> Iterator[_Found]:
    check, fix = Check.TOPIC_RECORD_SIZE, f"set it to {config.kafka.max_record_bytes}"
    configs = topic.configs or {}
    largest = int(configs.get("max.message.bytes", config.kafka.max_record_bytes))
    message = f"max.message.bytes is {_size(largest)}"
    if largest < config.ingress.max_body_bytes + ROOM_IN_RECORD + ROOM_IN_BATCH:
        message += ": the largest body does not fit"
        if spec.role == "quarantine":
            yield check, "fail", f"{message}, and quarantine is its last place", fix
        else:
            yield check, "warn", f"{message}, and goes to quarantine", fix
    elif largest < config.kafka.max_record_bytes:
        message += ", kafka.max_record_bytes is more: records between the two go to quarantine"
        yield check, "warn", message, fix


def _kept(config: Config, topic: Topic) -> Iterator[_Found]:
    """Judge for how long events are kept, and whether all of them are."""
    if "compact" in (topic.configs or {}).get("cleanup.policy", "delete"):
        message = "cleanup.policy compacts: the key is the team, so only its last event would stay"
        yield Check.TOPIC_CLEANUP, "fail", message, "set cleanup.policy=delete"
    retention = _retention(topic)
    if 0 <= retention < config.idempotency.window * 1000:
        message = f"keeps events {_seconds(retention / 1000)}, less than idempotency.window"
        fix = "set retention.ms higher: consumers that stop for a day lose events"
        yield Check.TOPIC_RETENTION, "warn", message, fix


def _journal(config: Config, topic: Topic) -> Iterator[_Found]:
    configs, window = topic.configs or {}, config.idempotency.window
    if 0 <= _retention(topic) < window * 1000:
        message = f"keeps marks {_seconds(_retention(topic) / 1000)}, less than idempotency.window"
        fix = f"set retention.ms={round(window * 1000) + 3_600_000}"
        also = "what a restart forgets is published twice"
        yield Check.TOPIC_RETENTION, "fail", f"{message}: {also}", fix
    if "compact" in configs.get("cleanup.policy", "delete"):
        message = "cleanup.policy compacts: of each replica only its last marks would stay"
        yield Check.TOPIC_CLEANUP, "fail", message, "set cleanup.policy=delete"
    if configs.get("message.timestamp.type", "LogAppendTime") != "LogAppendTime":
        message = "its time is each replica's own: a wrong clock would pass for silence, or life"
        fix = "set message.timestamp.type=LogAppendTime"
        yield Check.TOPIC_TIMESTAMPS, "fail", message, fix


def _retention(topic: Topic) -> int:
    """Return for how long records are kept, milliseconds; -1: for ever, or not known."""
    return int((topic.configs or {}).get("retention.ms", "-1"))
