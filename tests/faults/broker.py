"""A broker that may be killed and frozen, behind a proxy that may misbehave."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.embedded import Kafka
from tests.faults.proxy import Proxy

__all__ = ["proxied_broker"]

# A broker that was killed may not come back before its old session is over, 9 s by default.
_SOON_MISSED = {"broker.session.timeout.ms": "1000", "broker.heartbeat.interval.ms": "250"}


@asynccontextmanager
async def proxied_broker(**overrides: str) -> AsyncIterator[tuple[Kafka, Proxy]]:
    """Run a broker and the proxy its clients are led through; `overrides` with `_` for `.`."""
    named = {name.replace("_", "."): value for name, value in overrides.items()}
    async with (
        Proxy() as proxy,
        Kafka(advertised_port=proxy.port, overrides=_SOON_MISSED | named) as kafka,
    ):
        proxy.target = kafka.port
        yield kafka, proxy
