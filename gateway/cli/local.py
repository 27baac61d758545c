"""Local: a Kafka and a gateway together on this machine, for as long as somebody looks.

May live here: bringing the two up and down. May not: what is sent to them, and what is shown.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

from gateway import logs, parts
from gateway.app import Gateway
from gateway.config import Config, load
from gateway.embedded import Kafka, Progress
from gateway.embedded.ports import is_free
from gateway.simulator import DEV_SECRET
from gateway.sink.settings import KafkaSettings

__all__ = ["KAFKA_PORT", "PORT", "Local", "Wishes", "bring_up"]

PORT, ADMIN_PORT, KAFKA_PORT = 8080, 8081, 9092
_READY_SECONDS = 60.0


class Wishes(NamedTuple):
    """What was asked for.

    Attributes:
        bootstrap_servers: a Kafka one has; None: bring one up.
        port: of the public listener; None: 8080, or a free one where that is taken.
        admin_port: of the admin listener; None: 8081, or a free one.
        prefix: of the topics.
        data_dir: where Kafka's data are kept; None: nowhere.
    """

    bootstrap_servers: str | None
    port: int | None
    admin_port: int | None
    prefix: str
    data_dir: Path | None


class Local(NamedTuple):
    """What is up.

    Attributes:
        kafka: the broker we brought; None where one was given.
        gateway: ready.
        config: the gateway's.
        taken: usual ports that another process has.
    """

    kafka: Kafka | None
    gateway: Gateway
    config: Config
    taken: frozenset[int]

    def instead_of(self, usual: int) -> str:
        """Tell, where another process has a usual port, that this is why it is not used."""
        return f", for {usual} is taken" if usual in self.taken else ""

    @property
    def settings(self) -> KafkaSettings:
        """How to reach Kafka."""
        return parts.kafka_settings(self.config)

    @property
    def topics(self) -> list[str]:
        """Every topic that consumers read."""
        return list(parts.journal_topics(self.config).outputs)

    @property
    def url(self) -> str:
        """Where deliveries go."""
        return f"http://127.0.0.1:{self.gateway.port}/webhooks/cstar"

    @property
    def admin_url(self) -> str:
        """Where probes and metrics are."""
        return f"http://127.0.0.1:{self.gateway.admin_port}"


@contextlib.asynccontextmanager
async def bring_up(wishes: Wishes, progress: Progress) -> AsyncIterator[Local]:
    """Bring up Kafka, if none is given, and a gateway before it; afterwards drain, then end both.

    Raises:
        KafkaFailed: there is no Kafka to be had.
        OSError: an address cannot be bound.
        TimeoutError: the gateway did not become ready; the message says what it waited for.
    """
    logs.configure(style="console", level="warning")
    # Fresh topics have no leader for a moment: that clients try again is no news.
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    logging.getLogger("aiokafka.consumer").setLevel(logging.CRITICAL)
    taken = frozenset(_taken(wishes))
    async with contextlib.AsyncExitStack() as stack:
        kafka = None
        servers = wishes.bootstrap_servers
        if servers is None:
            port = 0 if KAFKA_PORT in taken else KAFKA_PORT
            kafka = Kafka(port=port, data_dir=wishes.data_dir, progress=progress)
            await stack.enter_async_context(kafka)
            servers = kafka.bootstrap_servers
        config = _config(wishes, servers, taken)
        gateway = Gateway(config)
        await gateway.start()
        try:
            progress("Waiting for the gateway to be ready", 0, 0)
            await _become_ready(gateway)
            yield Local(kafka, gateway, config, taken)
        finally:
            await gateway.drain()


def _config(wishes: Wishes, servers: str, taken: frozenset[int]) -> Config:
    """Return a configuration of this machine alone: nothing is read from the environment."""
    return load(
        None,
        {
            "DEV_SECRET": DEV_SECRET,
            "CSTAR_GATEWAY__WEBHOOKS": json.dumps([{"name": "dev", "secrets": ["env:DEV_SECRET"]}]),
            "CSTAR_GATEWAY__INGRESS__HOST": "127.0.0.1",
            "CSTAR_GATEWAY__INGRESS__PORT": _port(wishes.port, PORT, taken),
            "CSTAR_GATEWAY__INGRESS__DRAIN_DELAY": "0",
            "CSTAR_GATEWAY__ADMIN__HOST": "127.0.0.1",
            "CSTAR_GATEWAY__ADMIN__PORT": _port(wishes.admin_port, ADMIN_PORT, taken),
            "CSTAR_GATEWAY__KAFKA__BOOTSTRAP_SERVERS": servers,
            "CSTAR_GATEWAY__TOPICS__PREFIX": wishes.prefix,
        },
    )


def _taken(wishes: Wishes) -> Iterator[int]:
    """Yield the ports that we would use and another process has."""
    usual = {
        PORT: wishes.port,
        ADMIN_PORT: wishes.admin_port,
        KAFKA_PORT: wishes.bootstrap_servers,
    }
    for port, wish in usual.items():
        if wish is None and not is_free(port):
            yield port


def _port(wished: int | None, usual: int, taken: frozenset[int]) -> str:
    if wished is not None:
        return str(wished)
    return "0" if usual in taken else str(usual)


async def _become_ready(gateway: Gateway) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _READY_SECONDS
    while not gateway.ready:
        if loop.time() > deadline:
            waiting = "; ".join(
                f"{one.name}: {one.detail}" for one in gateway.checks() if not one.ok
            )
            raise TimeoutError(f"The gateway is not ready after {_READY_SECONDS:.0f} s: {waiting}")
        await asyncio.sleep(0.05)
