"""Checklist: every check of `cstar-gateway check` by the name that machines know it by.

May live here: the closed list of checks and what each is about. May not: looking, and judging
(`checks`, `kafka_checks`).
"""

from collections.abc import Iterator
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["ABOUT", "About", "Check", "render"]


class Check(StrEnum):
    """A check's name. Stable: scripts match on these words."""

    CONFIGURATION = "configuration"
    SECRETS = "secrets"
    WINDOW = "window"
    OPEN_FILES = "open_files"
    BROKERS = "brokers"
    BROKER_LIMITS = "broker_limits"
    CLOCK = "clock"
    TOPICS = "topics"
    TOPIC_MISSING = "topic_missing"
    TOPIC_ACCESS = "topic_access"
    TOPIC_LEADERS = "topic_leaders"
    TOPIC_REPLICAS = "topic_replicas"
    TOPIC_RECORD_SIZE = "topic_record_size"
    TOPIC_RETENTION = "topic_retention"
    TOPIC_CLEANUP = "topic_cleanup"
    TOPIC_PARTITIONS = "topic_partitions"
    TOPIC_TIMESTAMPS = "topic_timestamps"


class About(NamedTuple):
    """What a check is about.

    Attributes:
        right: what it wants to be so.
        fails: where it says `fail`; empty where it never does.
        warns: where it says `warn`; empty where it never does.
        do: what to do then.
    """

    right: str
    fails: str
    warns: str
    do: str


ABOUT: MappingProxyType[Check, About] = MappingProxyType(
    {
        Check.CONFIGURATION: About(
            "every key and variable is valid, and they fit together",
            "a value will not do: nothing would start",
            "it is valid and seldom meant",
            "what the finding says of the key",
        ),
        Check.SECRETS: About(
            "every secret that is referred to is there, long and random enough, and one webhook's",
            "one is missing, empty, too short, or another's too",
            "one is guessed easily, known to all, or not written as cStar writes them",
            "take a new one from cStar, whole; correct the reference",
        ),
        Check.WINDOW: About("how many ids the memory holds over the window", "", "", ""),
        Check.OPEN_FILES: About(
            "the process may open as many files as `ingress.max_connections` needs",
            "",
            "it may not: fewer connections are taken",
            "raise `ulimit -n`, or lower `ingress.max_connections`",
        ),
        Check.BROKERS: About(
            "every broker can be reached and lets us in, at the address it gives to clients",
            "none, or one at the address it advertises, can be used",
            "a bootstrap server cannot be used, others can",
            "`kafka.bootstrap_servers`, `kafka.security`, the broker's `advertised.listeners`",
        ),
        Check.BROKER_LIMITS: About(
            "a request with the largest record is one the brokers read",
            "`socket.request.max.bytes` is smaller: the broker would close the connection",
            "",
            "raise it, or lower `kafka.max_record_bytes`",
        ),
        Check.CLOCK: About(
            "our clock and Kafka's agree",
            "they are further apart than signatures may be old: every delivery may be refused",
            "they are more than 5 s apart",
            "have both machines keep time (NTP)",
        ),
        Check.TOPICS: About("all that is looked at in a topic is right", "", "", ""),
        Check.TOPIC_MISSING: About(
            "each topic is there, or would be created so that it takes records",
            "nobody creates it; Kafka refuses to; or it would have too few replicas to be written",
            "",
            "`cstar-gateway topics --create`, Create, `kafka.replication_factor`",
        ),
        Check.TOPIC_ACCESS: About(
            "the gateway may do to each topic what it needs to",
            "it may not Describe, Write or Read it",
            "it may not DescribeConfigs: sizes are guessed",
            "[grant](security.md#permissions) what the finding names",
        ),
        Check.TOPIC_LEADERS: About(
            "each partition has a leader",
            "one has none: its teams' events cannot be published",
            "",
            "bring the brokers back that hold it",
        ),
        Check.TOPIC_REPLICAS: About(
            "as many replicas are in sync as an ack needs, and an ack rests on more than one",
            "`min.insync.replicas` is more than there are, or more than are in sync",
            "one replica alone, one behind the others, or an ack that may rest on one",
            "three replicas, `min.insync.replicas` 2",
        ),
        Check.TOPIC_RECORD_SIZE: About(
            "the largest body fits into each topic, with what is added to it",
            "not into the quarantine, the last place of what fits nowhere",
            "not into another: it goes to quarantine",
            "raise the topic's `max.message.bytes` to `kafka.max_record_bytes`",
        ),
        Check.TOPIC_RETENTION: About(
            "records are kept at least as long as `idempotency.window`",
            "the journal keeps marks for less: what a restart forgets is published twice",
            "another topic keeps events for less",
            "raise `retention.ms`",
        ),
        Check.TOPIC_CLEANUP: About(
            "no topic is compacted",
            "one is: of each team, only its last event would stay",
            "",
            "`cleanup.policy=delete`",
        ),
        Check.TOPIC_PARTITIONS: About(
            "a topic has the partitions that are configured",
            "",
            "it has fewer, or the journal has several",
            "set `kafka.partitions` to what is there: adding some moves keys",
        ),
        Check.TOPIC_TIMESTAMPS: About(
            "the journal is stamped by the brokers' clock",
            "it is stamped by ours: a wrong clock would pass for a replica's silence, or life",
            "",
            "`message.timestamp.type=LogAppendTime`",
        ),
    }
)


def render() -> str:
    """Return the table of checks."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| check | right is | `fail` where | `warn` where | do |"
    yield "|---|---|---|---|---|"
    for check, about in ABOUT.items():
        cells = (f"`{check}`", *(cell or "never" for cell in about[:3]), about.do or "nothing")
        yield f"| {' | '.join(cells)} |"
