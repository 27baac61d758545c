"""Envelope: who sent what, read from the signed body without opening `data`.

Cheap enough to come before the idempotency claim. It vouches for the four fields it reads and for
nothing else: msgspec passes over the bytes of unknown fields unchecked (see `document`).
"""

from typing import Final, final

import msgspec
from msgspec import Raw, UnsetType
from msgspec.structs import astuple

from gateway.events.catalogue import CATALOGUE
from gateway.pipeline.document import decode_document
from gateway.pipeline.plain import Plain
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.wire import decode_head

__all__ = ["Envelope", "read_envelope"]

_LONGEST: Final = 256  # characters; cStar's ids are about 30
_MOST_TEAMS: Final = 8192

_fields: Final = astuple
_decode: Final = decode_head
_types: Final = frozenset(CATALOGUE)
_teams: Final[set[str]] = set()  # that were looked at, and may be keys


@final
class Envelope(Plain):
    """The part of an event that every type shares.

    Attributes:
        id: of the event, `evt_…`; with `team_id` the identity to dedupe by.
        type: such as `ticket.created`; not necessarily one we know.
        team_id: the key of the record.
        data: raw bytes of the event's data.
        created_at: as it was sent, of whatever JSON type; unset where missing.
        flat: cStar's own flat form, where the subscription asked for it.
    """

    __slots__ = ("created_at", "data", "flat", "id", "team_id", "type")

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name
        type: str,  # noqa: A002 - same
        team_id: str,
        data: Raw | UnsetType,
        created_at: Raw | UnsetType,
        flat: Raw | UnsetType,
    ) -> None:
        self.id = id
        self.type = type
        self.team_id = team_id
        self.data = data
        self.created_at = created_at
        self.flat = flat

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.id, self.type, self.team_id, self.data, self.created_at, self.flat


def read_envelope(body: bytes) -> Envelope:
    """Read the envelope of a signed body.

    Raises:
        Ended: `body_not_json`, `nesting_too_deep` or `envelope_invalid`.
    """
    try:
        head = _decode(body)
    except msgspec.ValidationError as error:
        decode_document(body)  # a typed decode stops here, before what may be no JSON at all
        raise Ended(Reason.ENVELOPE_INVALID, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Ended(Reason.BODY_NOT_JSON, str(error)) from None
    except RecursionError:
        raise Ended(Reason.NESTING_TOO_DEEP) from None
    event_id, event_type, team_id, data, created_at, flat = _fields(head)
    envelope = Envelope(event_id, event_type, team_id, data, created_at, flat)
    _check(envelope.id, "id")
    if envelope.type not in _types:
        _check(envelope.type, "type")
    if envelope.team_id not in _teams:
        _check(envelope.team_id, "team_id")
        if len(_teams) < _MOST_TEAMS:
            _teams.add(envelope.team_id)
    return envelope


def _check(value: str, field: str) -> None:
    """Refuse what could not be a record key, a header or a log field without harm."""
    if not value:
        raise Ended(Reason.ENVELOPE_INVALID, f"{field} is empty")
    if len(value) > _LONGEST:
        raise Ended(Reason.ENVELOPE_INVALID, f"{field} is longer than {_LONGEST} characters")
    if not value.isprintable():
        raise Ended(Reason.ENVELOPE_INVALID, f"{field} has characters that cannot be printed")
