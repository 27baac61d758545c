"""Config: every setting of the gateway, typed, frozen, with its default and its description."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.faults import Problem, shown
from gateway.config.kafka import Kafka
from gateway.config.listeners import Admin, Ingress
from gateway.config.names import (
    LONGEST_TOPIC,
    EventPattern,
    Listed,
    Team,
    TopicName,
    WebhookName,
)
from gateway.config.quantities import Duration, Size
from gateway.config.secrets import Secret, SecretIn
from gateway.config.section import Section
from gateway.pipeline.routes import Payload

__all__ = ["Config", "Idempotency", "Log", "Route", "Topics", "Tracing", "Webhook"]

_MIB = 1024 * 1024
_HOUR = 3600
_LONGEST_SUFFIX = len(".gamification")
SHORTEST_WINDOW = 31 * _HOUR + 12 * 60 + 30
"""cStar's seventh and last attempt comes this many seconds after the first."""


class Webhook(Section):
    """One webhook at cStar that delivers here; the secret that proves a delivery tells which."""

    name: WebhookName = Field(
        "default", description="For logs, metrics and quarantine; unique among the webhooks."
    )
    secrets: Annotated[
        tuple[Annotated[Secret, SecretIn(24, strict=True)], ...], Listed, Field(max_length=4)
    ] = Field(
        (),
        description="References to its signing secrets, 1 to 4, all live: to rotate without loss.",
        json_schema_extra={"required": True},
    )
    events: Annotated[tuple[EventPattern, ...], Listed] = Field(
        ("*",), description="Event types that go to their category's topic."
    )
    flat: bool = Field(default=True, description="Add `flat` to the value of its records.")
    teams: Annotated[tuple[Team, ...], Listed] = Field(
        (), description="Teams it may speak for; others' events are quarantined. Empty: any."
    )
    legacy_signature: bool = Field(
        default=False,
        description="Also take `sha256=` signatures, which never expire and so can be replayed.",
    )


def _with_room(prefix: str) -> str:
    if len(prefix) > LONGEST_TOPIC - _LONGEST_SUFFIX:
        raise Problem(
            f"{shown(prefix)} leaves no room for the categories' names",
            f"use at most {LONGEST_TOPIC - _LONGEST_SUFFIX} letters",
        )
    return prefix


class Topics(Section):
    """The gateway's own topics."""

    prefix: Annotated[TopicName, AfterValidator(_with_room)] = Field(
        "cstar", description="First part of each topic's name: `cstar.tickets`, `cstar.other`."
    )


class Route(Section):
    """One further copy of the events it matches."""

    match: Annotated[tuple[EventPattern, ...], Listed] = Field(
        (), description="Event types it copies.", json_schema_extra={"required": True}
    )
    topic: TopicName = Field(
        "", description="Topic the copies go to.", json_schema_extra={"required": True}
    )
    payload: Payload = Field(
        Payload.EVENT,
        description=(
            "`event`: as sent, plus `flat`; `nested`: as sent; "
            "`flat`: the envelope and the flat fields on one level."
        ),
    )


class Idempotency(Section):
    """How the gateway knows an event it has taken before."""

    store: Literal["kafka", "memory"] = Field(
        "kafka",
        description=(
            "Where the ids of accepted events are kept: `kafka`: in a topic, for every replica and "
            "the next start; `memory`: in the process alone, for tests."
        ),
    )
    window: Annotated[
        float,
        Duration(SHORTEST_WINDOW, why="cStar's last attempt comes 31h12m30s after the first"),
    ] = Field(33.0 * _HOUR, description="How long an id is kept.")
    memory_limit: Annotated[int, Size(_MIB)] = Field(
        256 * _MIB, description="Most memory for ids; at the limit the oldest go first."
    )


class Log(Section):
    """What the gateway says on standard error."""

    format: Literal["json", "console"] = Field(
        "json", description="`json`: one object a line; `console`: coloured, for people."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe lines shown."
    )


class Tracing(Section):
    """Spans of deliveries and records, sent as the `OTEL_…` variables say (docs/logs.md)."""

    enabled: bool = Field(
        default=False, description="Make and send spans; needs `cstar-gateway[otel]`."
    )


class Config(Section):
    """The whole configuration."""

    ingress: Ingress = Field(default_factory=Ingress)
    admin: Admin = Field(default_factory=Admin)
    webhooks: tuple[Webhook, ...] = ()
    kafka: Kafka = Field(default_factory=Kafka)
    topics: Topics = Field(default_factory=Topics)
    routes: tuple[Route, ...] = ()
    idempotency: Idempotency = Field(default_factory=Idempotency)
    log: Log = Field(default_factory=Log)
    tracing: Tracing = Field(default_factory=Tracing)
