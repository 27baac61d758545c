"""Identity: what makes two deliveries the same event, as keyed digests.

Only signed bytes count: `(team_id, id)` from the body, never a header. 128 bits under a key make a
collision, accidental or crafted, a matter of 1e-20 a year at 1,000 events a second.
"""

import secrets
from hashlib import blake2b
from typing import Any, Final, final

from msgspec import Raw

from gateway.pipeline.plain import Plain

__all__ = ["ANY_DATA", "DATA_BYTES", "KEY_BYTES", "Digester", "Identity", "shared_key"]

KEY_BYTES: Final = 16
DATA_BYTES: Final = 8
ANY_DATA: Final = bytes(DATA_BYTES)
"""In place of a data digest: what the event said is not known, so whatever it says matches."""


def shared_key(journal: str) -> bytes:
    """Return the key of every replica that shares the journal of this name.

    It is no secret and need not be: whoever wants two events to collide must have cStar sign ids
    that they found by 2^64 trials. It keeps the marks of two deployments apart.
    """
    return blake2b(journal.encode(), digest_size=32, person=b"journal key").digest()


@final
class Identity(Plain):
    """Digests of one event.

    Attributes:
        key: 16 bytes of who it is.
        data: 8 bytes of what it says; the same id with other data is no duplicate.
    """

    __slots__ = ("data", "key")

    def __init__(self, key: bytes, data: bytes) -> None:
        self.key = key
        self.data = data

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.key, self.data


@final
class Digester:
    """Makes identities under one key.

    Args:
        key: 16 to 64 bytes, shared by every replica that shares marks; random by default.
    """

    __slots__ = ("_data", "_ids")

    def __init__(self, key: bytes | None = None) -> None:
        key = key or secrets.token_bytes(32)
        self._ids: Any = blake2b(digest_size=KEY_BYTES, key=key, person=b"event id")
        self._data: Any = blake2b(digest_size=DATA_BYTES, key=key, person=b"event data")

    def event(self, team_id: str, event_id: str, data: bytes | Raw) -> Identity:
        """Return the identity of an event.

        Args:
            team_id: from the signed envelope; has no control characters.
            event_id: the same.
            data: raw bytes of the event's data.
        """
        return Identity(self._key(f"{team_id}\0{event_id}".encode()), self._say(data))

    def body(self, body: bytes) -> Identity:
        """Return the identity of a body that names none: the bytes themselves."""
        return Identity(self._key(b"\0" + body), self._say(b""))

    def conflicting(self, identity: Identity) -> Identity:
        """Return the identity under which an id is kept that was seen with other data before."""
        return Identity(self._key(b"\1" + identity.key + identity.data), identity.data)

    def replayed(self, identity: Identity) -> Identity:
        """Return the identity under which a replay is kept of what a quarantine holds."""
        return Identity(self._key(b"\2" + identity.key + identity.data), identity.data)

    def _key(self, message: bytes) -> bytes:
        digest = self._ids.copy()
        digest.update(message)
        told: bytes = digest.digest()
        return told

    def _say(self, message: bytes | Raw) -> bytes:
        digest = self._data.copy()
        digest.update(message)
        told: bytes = digest.digest()
        return told
