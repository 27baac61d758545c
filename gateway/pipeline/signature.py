"""Signature: what cStar puts in `X-Signature`, and the secrets that prove it.

`t=<unix seconds>,v1=<hex>` is HMAC-SHA256 over `{t}.{body}` with the webhook's signing secret as it
is written. The older `sha256=<hex>` covers the body alone and so never expires; it is taken only
from a webhook that opts in. May live here: parsing and comparing. May not: the clock.
"""

import hashlib
import re
from collections.abc import Sequence
from hmac import compare_digest
from typing import Any, Final, final

from gateway.pipeline.plain import Plain
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.webhook import Webhook

__all__ = ["Keyring", "Signature", "SigningKey", "parse_signature"]

_USUAL: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")
_LEGACY: Final = re.compile(r"sha256=([0-9a-f]{64})")
_PART = re.compile(r"([a-z0-9]{1,16})=([\x21-\x2b\x2d-\x7e]{1,128})")
_TIME = re.compile(r"[0-9]{1,12}")
_MAC = re.compile(r"[0-9a-f]{64}")
_MOST_PARTS = 8
_MOST_MACS = 5  # a sender in rotation may sign with a few secrets at once
_BLOCK = 64  # SHA-256's block, RFC 2104's B
_MAC_DIGITS: Final = 64  # hexadecimal, of one MAC
_compare: Final = compare_digest


@final
class Signature(Plain):
    """A parsed `X-Signature`.

    Attributes:
        time: `t` as it was written, part of the signed bytes; None in the legacy form.
        macs: the candidate MACs, 32 bytes each; the signature holds if one of them does.
    """

    __slots__ = ("macs", "time")

    def __init__(self, time: bytes | None, macs: tuple[bytes, ...]) -> None:
        self.time = time
        self.macs = macs

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.time, self.macs


def parse_signature(values: Sequence[str]) -> Signature:
    """Parse the values of all `X-Signature` headers of a request.

    Raises:
        Ended: `signature_missing`, `signature_repeated` or `signature_malformed`.
    """
    if len(values) != 1:
        raise Ended(Reason.SIGNATURE_REPEATED if values else Reason.SIGNATURE_MISSING)
    value = values[0]
    usual = _USUAL.fullmatch(value)
    if usual:
        time, mac = usual.groups()
        return Signature(time.encode(), (bytes.fromhex(mac),))
    legacy = _LEGACY.fullmatch(value)
    if legacy:
        return Signature(None, (bytes.fromhex(legacy[1]),))
    return _parse_parts(value)


def _parse_parts(value: str) -> Signature:
    """Read any order of one `t`, one to five `v1` and other schemes, which are passed over."""
    times: list[bytes] = []
    macs: list[bytes] = []
    parts = value.split(",", _MOST_PARTS)
    if len(parts) > _MOST_PARTS:
        raise Ended(Reason.SIGNATURE_MALFORMED, "too many parts")
    for part in parts:
        pair = _PART.fullmatch(part)
        if not pair:
            raise Ended(Reason.SIGNATURE_MALFORMED, "a part is not name=value")
        name, text = pair[1], pair[2]
        if name == "t" and _TIME.fullmatch(text):
            times.append(text.encode())
        elif name == "v1" and _MAC.fullmatch(text):
            macs.append(bytes.fromhex(text))
        elif name in {"t", "v1", "sha256"}:
            raise Ended(Reason.SIGNATURE_MALFORMED, f"{name} is not well formed")
    if len(times) != 1 or not 1 <= len(macs) <= _MOST_MACS:
        raise Ended(Reason.SIGNATURE_MALFORMED, "there must be one t and one to five v1")
    return Signature(times[0], tuple(macs))


@final
class SigningKey:
    """One secret of one webhook, its HMAC halves hashed once (RFC 2104's inner and outer pads).

    Args:
        secret: as cStar shows it, `whsec_…`, prefix included.
        webhook: whose it is.
        index: its place among the webhook's secrets, from 0; what metrics may say of it.
    """

    __slots__ = ("_begun", "_inner", "_outer", "_prefix", "index", "webhook")

    def __init__(self, secret: bytes, webhook: Webhook, index: int) -> None:
        key = hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret
        key = key.ljust(_BLOCK, b"\0")
        self._inner: Any = hashlib.sha256(bytes([byte ^ 0x36 for byte in key]))
        self._outer: Any = hashlib.sha256(bytes([byte ^ 0x5C for byte in key]))
        self._prefix = b""
        self._begun: Any = self._inner
        self.webhook = webhook
        self.index = index

    def mac(self, prefix: bytes, body: bytes) -> bytes:
        """Return HMAC-SHA256 of `prefix + body`, without joining the two."""
        digest: bytes = self._hash(prefix, body).digest()
        return digest

    def mac_text(self, prefix: bytes, body: bytes) -> str:
        """Return the same in lower-case hexadecimal."""
        text: str = self._hash(prefix, body).hexdigest()
        return text

    def _hash(self, prefix: bytes, body: bytes) -> Any:
        if prefix != self._prefix:  # a second's deliveries share it
            self._begun = self._inner.copy()
            self._begun.update(prefix)
            self._prefix = prefix
        inner = self._begun.copy()
        inner.update(body)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer


@final
class Keyring:
    """Every secret that may sign a delivery here.

    Which webhook a delivery belongs to is told by the secret that proves it: no header is trusted.
    """

    __slots__ = ("_keys", "_opening", "_prefix", "_time")

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self._keys = tuple(keys)
        self._remember("0")

    def prove(self, values: Sequence[str], body: bytes) -> tuple[SigningKey, int | None]:
        """Return the key that signed, and the second at which it says it did.

        As `match` of `parse_signature`, at once where the signature is of the usual form and of the
        second of the one before it: then all that is left to read of it is the MAC.

        Args:
            values: of all `X-Signature` headers of the request.
            body: of the request.

        Raises:
            Ended: as both of them.
        """
        value = values[0] if len(values) == 1 else ""
        opening = self._opening
        if not (
            len(value) == len(opening) + _MAC_DIGITS
            and value.startswith(opening)
            and value.isascii()
        ):
            return self._prove_any(values, body)
        found, mac, prefix = None, value[len(opening) :], self._prefix
        for key in self._keys:
            if _compare(key.mac_text(prefix, body), mac):
                found = key
        if found is None:
            parse_signature(values)  # raises where the MAC is none
            raise Ended(Reason.SIGNATURE_MISMATCH)
        return found, self._time

    def _prove_any(self, values: Sequence[str], body: bytes) -> tuple[SigningKey, int | None]:
        signature = parse_signature(values)
        key = self.match(signature, body)
        if signature.time is None:
            return key, None
        if _USUAL.fullmatch(values[0]):
            self._remember(signature.time.decode())
        return key, int(signature.time)

    def _remember(self, time: str) -> None:
        """Expect signatures of the usual form and of this second."""
        self._opening = f"t={time},v1="
        self._prefix = f"{time}.".encode()
        self._time = int(time)

    def match(self, signature: Signature, body: bytes) -> SigningKey:
        """Return the key that signed, having tried all of them without an early exit.

        Raises:
            Ended: `signature_mismatch`, or `signature_legacy` where the key that proves the legacy
                form belongs to a webhook that has not opted in.
        """
        time = signature.time
        prefix = time + b"." if time is not None else b""
        found = None
        for key in self._keys:
            expected = key.mac(prefix, body)
            for mac in signature.macs:
                if _compare(expected, mac):
                    found = key
        if found is None:
            raise Ended(Reason.SIGNATURE_MISMATCH)
        if time is None and not found.webhook.legacy_signature:
            raise Ended(Reason.SIGNATURE_LEGACY)
        return found
