"""Inspection: what a real broker tells, without being changed."""

from gateway.cli.inspection import CONFIGS, connect, inspect, would_create
from gateway.embedded import Kafka
from gateway.sink.settings import KafkaSettings, TopicSpec
from tests.kafka_reading import create_topics


async def test_a_broker_tells_of_topics_and_of_what_we_may(
    kafka: Kafka, unique_prefix: str
) -> None:
    """Partitions, replicas, configs and permissions of those that are there; others are lacked."""
    there, lacking = f"{unique_prefix}.there", f"{unique_prefix}.lacking"
    await create_topics(kafka.bootstrap_servers, [there], partitions=2)
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    async with connect("127.0.0.1", kafka.port, settings) as connection:
        cluster = await inspect(connection, [there, lacking])
        again = await inspect(connection, [lacking])
    assert cluster.cluster_id
    assert [broker.port for broker in cluster.brokers] == [kafka.port]
    topic = cluster.topics[there]
    assert (topic.partitions, topic.leaderless, topic.replicas, topic.in_sync) == (2, 0, 1, 1)
    assert set(topic.configs or {}) == set(CONFIGS)
    assert topic.allowed is not None
    assert {"Write", "Describe"} <= topic.allowed
    assert not cluster.lacks(there)
    assert cluster.lacks(lacking)
    assert again.lacks(lacking)


async def test_asking_whether_a_topic_could_be_created_creates_none(
    kafka: Kafka, unique_prefix: str
) -> None:
    """The rehearsal tells what would be refused and leaves no trace."""
    specs = [TopicSpec(name=f"{unique_prefix}.good"), TopicSpec(name=f"{unique_prefix}/bad")]
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    async with connect("127.0.0.1", kafka.port, settings) as connection:
        refused = await would_create(connection, specs, settings)
        cluster = await inspect(connection, [specs[0].name])
        assert await would_create(connection, [], settings) == {}
    assert list(refused) == [specs[1].name]
    assert cluster.lacks(specs[0].name)
