"""Rules: what must hold between keys, and what must not be missing."""

from collections.abc import Iterator
from importlib.util import find_spec

from gateway.config.faults import Path, Violation
from gateway.config.model import Config
from gateway.config.quantities import Duration, Size
from gateway.config.secrets import Secret
from gateway.config.security_rules import listener_violations, security_violations
from gateway.pipeline.routes import Topics as OwnTopics

__all__ = ["ROOM_IN_BATCH", "ROOM_IN_RECORD", "violations"]

SENDER_DEADLINE = 10.0
"""Seconds cStar waits for an answer."""
MARGIN = 0.5
"""Seconds kept for everything but the body's arrival and Kafka's word."""
ROOM_IN_RECORD = 64 * 1024
"""Bytes of a record beyond its body: headers and key."""
ROOM_IN_BATCH = 4 * 1024
"""Bytes of `max.message.bytes` beyond the record: the batch around it."""

_seconds = Duration(0).write
_size = Size(0).write


def violations(config: Config) -> Iterator[Violation]:
    """Yield every rule that `config` breaks."""
    yield from _ingress(config)
    yield from listener_violations(config.ingress)
    yield from _webhooks(config)
    yield from _kafka(config)
    yield from security_violations(config.kafka.security)
    yield from _routes(config)
    yield from _tracing(config)


def _ingress(config: Config) -> Iterator[Violation]:
    ingress, admin = config.ingress, config.admin
    if ingress.port == admin.port != 0:
        yield Violation(
            ("admin", "port"),
            (("ingress", "port"),),
            f"{admin.port} is ingress.port too",
            "give the two listeners different ports",
        )
    if ingress.max_in_flight_bytes < ingress.max_body_bytes:
        yield Violation(
            ("ingress", "max_in_flight_bytes"),
            (("ingress", "max_body_bytes"),),
            f"{_size(ingress.max_in_flight_bytes)} cannot hold one body of ingress.max_body_bytes",
            f"give {_size(ingress.max_body_bytes)} or more",
        )


def _webhooks(config: Config) -> Iterator[Violation]:
    if not config.webhooks:
        yield Violation(
            ("webhooks",), (), "there is none", "add a [[webhooks]] table with its secrets"
        )
    names: dict[str, int] = {}
    owners: dict[Secret, tuple[int, str]] = {}
    for index, webhook in enumerate(config.webhooks):
        here: Path = ("webhooks", index)
        if not webhook.secrets:
            fix = 'write secrets = ["env:NAME"] or ["file:/path"]'
            yield Violation((*here, "secrets"), (), "is missing", fix)
        first = names.setdefault(webhook.name, index)
        if first != index:
            yield Violation(
                (*here, "name"),
                (("webhooks", first, "name"),),
                f'"{webhook.name}" is the name of webhooks[{first}] too',
                "give each webhook its own name",
            )
        for secret in webhook.secrets:
            taken = owners.get(secret)
            if taken is not None:
                problem = f"{secret} is the secret that webhooks[{taken[0]}] has in {taken[1]}"
                fix = "name each secret once: it tells whose a delivery is"
                yield Violation((*here, "secrets"), (), problem, fix)
            owners.setdefault(secret, (index, secret.reference))


def _kafka(config: Config) -> Iterator[Violation]:
    kafka, ingress = config.kafka, config.ingress
    if not kafka.bootstrap_servers:
        fix = 'write bootstrap_servers = ["host:9092"]'
        yield Violation(("kafka", "bootstrap_servers"), (), "is missing", fix)
    if kafka.replication_factor == 0:
        yield Violation(
            ("kafka", "replication_factor"), (), "0 is no number of replicas", "give -1, or 1 to 32"
        )
    together = kafka.publish_timeout + ingress.body_timeout
    most = SENDER_DEADLINE - MARGIN
    if together > most:
        yield Violation(
            ("kafka", "publish_timeout"),
            (("ingress", "body_timeout"),),
            f"with ingress.body_timeout an answer may take {_seconds(together)}, "
            f"but cStar waits {_seconds(SENDER_DEADLINE)}",
            f"keep the sum at {_seconds(most)} or less",
        )
    needed = ingress.max_body_bytes + ROOM_IN_RECORD + ROOM_IN_BATCH
    if kafka.max_record_bytes < needed:
        yield Violation(
            ("kafka", "max_record_bytes"),
            (("ingress", "max_body_bytes"),),
            f"{_size(kafka.max_record_bytes)} cannot hold a body of ingress.max_body_bytes, "
            "so not even quarantine could keep it",
            f"give {_size(3 * ingress.max_body_bytes)}, or at least {_size(needed)}",
        )
    if kafka.queue_bytes < kafka.max_record_bytes:
        yield Violation(
            ("kafka", "queue_bytes"),
            (("kafka", "max_record_bytes"),),
            f"{_size(kafka.queue_bytes)} cannot hold one record of kafka.max_record_bytes",
            f"give {_size(kafka.max_record_bytes)} or more",
        )


def _routes(config: Config) -> Iterator[Violation]:
    own = OwnTopics(config.topics.prefix)
    for index, route in enumerate(config.routes):
        here: Path = ("routes", index)
        if not route.match:
            yield Violation((*here, "match"), (), "is missing", 'write match = ["ticket.*"]')
        if not route.topic:
            yield Violation((*here, "topic"), (), "is missing", "name the topic the copies go to")
        for topic in (own.quarantine, own.idempotency, *own.categories):
            if route.topic == topic:
                yield Violation(
                    (*here, "topic"),
                    (("topics", "prefix"),),
                    f"{topic} is a topic of the gateway's own, whose content is fixed",
                    "choose another name",
                )
            elif route.topic.replace(".", "_") == topic.replace(".", "_"):
                yield Violation(
                    (*here, "topic"),
                    (("topics", "prefix"),),
                    f"{route.topic} collides with {topic}: Kafka takes '.' and '_' for one",
                    "choose another name",
                )


def _tracing(config: Config) -> Iterator[Violation]:
    if config.tracing.enabled and not _is_there("opentelemetry.exporter.otlp.proto.http"):
        yield Violation(
            ("tracing", "enabled"),
            (),
            "OpenTelemetry is not installed here",
            "install cstar-gateway[otel] (requirements/otel.txt), or leave it off",
        )


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
