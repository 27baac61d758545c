"""Kafka checks: the brokers as they are, judged by what the configuration needs of them.

May live here: judgement. May not: asking (`survey`) and showing (`check`).
"""

from collections.abc import Iterator, Sequence

from gateway.cli.checklist import Check
from gateway.cli.finding import Finding
from gateway.cli.survey import Survey
from gateway.config import Config
from gateway.config.quantities import Duration, Size
from gateway.config.rules import ROOM_IN_BATCH
from gateway.sink.settings import TopicSpec

__all__ = ["check_brokers", "check_clock", "check_limits", "check_missing"]

_APART = 5.0  # seconds that clocks may be apart before it is worth a word
_ROOM_IN_REQUEST = 64 * 1024
_seconds = Duration(0).write
_size = Size(0).write


def check_brokers(survey: Survey) -> Iterator[Finding]:
    """Judge who could be reached."""
    cluster = survey.cluster
    for address, reason in survey.unreachable.items():
        advertised = cluster is not None and any(
            address == broker.address for broker in cluster.brokers
        )
        yield Finding(
            Check.BROKERS,
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
        said = f"cluster {cluster.cluster_id}, {count} {plural}"
        yield Finding(Check.BROKERS, "ok", "kafka", said)


def check_limits(config: Config, survey: Survey) -> Iterator[Finding]:
    """Judge whether the brokers read a request with the largest record."""
    needed = config.kafka.max_record_bytes + ROOM_IN_BATCH + _ROOM_IN_REQUEST
    for address, settings in survey.settings.items():
        subject, check = f"broker {address}", Check.BROKER_LIMITS
        largest = int((settings or {}).get("socket.request.max.bytes", "0"))
        if settings is None:
            said = "its settings may not be read: DescribeConfigs on the cluster lets check do it"
            yield Finding(check, "note", subject, said)
        elif 0 < largest < needed:
            said = f"socket.request.max.bytes is {_size(largest)}: the largest record does not fit"
            fix = f"set it to {needed} or more, or lower kafka.max_record_bytes"
            yield Finding(check, "fail", subject, said, fix)
        else:
            yield Finding(check, "ok", subject, f"reads requests of {_size(largest)}")


def check_clock(config: Config, survey: Survey) -> Finding:
    """Judge our clock by Kafka's."""
    tolerance = config.ingress.signature_tolerance
    skew = survey.skew
    if skew is None:
        return Finding(
            Check.CLOCK,
            "note",
            "clock",
            f"not measured: {survey.why_no_skew}; signatures are taken within "
            f"{_seconds(tolerance)} of ours, so keep it synchronized",
        )
    apart = abs(skew)
    side = "ahead of" if skew > 0 else "behind"
    said = f"ours is {apart:.1f} s {side} Kafka's"
    fix = "have this machine and the brokers keep time (NTP)"
    if apart > tolerance:
        also = f"if it is ours that is wrong, every delivery is refused: {_seconds(tolerance)}"
        return Finding(Check.CLOCK, "fail", "clock", f"{said}; {also} is all they may be off", fix)
    if apart > _APART:
        return Finding(Check.CLOCK, "warn", "clock", said, fix)
    return Finding(Check.CLOCK, "ok", "clock", f"agrees with Kafka's within {_APART:.0f} s")


def check_missing(
    config: Config, missing: Sequence[TopicSpec], survey: Survey
) -> Iterator[Finding]:
    """Judge topics that are not there.

    Args:
        config: whether the gateway may create them.
        missing: which.
        survey: tells which of them Kafka would not create.
    """
    unwritable = _unwritable(config, survey)
    for spec in missing:
        subject, check = f"topic {spec.name}", Check.TOPIC_MISSING
        reason = survey.refused.get(spec.name)
        if not config.kafka.create_topics:
            fix = "create it (cstar-gateway topics --create), or set kafka.create_topics"
            yield Finding(check, "fail", subject, "is not there", fix)
        elif reason is not None:
            fix = "grant Create, or correct [kafka] partitions and replication_factor"
            said = f"is not there, and Kafka refuses it: {reason}"
            yield Finding(check, "fail", subject, said, fix)
        elif unwritable:
            fix = "raise kafka.replication_factor, or lower the brokers' min.insync.replicas"
            yield Finding(check, "fail", subject, f"is not there yet; {unwritable}", fix)
        else:
            yield Finding(check, "ok", subject, "is not there yet; serve creates it")


def _unwritable(config: Config, survey: Survey) -> str:
    """Tell why a topic that is created now would take no record; empty where it would."""
    for settings in survey.settings.values():
        needed = int((settings or {}).get("min.insync.replicas", "1"))
        factor = config.kafka.replication_factor
        if factor < 0:
            factor = int((settings or {}).get("default.replication.factor", str(needed)))
        if factor < needed:
            return (
                f"created with {factor} replicas it would take no record: "
                f"the brokers' min.insync.replicas is {needed}"
            )
    return ""
