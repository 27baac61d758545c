"""Names: the texts a configuration holds (hosts, brokers, topics, patterns), and lists of them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from gateway.config.faults import Problem, shown
from gateway.config.secrets import Surroundings
from gateway.pipeline.subscription import Subscription

__all__ = [
    "LONGEST_TOPIC",
    "Broker",
    "EventPattern",
    "File",
    "Host",
    "Listed",
    "Team",
    "Text",
    "TopicName",
    "WebhookName",
]

LONGEST_TOPIC = 249
"""Kafka's limit on a topic's name (org.apache.kafka.common.internals.Topic)."""

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]{2,45}(%\w+)?")
_BROKER = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_WEBHOOK = re.compile(r"[a-z0-9]([a-z0-9_-]{0,39})")
_SOLID = re.compile(r"\S{1,128}")
_TEAM = re.compile(r"[\x21-\x7e]{1,128}")
_BIGGEST_PORT = 65_535


class Text:
    """How one text is read; annotates a model's field and validates it.

    Args:
        kind: what it is, for people.
        read: returns the value, or raises `Problem`; given pydantic's context.
    """

    def __init__(self, kind: str, read: Callable[[object, ValidationInfo], Any]) -> None:
        self.kind = kind
        self.read = read

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate by `read` alone."""
        return core_schema.with_info_plain_validator_function(self.read)


def _shaped(value: object, pattern: re.Pattern[str], what: str, fix: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Problem(f"{shown(value)} is not {what}", fix)
    if value.startswith("whsec_"):
        raise Problem("holds what looks like a signing secret", "put it where secrets belong")
    return value


def _host(value: object, _: ValidationInfo) -> str:
    return _shaped(value, _HOST, "a host", "write an address such as 127.0.0.1 or 0.0.0.0")


def _webhook(value: object, _: ValidationInfo) -> str:
    fix = "use up to 40 of the letters a-z, 0-9, '_' and '-'"
    return _shaped(value, _WEBHOOK, "a webhook's name", fix)


def _team(value: object, _: ValidationInfo) -> str:
    return _shaped(value, _TEAM, "a team's id", "write it as cStar does: team_01H8X9YZ7E")


def _broker(value: object, _: ValidationInfo) -> str:
    if isinstance(value, str) and value and ":" not in value:
        value = f"{value}:9092"
    fix = "write host:port, as kafka-0.example:9092"
    address = _shaped(value, _BROKER, "a broker's address", fix)
    if not 0 < int(address.rpartition(":")[2]) <= _BIGGEST_PORT:
        raise Problem(f"{shown(address)} has no valid port", "give a port between 1 and 65535")
    return address


def _topic(value: object, _: ValidationInfo) -> str:
    fix = f"use 1 to {LONGEST_TOPIC} of the letters a-z, A-Z, 0-9, '.', '_' and '-'"
    name = _shaped(value, _TOPIC, "a topic name that Kafka takes", fix)
    if name in {".", ".."}:
        raise Problem(f"{shown(name)} is a name that Kafka refuses", "choose another")
    return name


def _pattern(value: object, _: ValidationInfo) -> str:
    fix = "write an event type (ticket.created), a namespace (ticket.*) or everything (*)"
    text = _shaped(value, _SOLID, "an event pattern", fix)
    try:
        Subscription((text,))
    except ValueError:
        raise Problem(f"{shown(text)} is not an event pattern", fix) from None
    return text


def _listed(value: object) -> object:
    """Take a list, a JSON array, or a text of values between commas."""
    if not isinstance(value, str):
        return value
    if value.strip().startswith("[") and value.strip().endswith("]"):
        try:
            return json.loads(value)
        except ValueError:
            raise Problem(
                "is not a valid JSON array", 'write ["a", "b"], or values between commas: a,b'
            ) from None
    return [part.strip() for part in value.split(",")] if value.strip() else []


def _file(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value) or "whsec_" in str(value):
        raise Problem(f"{shown(value)} is not a path", "write the path of a file")
    surroundings = info.context or Surroundings({}, Path())
    path = surroundings.folder / value
    try:
        with path.open("rb") as file:
            file.read(1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the path cannot be used"
        raise Problem(
            f"{path} cannot be read: {why}",
            "mount it, correct the path, or let the gateway's user read it",
        ) from None
    return path


Listed = BeforeValidator(_listed)
"""Annotates a tuple that may also be written as one text."""

Host = Annotated[str, Text("address", _host)]
Broker = Annotated[str, Text("`host:port`", _broker)]
TopicName = Annotated[str, Text("topic name", _topic)]
EventPattern = Annotated[str, Text("event pattern", _pattern)]
WebhookName = Annotated[str, Text("name", _webhook)]
Team = Annotated[str, Text("team id", _team)]
File = Annotated[Path, Text("path", _file)]
