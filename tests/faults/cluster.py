"""Cluster: three brokers, of which two may be killed and frozen while the third stays.

The first is the embedded broker, which is the controller too: somebody must tell who leads. May
live here: the properties that make one cluster of them, and starting it. May not: what befalls it.
"""

import asyncio
import signal
import tempfile
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Self

from aiokafka.admin import AIOKafkaAdminClient

from gateway.embedded import Kafka, class_path
from gateway.embedded.java import find_java
from gateway.embedded.launch import JVM_FLAGS, Launch
from gateway.embedded.ports import free_ports
from gateway.embedded.process import Process
from gateway.embedded.properties import Ports, broker_properties

__all__ = ["Cluster", "Member", "cluster"]

_START_WITHIN = 60.0

# Long enough that no broker is taken for dead which only waits for a core; by default 9 s.
_SOON_MISSED = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}


class Member:
    """One more broker of a cluster.

    Attributes:
        number: its id.
        address: where clients connect.
    """

    def __init__(self, first: Kafka, number: int, properties: dict[str, str]) -> None:
        self.number = number
        clients, internal = free_ports(2)
        ports = Ports(clients, internal, controller=0)
        self.address = f"127.0.0.1:{ports.clients}"
        folder = Path(tempfile.mkdtemp(prefix="cstar-gateway-kafka-"))
        self._process = Process(remove=[folder])
        self._launch = Launch(
            self._process,
            java=[str(find_java()), *JVM_FLAGS],
            jars=class_path(),
            folder=folder,
            abandoned=threading.Event(),
        )
        joined = _joined(first, number, ports, self._launch.data) | properties
        self._launch.configure(joined, probe_port=ports.internal)
        self._launch.format(_told(first.log.parent / "data/meta.properties")["cluster.id"])

    async def start(self) -> None:
        """Start it, once or again; return when it answers."""
        await asyncio.to_thread(self._launch.start, _START_WITHIN)

    def kill(self) -> None:
        """End it at once, by SIGKILL, keeping its port and data."""
        self._launch.kill()

    def pause(self) -> None:
        """Freeze it (SIGSTOP), from the return on."""
        self._process.freeze()

    def resume(self) -> None:
        """Thaw it (SIGCONT)."""
        self._process.signal(signal.SIGCONT)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._process.close)


class Cluster(NamedTuple):
    """Three brokers.

    Attributes:
        first: which is the controller, and stays.
        others: to be hurt.
        bootstrap_servers: of all.
    """

    first: Kafka
    others: Sequence[Member]

    @property
    def bootstrap_servers(self) -> str:
        """What clients connect to: every broker."""
        return ",".join([self.first.bootstrap_servers, *(one.address for one in self.others)])

    async def leaders(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        """Return the id of each partition's leader; -1 where it has none."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.first.internal_servers)
        await admin.start()
        try:
            return {
                (topic["topic"], partition["partition"]): partition["leader"]
                for topic in await admin.describe_topics([*topics])
                for partition in topic["partitions"]
            }
        finally:
            await admin.close()


@asynccontextmanager
async def cluster(*, replication: int, least_in_sync: int) -> AsyncIterator[Cluster]:
    """Run three brokers that give new topics so many replicas, of which so many must be in sync."""
    properties = {
        "default.replication.factor": str(replication),
        "min.insync.replicas": str(least_in_sync),
        **_SOON_MISSED,
    }
    async with Kafka(overrides=properties) as first:
        members = await asyncio.gather(
            *(asyncio.to_thread(Member, first, number, properties) for number in (2, 3))
        )
        async with members[0], members[1]:
            yield Cluster(first, members)


def _joined(first: Kafka, number: int, ports: Ports, data: Path) -> dict[str, str]:
    """Return the properties of a broker that votes on nothing and joins the first."""
    own = broker_properties(ports, data=data, protocol="PLAINTEXT", advertised=ports.clients)
    voters = _told(first.log.parent / "server.properties")["controller.quorum.voters"]
    return own | {
        "process.roles": "broker",
        "node.id": str(number),
        "controller.quorum.voters": voters,
        "listeners": own["listeners"].partition(",CONTROLLER:")[0],
        "advertised.listeners": own["advertised.listeners"].partition(",CONTROLLER:")[0],
    }


def _told(file: Path) -> dict[str, str]:
    """Return what a file of properties says."""
    lines = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines())
    return {name: value for name, equals, value in lines if equals}
