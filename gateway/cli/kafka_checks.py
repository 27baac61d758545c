"""Kafka checks: brokers and topics as they are, judged by what the configuration needs of them.

May live here: judgement. May not: asking (`inspection`) and showing (`check`).
"""

from collections.abc import Iterator, Mapping, Sequence

from gateway.cli.finding import Finding, Level
from gateway.cli.inspection import Cluster, Topic
from gateway.config import Config
from gateway.config.quantities import Duration, Size
from gateway.config.rules import ROOM_IN_BATCH, ROOM_IN_RECORD
from gateway.sink.settings import TopicSpec

__all__ = ["check_brokers", "check_missing", "check_topic"]

_seconds = Duration(0).write
_size = Size(0).write
_Found = tuple[Level, str, str]


def check_brokers(unreachable: Mapping[str, str], cluster: Cluster | None) -> Iterator[Finding]:
    """Judge who could be reached.

    Args:
        unreachable: addresses that could not be used, each with the reason.
        cluster: what a broker told; None where none could be reached.
    """
    for address, reason in unreachable.items():
        advertised = cluster is not None and any(
            address == f"{broker.host}:{broker.port}" for broker in cluster.brokers
        )
        yield Finding(
            "fail" if advertised or cluster is None else "warn",
            f"broker {address}",
            f"cannot be used: {reason}",
            "this is the address Kafka tells clients to use: correct its advertised.listeners, "
            "or let the gateway reach it"
            if advertised
            else "correct kafka.bootstrap_servers or kafka.security, or start it",
        )
    if cluster is not None:
        count = len(cluster.brokers)
        plural = "broker" if count == 1 else "brokers"
        yield Finding("ok", "kafka", f"cluster {cluster.cluster_id}, {count} {plural}")


def check_missing(
    config: Config, missing: Sequence[TopicSpec], refused: Mapping[str, str]
) -> Iterator[Finding]:
    """Judge topics that are not there.

    Args:
        config: whether the gateway may create them.
        missing: which.
        refused: those Kafka would not create, each with its words.
    """
    for spec in missing:
        subject = f"topic {spec.name}"
        reason = refused.get(spec.name)
        if not config.kafka.create_topics:
            fix = "create it (cstar-gateway topics --create), or set kafka.create_topics"
            yield Finding("fail", subject, "is not there", fix)
        elif reason is not None:
            fix = "grant Create, or correct [kafka] partitions and replication_factor"
            yield Finding("fail", subject, f"is not there, and Kafka refuses it: {reason}", fix)
        else:
            yield Finding("ok", subject, "is not there yet; serve creates it")


def check_topic(config: Config, spec: TopicSpec, topic: Topic) -> Iterator[Finding]:
    """Judge one topic that is there; a single `ok` where nothing is amiss."""
    subject = f"topic {spec.name}"
    if topic.error:
        yield Finding(
            "fail", subject, f"cannot be used: {topic.error}", "let the gateway Describe it"
        )
        return
    own = _journal if spec.role == "journal" else _configs
    found = [*_access(config, topic), *_replication(topic), *own(config, spec, topic)]
    wanted = spec.partitions or config.kafka.partitions
    if topic.partitions < wanted:
        message = f"has {topic.partitions} partitions, kafka.partitions says {wanted}"
        fix = "set kafka.partitions to what is there; adding partitions moves keys to others"
        found.append(("warn", message, fix))
    for level, message, fix in found:
        yield Finding(level, subject, message, fix)
    if not found:
        copies = f"{topic.partitions} partitions of {topic.replicas} replicas"
        yield Finding("ok", subject, f"{copies}, all led and in sync")


def _access(config: Config, topic: Topic) -> Iterator[_Found]:
    if topic.allowed is not None and "Write" not in topic.allowed:
        yield "fail", "the gateway may not write to it", "grant Write to kafka.security.username"
    reads = config.idempotency.store == "kafka"
    if reads and topic.allowed is not None and "Read" not in topic.allowed:
        message = "the gateway may not read it, and so not tell what was accepted before a crash"
        yield "fail", message, "grant Read to kafka.security.username"
    if topic.configs is None:
        yield "warn", "its configs may not be read, so sizes are guesses", "grant DescribeConfigs"
    if topic.leaderless:
        message = f"{topic.leaderless} of {topic.partitions} partitions have no leader"
        yield "fail", message, "bring the brokers back that hold them"


def _replication(topic: Topic) -> Iterator[_Found]:
    needed = int((topic.configs or {}).get("min.insync.replicas", "1"))
    if needed > topic.replicas:
        message = f"min.insync.replicas is {needed}, but it has {topic.replicas} replicas"
        fix = "add replicas, or lower min.insync.replicas"
        yield "fail", f"{message}: Kafka refuses every record", fix
    elif topic.in_sync < needed:
        message = f"{topic.in_sync} replicas are in sync, min.insync.replicas is {needed}"
        yield "fail", f"{message}: Kafka refuses records", "bring the lagging brokers back"
    elif topic.in_sync < topic.replicas:
        message = f"{topic.in_sync} of {topic.replicas} replicas are in sync"
        yield "warn", message, "bring the lagging brokers back"
    if topic.replicas == 1:
        yield "warn", "has one replica: losing its disk loses the events", "keep three"
    elif needed == 1:
        message = "min.insync.replicas is 1: an ack may rest on one broker alone"
        yield "warn", message, f"set it to {max(2, topic.replicas - 1)}"


def _configs(config: Config, spec: TopicSpec, topic: Topic) -> Iterator[_Found]:
    configs = topic.configs or {}
    largest = int(configs.get("max.message.bytes", config.kafka.max_record_bytes))
    fix = f"set it to {config.kafka.max_record_bytes}"
    if largest < config.ingress.max_body_bytes + ROOM_IN_RECORD + ROOM_IN_BATCH:
        message = f"max.message.bytes is {_size(largest)}: the largest body does not fit"
        if spec.role == "quarantine":
            yield "fail", f"{message}, and quarantine is its last place", fix
        else:
            yield "warn", f"{message}, and goes to quarantine", fix
    elif largest < config.kafka.max_record_bytes:
        message = f"max.message.bytes is {_size(largest)}, kafka.max_record_bytes is more"
        yield "warn", f"{message}: records between the two go to quarantine", fix
    if "compact" in configs.get("cleanup.policy", "delete"):
        yield (
            "fail",
            "cleanup.policy compacts: the key is the team, so only its last event would stay",
            "set cleanup.policy=delete",
        )
    retention = _retention(topic)
    if 0 <= retention < config.idempotency.window * 1000:
        yield (
            "warn",
            f"keeps events {_seconds(retention / 1000)}, less than idempotency.window",
            "set retention.ms higher: consumers that stop for a day lose events",
        )


def _journal(config: Config, _spec: TopicSpec, topic: Topic) -> Iterator[_Found]:
    window = config.idempotency.window
    if 0 <= _retention(topic) < window * 1000:
        message = f"keeps marks {_seconds(_retention(topic) / 1000)}, less than idempotency.window"
        yield (
            "fail",
            f"{message}: what a restart forgets is published twice",
            (f"set retention.ms={round(window * 1000) + 3_600_000}"),
        )
    if "compact" in (topic.configs or {}).get("cleanup.policy", "delete"):
        message = "cleanup.policy compacts: of each replica only its last marks would stay"
        yield "fail", message, "set cleanup.policy=delete"


def _retention(topic: Topic) -> int:
    """Return for how long records are kept, milliseconds; -1: for ever, or not known."""
    return int((topic.configs or {}).get("retention.ms", "-1"))
