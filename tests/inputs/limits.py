"""Limits: heads that are too large, and junk without end."""

from tests.inputs.case import MARK, Case
from tests.inputs.framing import HOST, LINE, SIGN, ZERO, chunked, raw

__all__ = ["CASES", "LARGE"]

_LARGE = {
    "line of 9 kB": raw(f"POST /{'a' * 9000} HTTP/1.1", HOST, SIGN, ZERO),
    "field of 9 kB": raw(LINE, HOST, SIGN, f"X-Large: {'a' * 9000}", ZERO),
    "200 fields": raw(LINE, HOST, SIGN, ZERO, *(f"X-{number}: a" for number in range(200))),
    "200 trailers": chunked(
        b"2\r\n{}\r\n0\r\n" + b"".join(b"X-%d: a\r\n" % number for number in range(200)) + b"\r\n"
    ),
}

LARGE = tuple(Case(name, request, "431 headers_too_large") for name, request in _LARGE.items())
CASES = (
    *LARGE,
    Case("1 MB of junk", b"\x00\xff%b" % MARK.encode() * 50_000, "400 http_malformed", reset=True),
)
