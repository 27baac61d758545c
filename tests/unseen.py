"""Looking for secrets where none may be: as they are, in parts, encoded, and in what they sign."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator

__all__ = ["Unseen"]

# Letters in a row by which a secret is known: so many that no text has them by chance.
_TEXT, _HEX, _REPR = 10, 16, 32


class Unseen:
    """Secrets that must not be seen, and every MAC made with them.

    Args:
        secrets: as cStar shows them; other services' too.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._traces: dict[int, set[str]] = {_TEXT: set(), _HEX: set(), _REPR: set()}
        for secret in self._secrets:
            bare = secret.removeprefix(b"whsec_")
            self._traces[_TEXT] |= {*_parts(bare.decode(), _TEXT)}
            for value in (bare, hashlib.sha256(secret).digest()):
                self._add(value)

    def signs(self, body: bytes, time: str = "") -> None:
        """Let no MAC of a body signed at `time` be seen either, whichever secret made it."""
        for secret in self._secrets:
            for text in (f"{time}.".encode() + body, body):
                self._add(hmac.new(secret, text, hashlib.sha256).digest())

    def check(self, name: str, output: str) -> None:
        """Fail where an output shows any trace of a secret."""
        plain = output.replace(r"\\", "\\")  # as JSON writes the repr of bytes
        texts = {_TEXT: plain, _HEX: output.lower(), _REPR: plain}
        seen = {
            part
            for size, text in texts.items()
            for part in _parts(text, size)
            if part in self._traces[size]
        }
        assert not seen, f"{name} shows {sorted(seen)}"

    def _add(self, value: bytes) -> None:
        """Add how bytes are written: hex, base64 at any place of a longer text, and repr."""
        self._traces[_HEX] |= {*_parts(value.hex(), _HEX)}
        self._traces[_REPR] |= {*_parts(repr(value)[2:-1], _REPR)}
        for before in range(3):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                text = encode(b"\0" * before + value).rstrip(b"=").decode()
                self._traces[_TEXT] |= {
                    *_parts(text[4:-1], _TEXT)
                }  # the edges depend on the neighbours


def _parts(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(len(text) - size + 1))
