"""Event: what a body that was decoded whole says: its data, and when it was made."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET

from gateway.pipeline.envelope import Envelope
from gateway.pipeline.fact import Fact
from gateway.pipeline.reasons import Ended, Reason

__all__ = ["Moment", "created_at", "data_of"]


_decode_text = msgspec.json.Decoder(str).decode
_decode_time = msgspec.json.Decoder(Annotated[datetime, msgspec.Meta(tz=True)]).decode


class Moment(Fact, frozen=True):
    """A time as it was sent and as seconds since the epoch."""

    text: str
    seconds: float


def data_of(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the event's data.

    Raises:
        Ended: `data_not_object`, also where it is missing.
    """
    data = whole.get("data", UNSET)
    if type(data) is not dict:
        problem = "is missing" if data is UNSET else "is not an object"
        raise Ended(Reason.DATA_NOT_OBJECT, f"data {problem}")
    return data


def created_at(envelope: Envelope) -> Moment | None:
    """Return when the event was made.

    None where that is missing or not RFC 3339 with an offset: the catalogue's check reports it.
    """
    raw = envelope.created_at
    if raw is UNSET:
        return None
    try:
        return Moment(_decode_text(raw), _decode_time(raw).timestamp())
    except (ValueError, OverflowError):
        return None
