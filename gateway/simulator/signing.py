"""Signing: what cStar writes into `X-Signature`, made as its document says.

Written without the verifier's code, so that each may prove the other.
"""

import hashlib
import hmac

__all__ = ["sign", "sign_legacy"]


def sign(body: bytes, secret: str, t: int) -> str:
    """Return `t=<t>,v1=<hex>`: HMAC-SHA256 over `{t}.{body}`, the secret as it is written.

    Args:
        body: the delivery's raw bytes.
        secret: `whsec_…`, prefix included.
        t: when it is signed, seconds since the epoch.
    """
    mac = hmac.new(secret.encode(), b"%d." % t + body, hashlib.sha256)
    return f"t={t},v1={mac.hexdigest()}"


def sign_legacy(body: bytes, secret: str) -> str:
    """Return `sha256=<hex>`, the form cStar once sent: over the body alone, so it never ages."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
