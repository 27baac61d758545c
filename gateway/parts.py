"""Parts: the configuration as the plain values that each part of the gateway is built from.

May live here: `Config` in, values out. May not: anything that connects, listens or runs (`app`).
"""

import math

from gateway.config import (
    Config,
    Renewable,
    RenewableContext,
    RenewablePassword,
    client_options,
    listener_context,
)
from gateway.config import Webhook as WebhookSettings
from gateway.idempotency.journal import JournalTopics
from gateway.ingress.server import Limits
from gateway.pipeline.routes import Route, Router, Topics
from gateway.pipeline.signature import Keyring, SigningKey
from gateway.pipeline.subscription import Subscription
from gateway.pipeline.webhook import Webhook
from gateway.sink.settings import KafkaSettings, TopicSpec

__all__ = [
    "journal_topics",
    "kafka_settings",
    "keyring",
    "limits",
    "listener_tls",
    "renewables",
    "router",
    "topic_specs",
    "webhooks",
]


_SEND_WITHIN = 25.0  # seconds; cStar sends again after 30, and maybe to another replica
_JOURNAL_BEYOND_WINDOW = 3600  # seconds; Kafka deletes by the segment, and clocks differ
_JOURNAL_SEGMENT = 3600


def topic_specs(config: Config) -> tuple[TopicSpec, ...]:
    """Return every topic the gateway writes to: categories, quarantine, routes', the journal."""
    own = Topics(config.topics.prefix)
    roles = dict.fromkeys(own.categories, "category")
    roles[own.quarantine] = "quarantine"
    for route in config.routes:
        roles.setdefault(route.topic, "route")
    specs = [TopicSpec(name=name, role=role) for name, role in roles.items()]
    if config.idempotency.store == "kafka":
        specs.append(_journal_spec(own.idempotency, config.idempotency.window))
    return tuple(specs)


def _journal_spec(name: str, window: float) -> TopicSpec:
    """Return the journal's topic: one partition, in the order and by the clock of its broker."""
    configs = {
        "retention.ms": str(round((window + _JOURNAL_BEYOND_WINDOW) * 1000)),
        "segment.ms": str(_JOURNAL_SEGMENT * 1000),
        "message.timestamp.type": "LogAppendTime",
    }
    return TopicSpec(name=name, role="journal", partitions=1, configs=configs)


def journal_topics(config: Config) -> JournalTopics:
    """Return the journal's topic, and those that tell of accepted events."""
    outputs = [spec.name for spec in topic_specs(config) if spec.role != "journal"]
    return JournalTopics(Topics(config.topics.prefix).idempotency, outputs)


def kafka_settings(config: Config) -> KafkaSettings:
    """Return what the sink is told.

    Raises:
        gateway.config.faults.Problem: a certificate changed since the configuration was read.
    """
    kafka, password = config.kafka, config.kafka.security.password
    return KafkaSettings(
        bootstrap_servers=kafka.bootstrap_servers,
        security=client_options(kafka.security),
        password=None if password is None else RenewablePassword(password),
        compression_type=None if kafka.compression == "none" else kafka.compression,
        publish_timeout=kafka.publish_timeout,
        send_within=_SEND_WITHIN if config.idempotency.store == "kafka" else math.inf,
        queue_bytes=kafka.queue_bytes,
        create_topics=kafka.create_topics,
        partitions=kafka.partitions,
        replication_factor=kafka.replication_factor,
        retention_ms=round(kafka.retention * 1000),
        max_record_bytes=kafka.max_record_bytes,
    )


def renewables(settings: KafkaSettings) -> dict[str, Renewable]:
    """Return what connections to Kafka are begun with and may change, by its name in the log."""
    context, password = settings.security.get("ssl_context"), settings.password
    found: dict[str, Renewable] = {}
    if isinstance(context, RenewableContext):
        found["certificates"] = context
    if isinstance(password, RenewablePassword):
        found["password"] = password
    return found


def limits(config: Config) -> Limits:
    """Return what the public listener takes."""
    ingress = config.ingress
    return Limits(
        max_body_bytes=ingress.max_body_bytes,
        body_timeout=ingress.body_timeout,
        max_connections=ingress.max_connections,
        max_in_flight=ingress.max_in_flight,
        max_in_flight_bytes=ingress.max_in_flight_bytes,
        keepalive_timeout=ingress.keepalive_timeout,
    )


def listener_tls(config: Config) -> RenewableContext | None:
    """Return what the public listener speaks TLS with; None: plain HTTP.

    Raises:
        gateway.config.faults.Problem: a certificate changed since the configuration was read.
    """
    ingress = config.ingress
    certificate, key, ca = ingress.tls_cert_file, ingress.tls_key_file, ingress.tls_client_ca_file
    if certificate is None or key is None:
        return None
    files = (certificate, key) if ca is None else (certificate, key, ca)
    return RenewableContext(lambda: listener_context(certificate, key, ca), files)


def router(config: Config) -> Router:
    """Return where events go."""
    routes = [
        Route(Subscription(route.match), route.topic, route.payload) for route in config.routes
    ]
    return Router(Topics(config.topics.prefix), routes)


def keyring(config: Config) -> Keyring:
    """Return every secret that may sign, each with its webhook."""
    return Keyring(
        [
            SigningKey(secret.reveal(), webhook, index)
            for settings, webhook in zip(config.webhooks, webhooks(config), strict=True)
            for index, secret in enumerate(settings.secrets)
        ]
    )


def webhooks(config: Config) -> tuple[Webhook, ...]:
    """Return every webhook, without its secrets."""
    return tuple(_webhook(settings) for settings in config.webhooks)


def _webhook(settings: WebhookSettings) -> Webhook:
    return Webhook(
        name=settings.name,
        events=Subscription(settings.events),
        flat=settings.flat,
        teams=frozenset(settings.teams),
        legacy_signature=settings.legacy_signature,
    )
