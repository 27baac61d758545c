"""Survey: a whole cluster asked what `check` judges, without changing anything.

May live here: whom to ask, and in which order. May not: what is asked of one broker (`inspection`,
`quorum`), and judgement (`kafka_checks`).
"""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError

from gateway.cli.inspection import (
    Cluster,
    broker_settings,
    connect,
    inspect,
    why,
    would_create,
)
from gateway.cli.quorum import DescribeQuorumRequest, leader_time
from gateway.sink.settings import KafkaSettings, TopicSpec

__all__ = ["Survey", "ask"]

_FAILURES = (OSError, KafkaError, TimeoutError)


class Survey(NamedTuple):
    """What Kafka answered.

    Attributes:
        unreachable: addresses that could not be used, each with the reason.
        cluster: what a broker told; None where none could be reached.
        refused: topics Kafka would not create, each with its words.
        settings: of brokers, by address; None where we may not read them.
        skew: our clock less Kafka's, seconds; None where it could not be measured.
        why_no_skew: why it could not.
    """

    unreachable: Mapping[str, str]
    cluster: Cluster | None = None
    refused: Mapping[str, str] = {}
    settings: Mapping[str, Mapping[str, str] | None] = {}
    skew: float | None = None
    why_no_skew: str = ""


async def ask(
    settings: KafkaSettings,
    specs: tuple[TopicSpec, ...],
    clock: Callable[[], float] = time.time,
) -> Survey:
    """Ask the first bootstrap server that answers, knock at the others, then ask every broker."""
    survey, unreachable = Survey({}), dict[str, str]()
    for address in settings.bootstrap_servers:
        host, _, port = address.rpartition(":")
        try:
            async with connect(host.strip("[]"), int(port), settings) as connection:
                if survey.cluster is None:
                    survey = await _ask_one(connection, settings, specs, clock)
        except _FAILURES as error:
            unreachable[address] = why(error)
    found: dict[str, Mapping[str, str] | None] = {}
    for broker in survey.cluster.brokers if survey.cluster else ():
        try:
            async with connect(broker.host, broker.port, settings) as connection:
                found[broker.address] = await broker_settings(connection, broker.node)
        except _FAILURES as error:
            unreachable[broker.address] = why(error)
    return survey._replace(unreachable=unreachable, settings=found)


async def _ask_one(
    connection: AIOKafkaConnection,
    settings: KafkaSettings,
    specs: tuple[TopicSpec, ...],
    clock: Callable[[], float],
) -> Survey:
    cluster = await inspect(connection, [spec.name for spec in specs])
    missing = [spec for spec in specs if cluster.lacks(spec.name)]
    refused = await would_create(connection, missing, settings)
    survey = Survey({}, cluster, refused)
    try:
        return survey._replace(skew=await _skew(connection, clock))
    except (NotImplementedError, LookupError):  # aiokafka's word for a broker that cannot
        return survey._replace(why_no_skew="this Kafka does not tell its time")
    except KafkaError:
        return survey._replace(why_no_skew="that needs Describe on the cluster")


async def _skew(connection: AIOKafkaConnection, clock: Callable[[], float]) -> float:
    """Return our clock less Kafka's, seconds, as of the middle of the question's way."""
    asked = clock()
    theirs = leader_time(await connection.send(DescribeQuorumRequest()))
    return (asked + clock()) / 2 - theirs
