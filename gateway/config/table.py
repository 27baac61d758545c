"""Table: the reference of docs/configuration.md, read off the model; `make docs` writes it."""

from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic_core import PydanticUndefined

from gateway.config.faults import dotted, variable
from gateway.config.keys import KEYS, Key
from gateway.config.names import Text
from gateway.config.quantities import Quantity
from gateway.config.secrets import SecretIn

__all__ = ["render"]

_HEAD = "| key and variable | default | takes | meaning |\n|---|---|---|---|"


def render() -> str:
    """Return the reference: one table of Markdown for each table of the configuration."""
    parts: list[str] = []
    for key in KEYS.values():
        if key.kind == "value":
            parts.append(_row(key))
        else:
            parts.append(_heading(key))
    return "\n".join(parts).strip()


def _heading(key: Key) -> str:
    many = key.kind == "tables"
    name = dotted(key.path)
    section: Any = get_args(key.field.annotation)[0] if many else key.field.annotation
    title = f"[[{name}]]" if many else f"[{name}]"
    return f"\n### `{title}`\n\n{section.__doc__.strip()}\n\n{_HEAD}"


def _row(key: Key) -> str:
    meaning = (key.field.description or "").replace("|", "\\|")
    name = variable(tuple(0 if part == "*" else part for part in key.path))
    return f"| `{key.path[-1]}`<br>`{name}` | {_default(key)} | {_takes(key)} | {meaning} |"


def _default(key: Key) -> str:
    extra = key.field.json_schema_extra
    if isinstance(extra, dict) and extra.get("required"):
        return "required"
    value = key.field.get_default(call_default_factory=False)
    quantity = _quantity(key)
    if value is None or value == () or value is PydanticUndefined:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if quantity is not None:
        return f"`{quantity.write(value)}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{item}"' for item in value) + "]`"
    return f"`{value}`"


def _quantity(key: Key) -> Quantity | None:
    return next((one for one in key.field.metadata if isinstance(one, Quantity)), None)


def _takes(key: Key) -> str:
    quantity = _quantity(key)
    if quantity is not None:
        return f"{quantity.kind}, {quantity.bounds}"
    for one in key.field.metadata:
        if isinstance(one, Text | SecretIn):
            return one.kind
    return _named(key.field.annotation)


def _named(annotation: Any) -> str:
    """Name a type as people know it."""
    if annotation is bool:
        return "`true` or `false`"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{value}`" for value in annotation)
    arguments = [one for one in get_args(annotation) if one not in {type(None), Ellipsis}]
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if get_origin(annotation) is Annotated:
        return str(next(one.kind for one in arguments if isinstance(one, Text | SecretIn)))
    named = _named(arguments[0]) if arguments else "text"
    return f"list; each: {named}" if get_origin(annotation) is tuple else named
