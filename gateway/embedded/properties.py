"""Properties: what one small broker is told, as Kafka's configuration file."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["Ports", "broker_properties", "render"]


_OF_ONE = {
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
}


class Ports(NamedTuple):
    """Ports of 127.0.0.1 the broker listens on.

    Attributes:
        clients: where clients connect.
        internal: plain text always, for the probe and the broker's own connections.
        controller: where the quorum of one votes.
    """

    clients: int
    internal: int
    controller: int


def broker_properties(
    ports: Ports, *, data: Path, protocol: str, advertised: int
) -> dict[str, str]:
    """Return the properties of a broker that is its own controller (KRaft, combined mode).

    Args:
        ports: where it listens, on 127.0.0.1 only.
        data: folder of its log.
        protocol: security protocol of the clients' listener.
        advertised: port clients are told to use: a proxy's, or the clients' own.
    """
    listeners = f"CLIENTS://127.0.0.1:{ports.clients},INTERNAL://127.0.0.1:{ports.internal}"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        # Static, not the dynamic quorum: kept data may come back on other ports.
        "controller.quorum.voters": f"1@127.0.0.1:{ports.controller}",
        "listeners": f"{listeners},CONTROLLER://127.0.0.1:{ports.controller}",
        "advertised.listeners": listeners.replace(f":{ports.clients},", f":{advertised},"),
        "listener.security.protocol.map": (
            f"CLIENTS:{protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT"
        ),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "INTERNAL",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        **_OF_ONE,
    }


def render(properties: Mapping[str, str]) -> str:
    """Write properties as a file Java reads: backslashes doubled, lines not broken."""
    escaped = {
        name: value.replace("\\", "\\\\").replace("\n", "\\n") for name, value in properties.items()
    }
    return "".join(f"{name}={value}\n" for name, value in escaped.items())
