"""Config schema: `config`, read off the gateway's model; Helm refuses what the gateway would."""

from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

from deploy.chart.settings import quantity
from gateway.config.keys import KEYS, Key
from gateway.config.secrets import SecretIn

__all__ = ["config"]

_DURATION = r"^([0-9]+(\.[0-9]+)?|([0-9]+(\.[0-9]+)?(d|h|m|s|ms))+)$"
_SIZE = r"^[0-9]+(\.[0-9]+)?( ?([kKmMgG]i?)?[bB]?)$"
_SECRET = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"  # noqa: S105 - what a reference looks like
_TEXT = {"type": "string"}


def config() -> dict[str, Any]:
    """Return the schema of the whole configuration, closed to unknown keys."""
    return _table((), "The gateway's configuration, key by key as docs/configuration.md has it.")


def _table(path: tuple[str, ...], meaning: str) -> dict[str, Any]:
    keys = [key for key in KEYS.values() if key.path[:-1] == path]
    return {
        "description": meaning,
        "type": "object",
        "additionalProperties": False,
        "properties": {key.path[-1]: _entry(key) for key in keys},
    }


def _entry(key: Key) -> dict[str, Any]:
    annotation: Any = key.field.annotation
    if key.kind == "table":
        return _table(key.path, annotation.__doc__.strip())
    if key.kind == "tables":
        meaning = get_args(annotation)[0].__doc__.strip()
        items = _table((*key.path, "*"), meaning)
        return {"description": meaning, "type": "array", "items": items}
    return {"description": key.field.description, **_value(key)}


def _value(key: Key) -> dict[str, Any]:
    read = quantity(key)
    if read is None:
        secret = any(isinstance(one, SecretIn) for one in key.field.metadata)
        return _secret("^$|") if secret else _typed(key.field.annotation)
    bounds: dict[str, Any] = {"minimum": read.least}
    if read.most is not None:
        bounds["maximum"] = read.most
    if read.kind == "whole number":
        return {"type": "integer", **bounds}
    number = "integer" if read.kind == "size" else "number"
    pattern = _SIZE if read.kind == "size" else _DURATION
    return {"anyOf": [{"type": number, **bounds}, {"type": "string", "pattern": pattern}]}


def _secret(otherwise: str = "") -> dict[str, Any]:
    """Take a reference alone: a secret in its place would end up in a ConfigMap."""
    return {"type": "string", "pattern": otherwise + _SECRET}


def _typed(annotation: Any) -> dict[str, Any]:
    """Return the schema of a type; where it may be none, an empty text stands for that."""
    if annotation is bool:
        return {"type": "boolean"}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {"enum": [str(value) for value in annotation]}
    arguments = get_args(annotation)
    if get_origin(annotation) is Literal:
        return {"enum": list(arguments)}
    if get_origin(annotation) is tuple:
        return {"type": "array", "items": _typed(arguments[0])}
    if get_origin(annotation) is Annotated:
        return _secret() if any(isinstance(one, SecretIn) for one in arguments) else _TEXT
    if type(None) in arguments:
        inner = _typed(next(one for one in arguments if one is not type(None)))
        return {"enum": ["", *inner["enum"]]} if "enum" in inner else inner
    return _TEXT
