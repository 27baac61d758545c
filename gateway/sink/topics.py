"""Topics: which of them Kafka has, how they are cut, what they take; and making those missing.

May live here: administration of topics on a connection of its own. May not: producing.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    NoError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)
from aiokafka.protocol.metadata import MetadataRequest

from gateway.sink.authorized import AuthorizedMetadataRequest, operations
from gateway.sink.client import log_in_afresh, sever
from gateway.sink.settings import KafkaSettings, TopicSpec

__all__ = ["Admin", "TopicView", "create_configs"]

_MAX_BYTES = "max.message.bytes"


class TopicView(NamedTuple):
    """What Kafka says of the topics we asked for.

    Attributes:
        partitions: how many each topic has that is there.
        missing: topics that are not there, each with Kafka's word for why.
        denied: topics that we may not write to, each with the operations to grant.
    """

    partitions: dict[str, int]
    missing: dict[str, str]
    denied: dict[str, str]


def create_configs(spec: TopicSpec, settings: KafkaSettings) -> dict[str, str]:
    """Return the configs a topic is created with."""
    configs = {"cleanup.policy": "delete", _MAX_BYTES: str(settings.max_record_bytes)}
    if settings.retention_ms is not None:
        configs["retention.ms"] = str(settings.retention_ms)
    return {**configs, **spec.configs}


class Admin:
    """Asks, and changes, what Kafka's topics are. One call at a time.

    Every method raises `KafkaError`, `OSError` or `TimeoutError` where Kafka does not answer;
    bound it from outside, then `close` it.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin = AIOKafkaAdminClient(**settings.client_options())
        self._client = self._admin._client  # noqa: SLF001 - requests it has no method for
        log_in_afresh(self._client, settings)

    async def start(self) -> None:
        """Connect."""
        await self._admin.start()

    async def view(self, topics: Sequence[str]) -> TopicView:
        """Return what Kafka says of `topics`, in one request; it creates none by being asked."""
        view = TopicView({}, {}, {})
        for code, topic, _, found, *allowed in await self._metadata(topics):
            error = for_code(code)
            if error is TopicAuthorizationFailedError:
                view.denied[topic] = "Describe, Write"
            elif error is not NoError:
                view.missing[topic] = error.message
            else:
                view.partitions[topic] = len(found)
                may = operations(*allowed) if allowed else None
                if may is not None and "Write" not in may:
                    view.denied[topic] = "Write"
        return view

    async def _metadata(self, topics: Sequence[str]) -> Any:
        node = self._client.get_random_node()
        try:
            response = await self._client.send(node, AuthorizedMetadataRequest(topics))
        except NotImplementedError:  # aiokafka's word for a broker older than 2.3
            request = MetadataRequest(list(topics), allow_auto_topic_creation=False)
            response = await self._client.send(node, request)
        return response.topics

    async def create(self, specs: Iterable[TopicSpec]) -> dict[str, str]:
        """Create topics; return what Kafka refused, each with its words."""
        new = [self._new_topic(spec) for spec in specs]
        response: Any = await self._admin.create_topics(new)
        refused: dict[str, str] = {}
        for topic, code, message, *_ in response.topic_errors:
            error = for_code(code)
            if error not in {NoError, TopicAlreadyExistsError}:
                refused[topic] = message or error.message
        return refused

    def _new_topic(self, spec: TopicSpec) -> NewTopic:
        partitions = spec.partitions or self._settings.partitions
        new = NewTopic(spec.name, partitions, 1, topic_configs=create_configs(spec, self._settings))
        new.replication_factor = self._settings.replication_factor  # its constructor refuses -1
        return new

    async def record_limits(self, topics: Sequence[str]) -> dict[str, int]:
        """Return `max.message.bytes` of each of `topics`; without those we may not describe."""
        wanted = {_MAX_BYTES: None}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name, wanted) for name in topics]
        responses: list[Any] = await self._admin.describe_configs(resources)
        return {
            topic: int(value)
            for response in responses
            for code, _, _, topic, configs in response.resources
            if for_code(code) is NoError
            for name, value, *_ in configs
            if name == _MAX_BYTES
        }

    async def close(self) -> None:
        """Disconnect, at once."""
        await sever(self._client)
