"""Table: the catalogue as the pages of docs/events.md, which `make docs` writes.

May not live here: a fact that the catalogue lacks.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import msgspec
from msgspec import UNSET

from gateway.events.catalogue import CATALOGUE, CATEGORIES, EventType
from gateway.events.shapes import Change, struct_in

__all__ = ["FieldRow", "field_rows", "render"]

_WORDS: dict[Any, str] = {
    str: "string",
    int: "integer",
    bool: "boolean",
    datetime: "timestamp",
    tuple[str, ...]: "list of strings",
    dict[str, Any]: "object, free-form",
    dict[str, Change]: "object of `{from, to}`, by field name",
    Any: "any",
}


class FieldRow(NamedTuple):
    """One field of an event's data.

    Attributes:
        path: on the wire, such as `data.ticket.title`.
        kind: the JSON type, in words.
        presence: `always`, `maybe` or `partial`; the page explains the words.
    """

    path: str
    kind: str
    presence: str


def field_rows(struct: type[msgspec.Struct], path: str = "data") -> Iterator[FieldRow]:
    """Yield the fields of a struct, each object followed by what is in it."""
    for field in msgspec.structs.fields(struct):
        at = f"{path}.{field.encode_name}"
        inner = struct_in(field.type)
        yield FieldRow(at, "object" if inner else _WORDS[_leaf(field.type)], _presence(field))
        if inner:
            yield from field_rows(inner, at)


def _presence(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "always"
    return "partial" if field.default is UNSET else "maybe"


def _leaf(kind: Any) -> Any:
    """Return the type a leaf has where it is there at all."""
    if get_origin(kind) is Annotated:
        return get_args(kind)[0]
    if kind in _WORDS:
        return kind
    return _leaf(next(arm for arm in get_args(kind) if arm not in (type(None), type(UNSET))))


def render(prefix: str = "cstar") -> str:
    """Return the catalogue as Markdown: all types at a glance, then each with its fields."""
    lines = ["| type | topic | struct | when |", "|---|---|---|---|"]
    lines += [_glance(row, prefix) for row in CATALOGUE.values()]
    for category in CATEGORIES:
        lines += ["", f"## {category.capitalize()}: `{prefix}.{category}`"]
        for row in CATALOGUE.values():
            if row.category == category:
                lines += _page(row)
    return "\n".join(lines)


def _glance(row: EventType, prefix: str) -> str:
    anchor = row.name.replace(".", "")
    topic = f"`{prefix}.{row.category}`"
    return f"| [`{row.name}`](#{anchor}) | {topic} | `{row.struct.__name__}` | {row.description} |"


def _page(row: EventType) -> list[str]:
    data = msgspec.structs.fields(row.struct)[row.struct.__struct_fields__.index("data")].type
    return [
        "",
        f"### {row.name}",
        "",
        f"{row.description} Struct `{row.struct.__name__}`, its data `{data.__name__}`.",
        "",
        "| field | type | presence |",
        "|---|---|---|",
        *(f"| `{path}` | {kind} | {presence} |" for path, kind, presence in field_rows(data)),
    ]
