"""Shapes: what the structs of every event are made of.

May live here: the base struct and the few shapes that several categories share. May not: an event,
or a shape that one category alone uses.

Three words say how sure a field is, in every struct of this package:

- `title: str`: cStar's document shows it, so it is always there; its absence breaks the contract.
- `previous_assignee: Assignee | None = None`: absent and null mean the same, there is none.
- `title: Partial[str] = UNSET`: the object tells a part of a larger one. `UNSET` (falsy): this
  delivery does not say; `None`: it says that it was emptied.

Sets of values (`status`, `priority`, `channel`, …) are plain strings: cStar adds to them without
notice. Fields and types that no struct names are skipped, never refused.
"""

from datetime import datetime
from types import UnionType
from typing import (
    Annotated,
    Any,
    TypeAlias,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
)

from msgspec import UNSET, Meta, Struct, StructMeta, UnsetType, field

__all__ = ["Change", "Deleted", "Partial", "Shape", "Timestamp", "struct_in"]

T = TypeVar("T")

Partial: TypeAlias = T | UnsetType | None
"""A field of an object that is told in part: `UNSET`, null or a value."""

Timestamp: TypeAlias = Annotated[datetime, Meta(tz=True)]
"""RFC 3339, with or without milliseconds, always with its zone."""


class _KeywordOnly(StructMeta):
    """Makes `kw_only` hereditary, as `frozen` is; msgspec alone asks for it on every class."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **config: Any
    ) -> Any:
        """Build the class with `kw_only` set."""
        return super().__new__(cls, name, bases, body, **{"kw_only": True, **config})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Shape(Struct, metaclass=_KeywordOnly, frozen=True, gc=False, omit_defaults=True):
    """The base of every struct here: immutable, built by keyword, untracked by the collector.

    `gc=False` is sound because JSON holds no cycles; it saves a tenth of the decode, and the
    collector its walks.
    """


class Change(Shape):
    """One watched field before and after; either side is any JSON value, or left out.

    Attributes:
        from_: the value before; `from` on the wire.
        to: the value after.
    """

    from_: Any = field(default=UNSET, name="from")
    to: Any = UNSET


class Deleted(Shape):
    """All that is left of a deleted object.

    Attributes:
        id: of what was deleted. For `ticket.deleted` it is the prefixed id (`CST-1024`).
    """

    id: str


def struct_in(kind: Any) -> type[Struct] | None:
    """Return the struct that a field of this type holds, or may hold.

    None for a leaf and for a free-form area: there any name is right.
    """
    arms = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    return next((arm for arm in arms if isinstance(arm, type) and issubclass(arm, Struct)), None)
