"""Signs as cStar does, written from wire.md alone so that it can contradict the product."""

import hashlib
import hmac

from multidict import CIMultiDict

__all__ = ["SECRET", "headers_of", "sign", "sign_legacy"]

SECRET = "whsec_4f9d1c7e2b8a6053e1d2c3b4a5968778"


def sign(body: bytes, time: int | str, secret: str = SECRET) -> str:
    """Return the value of `X-Signature` for a body signed at `time`."""
    mac = hmac.new(secret.encode(), f"{time}.".encode() + body, hashlib.sha256)
    return f"t={time},v1={mac.hexdigest()}"


def sign_legacy(body: bytes, secret: str = SECRET) -> str:
    """Return the older `X-Signature`, over the body alone."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers_of(body: bytes, time: int, secret: str = SECRET, **more: str) -> CIMultiDict[str]:
    """Return the headers of a delivery as cStar sends them; `more` with `_` for `-`."""
    headers: CIMultiDict[str] = CIMultiDict({"X-Signature": sign(body, time, secret)})
    for name, value in more.items():
        headers[name.replace("_", "-")] = value
    return headers
