"""Topics: what is there, and what we may do with it, from brokers new and old."""

from typing import Any

import pytest

from gateway.embedded import Kafka
from gateway.sink.authorized import AuthorizedMetadataRequest
from gateway.sink.settings import KafkaSettings
from gateway.sink.topics import Admin
from tests.kafka_reading import create_topics


async def test_an_old_broker_is_asked_without_permissions(
    kafka: Kafka, unique_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a broker cannot tell what we may do, nothing is thought denied."""
    there, lacking = f"{unique_prefix}.there", f"{unique_prefix}.lacking"
    await create_topics(kafka.bootstrap_servers, [there], partitions=2)

    def unknown(*_: Any) -> None:
        raise NotImplementedError  # as aiokafka does for a version the broker lacks

    admin = Admin(KafkaSettings(bootstrap_servers=kafka.bootstrap_servers))
    await admin.start()
    try:
        new = await admin.view([there, lacking])
        monkeypatch.setattr(AuthorizedMetadataRequest, "prepare", unknown)
        old = await admin.view([there, lacking])
    finally:
        await admin.close()
    assert new == old
    assert (old.partitions, list(old.missing), old.denied) == ({there: 2}, [lacking], {})
