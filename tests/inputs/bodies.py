"""Bodies: too large, compressed, slow, cut short, empty, or of another type; some truly signed."""

import gzip

from tests.ingress.fakes import post
from tests.inputs.case import MARK, SIGNATURE, Case, event

__all__ = ["CASES", "MOST"]

MOST = 1024 * 1024
"""Bytes a body may have."""

_BODY = event("evt_body")
_JUNK = f"X-Junk: {MARK}"
_ZIPPED = gzip.compress(_BODY)


def _signed(
    name: str, answer: str, body: bytes, *headers: str, length: int | None = -1, cut: int = 0
) -> Case:
    request = post(
        body[: len(body) - cut],
        length=len(body) if cut else length,
        headers=(_JUNK, *headers),
        signature=SIGNATURE,
    )
    return Case(name, request, answer, body)


def _chunks(size: int) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (size, b" " * size)


CASES = (
    _signed(
        "a byte over the cap, in a chunk",
        "413 body_too_large",
        _chunks(MOST + 1),
        "Transfer-Encoding: chunked",
        length=None,
    )._replace(body=b" " * (MOST + 1), reset=True),
    _signed("declares 1 GB", "413 body_too_large", b"", length=10**9),
    _signed(
        "gzip bomb",
        "415 content_encoding",
        gzip.compress(bytes(50_000_000)),
        "Content-Encoding: gzip",
    ),
    _signed("gzip, valid", "415 content_encoding", _ZIPPED, "Content-Encoding: gzip"),
    _signed("gzip, broken", "415 content_encoding", _ZIPPED[:-9], "Content-Encoding: gzip"),
    _signed("unknown encoding", "415 content_encoding", _BODY, "Content-Encoding: zq"),
    _signed("two encodings", "415 content_encoding", _BODY, "Content-Encoding: identity, br"),
    _signed("stalled", "408 body_timeout", _BODY, cut=1),
    Case("empty, unsigned", post(b"", signature=None, headers=(_JUNK,)), "401 signature_missing"),
    _signed("another type", "415 content_type", _BODY, "Content-Type: text/plain"),
)
