"""Payload: the value bytes of a record, in each of the forms a route may ask for.

cStar's own bytes are kept wherever the form allows: `flat` is spliced in before the last brace.
"""

from typing import Any

import msgspec
from msgspec import UNSET

from gateway.pipeline.document import decode_document
from gateway.pipeline.envelope import Envelope
from gateway.pipeline.event import created_at, data_of
from gateway.pipeline.flat import encode_flat, flatten
from gateway.pipeline.routes import Payload

__all__ = ["Content"]

_encode = msgspec.json.Encoder().encode
_ENVELOPE = ("id", "type", "created_at", "team_id")


class Content:
    """What an event says, decoded once and written in the forms asked for.

    Attributes:
        data: the event's data, decoded.
        created_at: when the event was made; None where that cannot be read.

    Args:
        body: the signed bytes.
        envelope: read from them.
        flat: whether the `event` form carries `flat` (an option of the webhook).

    Raises:
        Ended: where the body is not valid UTF-8 JSON throughout, or `data` is not an object.
    """

    def __init__(self, body: bytes, envelope: Envelope, *, flat: bool) -> None:
        self._body = body
        self._envelope = envelope
        self._splice = flat and envelope.flat is UNSET
        self._whole: dict[str, Any] = decode_document(body)
        self._flat: dict[str, Any] | None = None
        self.data = data_of(self._whole)
        self.created_at = created_at(envelope)

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
        if form is Payload.EVENT:
            return self._event()
        if form is Payload.NESTED:
            return self._nested()
        return self._one_level()

    def _event(self) -> bytes:
        if not self._splice:
            return self._body
        body = self._body
        end = body.rindex(b"}")
        return b'%b,"flat":%b%b' % (body[:end], encode_flat(self.flat), body[end:])

    def _nested(self) -> bytes:
        if self._envelope.flat is UNSET:
            return self._body
        return _encode({key: value for key, value in self._whole.items() if key != "flat"})

    def _one_level(self) -> bytes:
        """Envelope and flat fields together; a flat field named like the envelope's is `data_…`."""
        merged = {key: self._whole[key] for key in _ENVELOPE if key in self._whole}
        for key, value in self.flat.items():
            name = key
            while name in merged or (name is not key and name in self.flat):
                name = f"data_{name}"
            merged[name] = value
        return encode_flat(merged)
