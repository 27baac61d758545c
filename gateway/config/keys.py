"""Keys: every key there is, read off the model; what may be set, and what was probably meant."""

import difflib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo

from gateway.config.faults import Path, dotted
from gateway.config.model import Config
from gateway.config.section import Section

__all__ = ["KEYS", "Key", "key_at", "suggestion"]

Kind = Literal["table", "tables", "value"]


class Key(NamedTuple):
    """One key of the model.

    Attributes:
        path: its place; the index in a list of tables is `*`.
        kind: a table, a list of tables, or a value.
        field: pydantic's account of it: annotation, default, description.
    """

    path: tuple[str, ...]
    kind: Kind
    field: FieldInfo


def _walk(section: type[Section], above: tuple[str, ...]) -> Iterator[Key]:
    for name, field in section.model_fields.items():
        path = (*above, name)
        annotation: Any = field.annotation
        items = get_args(annotation)
        if isinstance(annotation, type) and issubclass(annotation, Section):
            yield Key(path, "table", field)
            yield from _walk(annotation, path)
        elif get_origin(annotation) is tuple and _is_section(items[0]):
            yield Key(path, "tables", field)
            yield from _walk(items[0], (*path, "*"))
        else:
            yield Key(path, "value", field)


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Section)


KEYS: Mapping[tuple[str, ...], Key] = MappingProxyType({key.path: key for key in _walk(Config, ())})
"""Every key of the configuration, in the model's order."""


def _starred(path: Path) -> tuple[str, ...]:
    return tuple("*" if isinstance(part, int) else part for part in path)


def key_at(path: Path) -> Key | None:
    """Return the key at a place, None where there is none."""
    return KEYS.get(_starred(path))


def suggestion(path: Path) -> str:
    """Return what an unknown key was probably meant to be, as a sentence's end."""
    *above, leaf = _starred(path)
    wanted = leaf.lower().replace("-", "_")
    siblings = [key.path[-1] for key in KEYS.values() if key.path[:-1] == tuple(above)]
    near = difflib.get_close_matches(wanted, siblings, n=1)
    if near:
        return f"did you mean {dotted((*path[:-1], near[0]))}?"
    names = {dotted(key.path).replace(".*", "[]"): key.path[-1] for key in KEYS.values()}
    elsewhere = [name for name, last in names.items() if last == wanted]
    elsewhere = elsewhere or difflib.get_close_matches(dotted(path), names, n=1, cutoff=0.75)
    if elsewhere:
        return f"did you mean {elsewhere[0]}?"
    return f"there are: {', '.join(siblings)}" if siblings else "remove it"
