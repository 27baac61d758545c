"""Client: what every client of aiokafka here is held to, where that leans on its private parts."""

from typing import Any

import aiokafka.client
import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.structs import BrokerMetadata

from gateway.sink import KafkaSettings
from gateway.sink.client import log_in_afresh


async def test_each_connection_logs_in_with_the_password_of_its_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A client made with one password connects with the next once there is one."""
    used: list[str] = []

    async def refuse(*_: object, sasl_plain_password: str, **__: Any) -> None:
        used.append(sasl_plain_password)
        raise ConnectionRefusedError

    monkeypatch.setattr(aiokafka.client, "create_conn", refuse)
    now = "first"
    settings = KafkaSettings(
        bootstrap_servers="127.0.0.1:1",
        security={
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "PLAIN",
            "sasl_plain_username": "user",
        },
        password=lambda: now,
    )
    client = AIOKafkaClient(**settings.client_options())
    broker = BrokerMetadata(1, "127.0.0.1", 1, None)
    monkeypatch.setattr(client.cluster, "broker_metadata", lambda _: broker)
    log_in_afresh(client, settings)
    assert not await client.ready(1)
    now = "second"
    assert not await client.ready(1)
    assert used == ["first", "second"]
    await client.close()
