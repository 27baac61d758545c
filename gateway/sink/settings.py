"""Settings: what the sink is told, as plain values.

May live here: shapes and defaults. May not: reading configuration (`gateway.config` does).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Compression", "KafkaSettings", "TopicSpec"]

Compression = Literal["gzip", "snappy", "lz4", "zstd"]

_KIB = 1024
_MIB = 1024 * _KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """A topic the sink writes to.

    Attributes:
        name: the whole name, prefix included.
        role: what it is for (`category`, `quarantine`, `route`, …); for logs and people.
        partitions: when created; None: `KafkaSettings.partitions`.
        configs: topic configs when created; they go over those of `KafkaSettings`.
    """

    name: str
    role: str = "category"
    partitions: int | None = None
    configs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """How to reach Kafka and how much to hold for it. `acks=all` and idempotence are not choices.

    Attributes:
        bootstrap_servers: `host:port`, one or several.
        security: aiokafka's own keywords (`security_protocol`, `ssl_context`, `sasl_*`).
        password: tells the password as it is now; None: `security` has it, or there is none.
        client_id: the name brokers log and meter us by.
        compression_type: of batches; None: none.
        publish_timeout: seconds until a record's `answer` is `publish_timeout` at the latest.
        send_within: seconds after which a record is not sent, or sent again, any more: its next
            attempt may have been taken by another replica by then.
        in_order: what waits behind a batch that failed fails with it, though Kafka might take it:
            who offers it all again, in order, keeps the order of a key whatever happens.
        queue_bytes: unacked bytes held, in flight included; above it `queue_full`.
        batch_bytes: largest batch of several records; a topic's own limit caps it further.
        linger: seconds a batch waits for company, under load only; nothing waits when idle.
        request_timeout_ms: of one request to a broker, and of the broker's wait for its replicas.
        create_topics: create what is missing; else being missing makes the sink unready.
        partitions: of created topics.
        replication_factor: of created topics; -1: the broker's default.
        retention_ms: of created topics; None: the broker's default; -1: for ever.
        max_record_bytes: `max.message.bytes` of created topics: body 1 MiB, its flat form as
            much again, and headers.
    """

    bootstrap_servers: str | tuple[str, ...]
    security: Mapping[str, Any] = field(default_factory=dict, repr=False)
    password: Callable[[], str] | None = field(default=None, repr=False)
    client_id: str = "cstar-gateway"
    compression_type: Compression | None = None
    publish_timeout: float = 7.0
    send_within: float = 25.0
    in_order: bool = False
    queue_bytes: int = 64 * _MIB
    batch_bytes: int = 256 * _KIB
    linger: float = 0.002
    request_timeout_ms: int = 4000
    create_topics: bool = True
    partitions: int = 6
    replication_factor: int = -1
    retention_ms: int | None = None
    max_record_bytes: int = 3 * _MIB

    @property
    def servers(self) -> str:
        """The bootstrap servers, for people."""
        servers = self.bootstrap_servers
        return servers if isinstance(servers, str) else ", ".join(servers)

    def log_in(self) -> dict[str, Any]:
        """Return aiokafka's keywords for a connection begun now."""
        password = {} if self.password is None else {"sasl_plain_password": self.password()}
        return {**self.security, **password}

    def client_options(self) -> dict[str, Any]:
        """Return what every aiokafka client is built with."""
        servers = self.bootstrap_servers
        return {
            "bootstrap_servers": servers if isinstance(servers, str) else list(servers),
            "client_id": self.client_id,
            "request_timeout_ms": self.request_timeout_ms,
            **self.log_in(),
        }
