"""Event: what a body that was decoded whole says: its data, and when it was made."""

from datetime import datetime
from typing import Annotated, Any, Final, final

import msgspec
from msgspec import UNSET

from gateway.pipeline.envelope import Envelope
from gateway.pipeline.plain import Plain
from gateway.pipeline.reasons import Ended, Reason

__all__ = ["Moment", "created_at", "data_of"]


_BACKSLASH: Final = ord("\\")
_UNSET: Final = UNSET
_decode_text: Final = msgspec.json.Decoder(str).decode
_decode_time: Final = msgspec.json.Decoder(Annotated[datetime, msgspec.Meta(tz=True)]).decode


@final
class Moment(Plain):
    """A time.

    Attributes:
        text: as it was sent.
        at: the same; with a zone.
    """

    __slots__ = ("at", "text")

    def __init__(self, text: bytes, at: datetime) -> None:
        self.text = text
        self.at = at

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.text, self.at

    @property
    def seconds(self) -> float:
        """Since the epoch."""
        return self.at.timestamp()


def data_of(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the event's data.

    Raises:
        Ended: `data_not_object`, also where it is missing.
    """
    data = whole.get("data", _UNSET)
    if type(data) is not dict:
        problem = "is missing" if data is _UNSET else "is not an object"
        raise Ended(Reason.DATA_NOT_OBJECT, f"data {problem}")
    return data


def created_at(envelope: Envelope, known: datetime | None = None) -> Moment | None:
    """Return when the event was made.

    None where that is missing or not RFC 3339 with an offset: the catalogue's check reports it.

    Args:
        envelope: of the event.
        known: the same, where it was read before.
    """
    raw = envelope.created_at
    if raw is _UNSET:
        return None
    if known is not None:
        text = bytes(raw)[1:-1]
        if _BACKSLASH not in text:  # nothing is escaped: it is what stands between the quotes
            return Moment(text, known)
    try:
        return Moment(_decode_text(raw).encode(), known or _decode_time(raw))
    except (ValueError, OverflowError):
        return None
