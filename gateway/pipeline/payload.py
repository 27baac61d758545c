"""Payload: the value bytes of a record, in each of the forms a route may ask for.

cStar's own bytes are kept wherever the form allows: `flat` is spliced in before the last brace.
"""

from datetime import datetime
from typing import Any, Final, final

import msgspec
from msgspec import UNSET

from gateway.pipeline.document import decode_document
from gateway.pipeline.envelope import Envelope
from gateway.pipeline.event import created_at, data_of
from gateway.pipeline.flat import encode_flat, flatten
from gateway.pipeline.routes import Payload

__all__ = ["Content"]

_encode: Final = msgspec.json.Encoder().encode
_BRACE: Final = ord("}")
_EVENT: Final = Payload.EVENT
_UNSET: Final = UNSET


@final
class Content:
    """What an event says, decoded once and written in the forms asked for.

    Attributes:
        data: the event's data, decoded.
        created_at: when the event was made; None where that cannot be read.

    Args:
        body: the signed bytes.
        envelope: read from them.
        flat: whether the `event` form carries `flat` (an option of the webhook).
        made: when the event was made, where its body is known to be what the catalogue says of
            its type, every byte of it; then no more than the data is decoded.

    Raises:
        Ended: where the body is not valid UTF-8 JSON throughout, or `data` is not an object.
    """

    __slots__ = ("_body", "_envelope", "_flat", "_splice", "created_at", "data")

    def __init__(
        self, body: bytes, envelope: Envelope, *, flat: bool, made: datetime | None = None
    ) -> None:
        self._body = body
        self._envelope = envelope
        self._splice = flat and envelope.flat is _UNSET
        self._flat: dict[str, Any] | None = None
        self.data: dict[str, Any] = (
            decode_document(envelope.data)
            if made is not None and envelope.data is not _UNSET
            else data_of(decode_document(body))
        )
        self.created_at = created_at(envelope, made)

    @property
    def flat(self) -> dict[str, Any]:
        """The flat form of `data`; raises `Ended` over its caps."""
        if self._flat is None:
            self._flat = flatten(self.data)
        return self._flat

    def value(self, form: Payload) -> bytes:
        """Return the record value in a form.

        Raises:
            Ended: the flat form is over its caps.
        """
        if form is not _EVENT:
            return self._nested() if form is Payload.NESTED else self._one_level()
        body = self._body
        if not self._splice:
            return body
        end = len(body) - 1
        if body[end] != _BRACE:  # white space may follow it
            end = body.rindex(b"}")
        return b"".join((body[:end], b',"flat":', encode_flat(self.flat), body[end:]))

    def _nested(self) -> bytes:
        if self._envelope.flat is _UNSET:
            return self._body
        whole = decode_document(self._body)
        return _encode({key: value for key, value in whole.items() if key != "flat"})

    def _one_level(self) -> bytes:
        """Envelope and flat fields together; a flat field named like the envelope's is `data_…`."""
        envelope = self._envelope
        merged = {"id": envelope.id, "type": envelope.type}
        if envelope.created_at is not _UNSET:
            merged["created_at"] = decode_document(envelope.created_at)
        merged["team_id"] = envelope.team_id
        for key, value in self.flat.items():
            name = key
            while name in merged or (name is not key and name in self.flat):
                name = f"data_{name}"
            merged[name] = value
        return encode_flat(merged)
