"""The composition: starting, readiness, draining."""

import json
import socket

import pytest

from gateway.app import Gateway
from gateway.config import load
from gateway.embedded import Kafka
from tests.e2e.running import environment, free_port, running_gateway
from tests.kafka_reading import create_topics
from tests.waiting import until


async def test_ready_says_why_not() -> None:
    """Without Kafka the gateway is alive and unready, and says that it is Kafka."""
    nowhere = f"127.0.0.1:{free_port()}"
    async with running_gateway(nowhere, "p", wait=False) as client:
        assert (await client.get("/livez"))[0] == 200
        status, text = await client.get("/readyz")
        checks = {check["name"]: check for check in json.loads(text)["checks"]}
        assert status == 503
        assert not checks["kafka"]["ok"]
        assert checks["kafka"]["detail"]
        assert checks["serving"]["ok"]
        for name, check in checks.items():  # and so it is told to Prometheus
            assert await client.metric(f'cstar_gateway_ready{{check="{name}"}}') == check["ok"]


async def test_a_quarantine_too_small_is_said_before_it_is_needed(
    kafka: Kafka, unique_prefix: str
) -> None:
    """A quarantine that could not hold the largest body makes the gateway unready, with the fix."""
    await create_topics(
        kafka.bootstrap_servers,
        [f"{unique_prefix}.quarantine"],
        configs={"max.message.bytes": "100000"},
    )
    gateway = Gateway(load(None, environment(kafka.bootstrap_servers, unique_prefix)))
    await gateway.start()
    try:
        await until(lambda: gateway.checks()[0].ok)
        check = gateway.checks()[1]
        assert (check.name, check.ok) == ("quarantine", False)
        assert "max.message.bytes" in check.detail
        assert not gateway.ready
    finally:
        await gateway.drain()


async def test_a_port_that_is_taken_is_an_error_and_leaves_nothing(unique_prefix: str) -> None:
    """Where the public port is taken `start` raises, and the admin port is free again."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port, admin_port = taken.getsockname()[1], free_port()
        variables = environment(
            f"127.0.0.1:{free_port()}",
            unique_prefix,
            INGRESS__PORT=str(port),
            ADMIN__PORT=str(admin_port),
        )
        with pytest.raises(OSError, match=str(port)):
            await Gateway(load(None, variables)).start()
    with socket.socket() as again:
        again.bind(("127.0.0.1", admin_port))
