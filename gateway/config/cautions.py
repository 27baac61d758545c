"""Cautions: what a valid configuration should make one think twice about."""

from collections.abc import Iterator
from typing import NamedTuple

from gateway.config.faults import Path, dotted
from gateway.config.model import Config
from gateway.config.quantities import Size
from gateway.config.rules import ROOM_IN_RECORD
from gateway.events.catalogue import CATALOGUE
from gateway.pipeline.subscription import Subscription

__all__ = ["Caution", "cautions"]

_CSTAR_TOLERANCE = 300.0
_LOCAL = ("localhost:", "127.", "[::1]:")


class Caution(NamedTuple):
    """Something allowed that is seldom meant.

    Attributes:
        key: as in TOML.
        message: what follows from it.
        fix: what to do if it is not meant.
    """

    key: str
    message: str
    fix: str


def cautions(config: Config) -> tuple[Caution, ...]:
    """Return what to warn of; nothing here stops the gateway."""
    found = (*_patterns(config), *_webhooks(config), *_kafka(config))
    return tuple(Caution(dotted(path), message, fix) for path, message, fix in found)


def _patterns(config: Config) -> Iterator[tuple[Path, str, str]]:
    lists: list[tuple[Path, tuple[str, ...]]] = [
        *((("webhooks", at, "events"), hook.events) for at, hook in enumerate(config.webhooks)),
        *((("routes", at, "match"), route.match) for at, route in enumerate(config.routes)),
    ]
    for path, patterns in lists:
        for pattern in patterns:
            if not any(map(Subscription((pattern,)).wants, CATALOGUE)):
                yield (
                    path,
                    f'"{pattern}" matches no event type that cStar documents',
                    "correct it, unless cStar has a type that is newer than this gateway",
                )


def _webhooks(config: Config) -> Iterator[tuple[Path, str, str]]:
    for index, webhook in enumerate(config.webhooks):
        here: Path = ("webhooks", index)
        for secret in webhook.secrets:
            if not secret.reveal().startswith(b"whsec_"):
                yield (
                    (*here, "secrets"),
                    f"{secret.reference} does not begin with whsec_ as cStar's secrets do",
                    "store the signing secret whole, its prefix included",
                )
        if webhook.legacy_signature:
            yield (
                (*here, "legacy_signature"),
                "a captured delivery with such a signature can be sent again at any time",
                "turn it off once every delivery is signed with t= and v1=",
            )
    if config.ingress.signature_tolerance > _CSTAR_TOLERANCE:
        yield (
            ("ingress", "signature_tolerance"),
            "cStar says 300 seconds; a captured delivery can be sent again for longer",
            "give 300 and keep the clocks right",
        )


def _kafka(config: Config) -> Iterator[tuple[Path, str, str]]:
    kafka = config.kafka
    abroad = [broker for broker in kafka.bootstrap_servers if not broker.startswith(_LOCAL)]
    if abroad and not kafka.security.protocol.endswith("SSL"):
        yield (
            ("kafka", "security", "protocol"),
            f"records cross the net to {abroad[0]} unencrypted",
            "use SSL or SASL_SSL, unless the net itself is encrypted",
        )
    if kafka.max_record_bytes < 2 * config.ingress.max_body_bytes + ROOM_IN_RECORD:
        yield (
            ("kafka", "max_record_bytes"),
            "a large body with its flat form does not fit, and goes to quarantine",
            f"give {Size(0).write(3 * config.ingress.max_body_bytes)}",
        )
