"""Decoding: the bytes of a record's value become a typed event. For consumers.

May live here: what a consumer calls, and the one error it meets. May not: Kafka.
"""

from typing import Any, Union

import msgspec

from gateway.events.catalogue import CATALOGUE
from gateway.events.envelope import Event, UnknownEvent
from gateway.events.violation import read_violation

__all__ = ["EventError", "decode", "decode_plain"]

_TYPED: msgspec.json.Decoder[Event[Any]] = msgspec.json.Decoder(
    Union[tuple(row.struct for row in CATALOGUE.values())],  # noqa: UP007 - built at run time
    float_hook=float,  # 1e400 is JSON: read it as Python's own json does, as infinity
)
_PLAIN = msgspec.json.Decoder(UnknownEvent, float_hook=float)
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class EventError(ValueError):
    """The bytes are not an event, or not one as the catalogue describes its type.

    Attributes:
        path: where in the event, such as `data.ticket.title`; `$` for the whole of it.
        event_type: the type, where the envelope could be read. Then `decode_plain` can read it.
    """

    def __init__(self, problem: str, path: str = "$", event_type: str | None = None) -> None:
        kind = f"not a {event_type} event" if event_type else "not an event"
        where = "" if path == "$" else f"{path}: "
        super().__init__(f"{kind}: {where}{problem}")
        self.path = path
        self.event_type = event_type


def decode(value: bytes) -> Event[Any]:
    """Return the typed event in a record's value, with or without `flat`.

    Fields that the struct does not name are skipped; a type that the catalogue does not know comes
    back as an `UnknownEvent`, so that a consumer outlives what cStar adds.

    Raises:
        EventError: the value is no event, or it does not match the struct of its type. The gateway
            marks the latter with the header `cstar-contract: violated`; `decode_plain` reads them.
    """
    try:
        return _TYPED.decode(value)
    except msgspec.ValidationError as error:
        mismatch = error
    except _NOT_JSON as error:
        raise EventError("the value is not JSON") from error
    event = decode_plain(value)
    if event.type in CATALOGUE:
        violation = read_violation(mismatch)
        raise EventError(violation.problem, violation.path, event.type) from mismatch
    return event


def decode_plain(value: bytes) -> UnknownEvent:
    """Return the event in a record's value with `data` as a plain dict, whatever its type.

    Raises:
        EventError: the value is no event: not JSON, or without a usable envelope.
    """
    try:
        return _PLAIN.decode(value)
    except msgspec.ValidationError as error:
        violation = read_violation(error)
        raise EventError(violation.problem, violation.path) from error
    except _NOT_JSON as error:
        raise EventError("the value is not JSON") from error
