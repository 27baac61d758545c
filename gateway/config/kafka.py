"""Kafka: the brokers, how to speak with them, and the topics the gateway creates there."""

import importlib.util
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.faults import Problem
from gateway.config.names import Broker, Listed
from gateway.config.quantities import Count, Duration, Size
from gateway.config.section import Section
from gateway.config.security import Security

__all__ = ["Compression", "Kafka"]

_MIB = 1024 * 1024
_DAY = 86_400

Compression = Literal["none", "gzip", "snappy", "lz4", "zstd"]


def _installed(codec: Compression) -> Compression:
    """Refuse a codec that cannot be loaded: better now than at the first batch."""
    if codec not in {"none", "gzip"} and importlib.util.find_spec("cramjam") is None:
        raise Problem(
            f'"{codec}" needs the Python package cramjam, which is not installed',
            'install cramjam, or write "gzip" or "none"',
        )
    return codec


class Kafka(Section):
    """Where records go."""

    bootstrap_servers: Annotated[tuple[Broker, ...], Listed] = Field(
        (),
        description="Brokers to ask for the cluster, `host:port`.",
        json_schema_extra={"required": True},
    )
    acks: Literal["all"] = Field(
        "all", description="Whose word counts: every in-sync replica's. Nothing less is offered."
    )
    compression: Annotated[Compression, AfterValidator(_installed)] = Field(
        "none", description="Codec of record batches."
    )
    publish_timeout: Annotated[float, Duration(0.5, 9)] = Field(
        7.0, description="A delivery is answered 503 when Kafka has not acknowledged by then."
    )
    queue_bytes: Annotated[int, Size(_MIB)] = Field(
        64 * _MIB, description="Most record bytes waiting for Kafka; beyond it the answer is 503."
    )
    create_topics: bool = Field(
        default=True, description="Create missing topics at start; off: wait until they exist."
    )
    partitions: Annotated[int, Count(1, 10_000)] = Field(
        6, description="Partitions of the topics the gateway creates."
    )
    replication_factor: Annotated[int, Count(-1, 32)] = Field(
        -1,
        description="Replicas of the topics the gateway creates; -1: the broker's own default.",
    )
    retention: Annotated[float, Duration(60)] = Field(
        7.0 * _DAY, description="How long the topics the gateway creates keep records."
    )
    max_record_bytes: Annotated[int, Size(_MIB, 1024 * _MIB)] = Field(
        3 * _MIB,
        description="Largest record (`max.message.bytes`) of the topics the gateway creates.",
    )
    security: Security = Field(default_factory=Security)
