"""Inspection: what Kafka says of itself and of our topics, asked without changing anything.

May live here: questions, each on a bare connection, so that what fails says why; aiokafka's own
clients fold every cause into "unable to bootstrap". May not: judgement (`checks`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import NoError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.admin import CreateTopicsRequest, DescribeConfigsRequest

from gateway.sink.authorized import AuthorizedMetadataRequest, operations
from gateway.sink.knock import REQUEST_SECONDS, connect, why
from gateway.sink.settings import KafkaSettings, TopicSpec
from gateway.sink.topics import create_configs

__all__ = [
    "CONFIGS",
    "Broker",
    "Cluster",
    "Topic",
    "broker_settings",
    "connect",
    "inspect",
    "why",
    "would_create",
]

CONFIGS = (
    "max.message.bytes",
    "min.insync.replicas",
    "retention.ms",
    "cleanup.policy",
    "message.timestamp.type",
)
"""The topic configs that matter to the gateway."""

_SETTINGS = ("socket.request.max.bytes", "min.insync.replicas", "default.replication.factor")
_TOPIC, _BROKER = 2, 4  # resource types, ConfigResource.Type


class Broker(NamedTuple):
    """A broker, by the address it tells clients to use."""

    node: int
    host: str
    port: int

    @property
    def address(self) -> str:
        """Host and port, as people write them."""
        return f"{self.host}:{self.port}"


class Topic(NamedTuple):
    """A topic as it is.

    Attributes:
        error: Kafka's word for why it cannot be used; empty where it can.
        partitions: how many.
        leaderless: how many of them have no leader now.
        replicas: the fewest replicas of a partition.
        in_sync: the fewest in-sync replicas of a partition.
        configs: of `CONFIGS`; None where we may not read them.
        allowed: operations we may do; None where Kafka does not tell.
    """

    error: str
    partitions: int = 0
    leaderless: int = 0
    replicas: int = 0
    in_sync: int = 0
    configs: Mapping[str, str] | None = None
    allowed: frozenset[str] | None = None


class Cluster(NamedTuple):
    """What one broker tells of all.

    Attributes:
        cluster_id: the cluster's id.
        brokers: those alive.
        topics: those asked for, by name.
    """

    cluster_id: str
    brokers: tuple[Broker, ...]
    topics: Mapping[str, Topic]

    def lacks(self, name: str) -> bool:
        """Tell whether a topic that was asked for is not there."""
        return self.topics[name].error == UnknownTopicOrPartitionError.message


async def inspect(connection: AIOKafkaConnection, topics: Sequence[str]) -> Cluster:
    """Ask one broker for the cluster and these topics."""
    response: Any = await connection.send(AuthorizedMetadataRequest(topics))
    found = {row[1]: _topic(row) for row in response.topics}
    present = [name for name, topic in found.items() if not topic.error]
    for name, configs in (await _configs(connection, present)).items():
        found[name] = found[name]._replace(configs=configs)
    return Cluster(
        cluster_id=response.cluster_id or "",
        brokers=tuple(Broker(node, host, port) for node, host, port, _ in response.brokers),
        topics=found,
    )


def _topic(row: tuple[Any, ...]) -> Topic:
    code, _, _, partitions, allowed = row
    error = for_code(code)
    return Topic(
        error="" if error is NoError else error.message,
        partitions=len(partitions),
        leaderless=sum(leader < 0 for _, _, leader, *_ in partitions),
        replicas=min((len(replicas) for _, _, _, _, replicas, *_ in partitions), default=0),
        in_sync=min((len(isr) for _, _, _, _, _, isr, _ in partitions), default=0),
        allowed=operations(allowed),
    )


async def _configs(
    connection: AIOKafkaConnection, topics: Sequence[str]
) -> dict[str, dict[str, str] | None]:
    """Return the configs of topics; None for those we may not read."""
    if not topics:
        return {}
    return await _described(connection, [(_TOPIC, name, list(CONFIGS)) for name in topics])


async def broker_settings(connection: AIOKafkaConnection, node: int) -> dict[str, str] | None:
    """Return the settings of the broker that is asked; None where we may not read them."""
    described = await _described(connection, [(_BROKER, str(node), list(_SETTINGS))])
    return described.get(str(node))


async def _described(
    connection: AIOKafkaConnection, resources: list[tuple[int, str, list[str]]]
) -> dict[str, dict[str, str] | None]:
    response: Any = await connection.send(DescribeConfigsRequest(resources))
    return {
        name: {key: value for key, value, *_ in entries} if for_code(code) is NoError else None
        for code, _, _, name, entries in response.resources
    }


async def would_create(
    connection: AIOKafkaConnection, specs: Sequence[TopicSpec], settings: KafkaSettings
) -> dict[str, str]:
    """Ask whether these topics could be created; nothing is.

    Returns:
        What Kafka refuses, each with its words: no permission, too few brokers, a policy.
    """
    rows: list[Any] = [
        (
            spec.name,
            spec.partitions or settings.partitions,
            settings.replication_factor,
            [],
            list(create_configs(spec, settings).items()),
        )
        for spec in specs
    ]
    if not rows:
        return {}
    request = CreateTopicsRequest(rows, round(REQUEST_SECONDS * 1000), validate_only=True)
    response: Any = await connection.send(request)
    return {
        name: message or for_code(code).message
        for name, code, message, *_ in response.topic_errors
        if for_code(code) is not NoError
    }
