"""Envelope: who sent what, read from the signed body without opening `data`.

Cheap enough to come before the idempotency claim. It vouches for the four fields it reads and for
nothing else: msgspec passes over the bytes of unknown fields unchecked (see `document`).
"""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from gateway.pipeline.document import decode_document
from gateway.pipeline.fact import Fact
from gateway.pipeline.reasons import Ended, Reason

__all__ = ["Envelope", "read_envelope"]

_LONGEST = 256  # characters; cStar's ids are about 30


class Envelope(Fact, frozen=True):
    """The part of an event that every type shares.

    Attributes:
        id: of the event, `evt_…`; with `team_id` the identity to dedupe by.
        type: such as `ticket.created`; not necessarily one we know.
        team_id: the key of the record.
        data: raw bytes of the event's data.
        created_at: as it was sent, of whatever JSON type; unset where missing.
        flat: cStar's own flat form, where the subscription asked for it.
    """

    id: str
    type: str
    team_id: str
    data: Raw | UnsetType = UNSET
    created_at: Raw | UnsetType = UNSET
    flat: Raw | UnsetType = UNSET


_decode = msgspec.json.Decoder(Envelope).decode


def read_envelope(body: bytes) -> Envelope:
    """Read the envelope of a signed body.

    Raises:
        Ended: `body_not_json`, `nesting_too_deep` or `envelope_invalid`.
    """
    try:
        envelope = _decode(body)
    except msgspec.ValidationError as error:
        decode_document(body)  # a typed decode stops here, before what may be no JSON at all
        raise Ended(Reason.ENVELOPE_INVALID, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Ended(Reason.BODY_NOT_JSON, str(error)) from None
    except RecursionError:
        raise Ended(Reason.NESTING_TOO_DEEP) from None
    names = f"{envelope.id}{envelope.type}{envelope.team_id}"
    if not (
        envelope.id
        and envelope.type
        and envelope.team_id
        and len(names) <= _LONGEST
        and names.isprintable()
    ):
        _tell_apart(envelope)
    return envelope


def _tell_apart(envelope: Envelope) -> None:
    """Look at each name alone: at one of them, or at none, for long ones may be good."""
    _check(envelope.id, "id")
    _check(envelope.type, "type")
    _check(envelope.team_id, "team_id")


def _check(value: str, field: str) -> None:
    """Refuse what could not be a record key, a header or a log field without harm."""
    if not value:
        raise Ended(Reason.ENVELOPE_INVALID, f"{field} is empty")
    if len(value) > _LONGEST:
        raise Ended(Reason.ENVELOPE_INVALID, f"{field} is longer than {_LONGEST} characters")
    if not value.isprintable():
        raise Ended(Reason.ENVELOPE_INVALID, f"{field} has characters that cannot be printed")
