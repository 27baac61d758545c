"""Contract: does an event still match the catalogue? For the gateway.

May live here: the comparison and its small answer. May not: what is done about it. An event that
breaks the contract is published all the same, marked; cStar adds fields and types without notice.

The common case is one decode: each struct has a strict twin that refuses what it does not name, so
an event that passes the twin has neither a violation nor an unknown field. Only an event that
fails is looked at again, to tell which.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar, Union, get_args

import msgspec

from gateway.events.catalogue import CATALOGUE
from gateway.events.shapes import struct_in
from gateway.events.violation import read_violation

__all__ = ["MAX_UNKNOWN_FIELDS", "Drift", "DriftKind", "check", "differences", "made_at"]

MAX_UNKNOWN_FIELDS = 16
"""Unknown fields told per object; what is beyond adds nothing to the report."""

T = TypeVar("T")

_MAX_NAME = 64
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class DriftKind(StrEnum):
    """How an event differs from the catalogue. Stable: labels and alerts match on these words."""

    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_TYPE = "unknown_type"


class Drift(NamedTuple):
    """One difference between an event and the catalogue.

    Attributes:
        kind: how it differs.
        path: where, such as `data.ticket.title`. Never a label: the last name of an unknown field
            comes off the wire (cut to 64 characters, escaped).
        problem: for people; holds no value of the event.
    """

    kind: DriftKind
    path: str
    problem: str

    @property
    def violates(self) -> bool:
        """Whether it breaks the contract; what cStar merely added does not."""
        return self.kind in (DriftKind.MISSING, DriftKind.WRONG_TYPE)


class _Known(NamedTuple):
    """The names a struct knows, and below them what its structs know.

    Attributes:
        path: of the object, ready to have a name added.
        names: of its fields on the wire.
        below: the fields that hold objects which are not free-form.
    """

    path: str
    names: frozenset[str]
    below: tuple[tuple[str, "_Known"], ...]


def check(event_type: str, body: bytes) -> tuple[Drift, ...]:
    """Return how an event differs from the catalogue; nothing where it does not.

    Args:
        event_type: the `type` of the envelope.
        body: the whole event. It is expected to be JSON; where it is not, that is the violation.

    A violation comes first and alone of its kind: msgspec stops at the first it meets.
    Where nothing is returned every byte was read: the body is JSON throughout.
    """
    return () if made_at(event_type, body) is not None else differences(event_type, body)


def made_at(event_type: str, body: bytes) -> datetime | None:
    """Return when an event was made that is what the catalogue says; None where it differs.

    Args:
        event_type: the `type` of the envelope.
        body: the whole event. Where a time is returned every byte was read.
    """
    decode = _TWINS.get(event_type)
    if decode is None:
        return None
    try:
        made: datetime = decode(body).created_at
    except _NOT_JSON:
        return None
    return made


def differences(event_type: str, body: bytes) -> tuple[Drift, ...]:
    """Return how an event differs that `made_at` does not vouch for; see `check`."""
    if event_type not in _TWINS:
        return (Drift(DriftKind.UNKNOWN_TYPE, "type", "not in the catalogue"),)
    return _look_again(event_type, body)


def _look_again(event_type: str, body: bytes) -> tuple[Drift, ...]:
    try:
        event = _PLAIN.decode(body)  # first: a typed decode may stop before what is not JSON
        found = _violation(event_type, body)
    except _NOT_JSON:
        return (Drift(DriftKind.WRONG_TYPE, "$", "not JSON"),)
    if isinstance(event, dict):
        _collect_unknown(_KNOWN[event_type], event, found)
    return tuple(found)


def _violation(event_type: str, body: bytes) -> list[Drift]:
    try:
        _LENIENT[event_type].decode(body)
    except msgspec.ValidationError as error:
        violation = read_violation(error)
        kind = DriftKind.MISSING if violation.missing else DriftKind.WRONG_TYPE
        return [Drift(kind, violation.path, violation.problem)]
    return []


def _collect_unknown(known: _Known, value: dict[str, Any], found: list[Drift]) -> None:
    if not value.keys() <= known.names:
        strange = (name for name in value if name not in known.names)
        for name in islice(strange, MAX_UNKNOWN_FIELDS):
            path = known.path + _printable(name)
            found.append(Drift(DriftKind.UNKNOWN_FIELD, path, "not in the catalogue"))
    for name, below in known.below:
        inner = value.get(name)
        if isinstance(inner, dict):
            _collect_unknown(below, inner, found)


def _printable(name: str) -> str:
    """Return a name off the wire in a form that no log or terminal can mistake."""
    cut = name[:_MAX_NAME]
    return cut if cut.isascii() and cut.isidentifier() else ascii(cut)


@cache
def _twin(struct: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """Return a struct of the same fields that refuses every other."""
    fields = []
    for field in msgspec.structs.fields(struct):
        inner = struct_in(field.type)
        kind = field.type
        if inner is not None:
            rest = [arm for arm in get_args(kind) if arm is not inner]
            kind = Union[(_twin(inner), *rest)]
        default = msgspec.NODEFAULT if field.required else msgspec.UNSET
        fields.append((field.name, kind, msgspec.field(name=field.encode_name, default=default)))
    return msgspec.defstruct(
        struct.__name__,
        fields,
        tag=struct.__struct_config__.tag,
        forbid_unknown_fields=True,
        kw_only=True,
        gc=False,
    )


def _known(struct: type[msgspec.Struct], path: str = "") -> _Known:
    fields = msgspec.structs.fields(struct)
    names = {field.encode_name for field in fields}
    if tag_field := struct.__struct_config__.tag_field:
        names.add(tag_field)
    below = (
        (field.encode_name, _known(inner, f"{path}{field.encode_name}."))
        for field in fields
        if (inner := struct_in(field.type)) is not None
    )
    return _Known(path, frozenset(names), tuple(below))


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    # Without the hook 1e400, which JSON allows, is refused where any value may stand.
    return msgspec.json.Decoder(kind, float_hook=float)


_TWINS: Final[dict[str, Callable[[bytes], Any]]] = {
    name: _decoder(_twin(row.struct)).decode for name, row in CATALOGUE.items()
}
_LENIENT = {name: _decoder(row.struct) for name, row in CATALOGUE.items()}
_PLAIN = _decoder(object)
_KNOWN = {name: _known(row.struct) for name, row in CATALOGUE.items()}
