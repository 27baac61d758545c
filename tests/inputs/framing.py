"""Framing: what is not well-formed HTTP, most of it a way to smuggle a request past a proxy."""

from tests.ingress.fakes import post
from tests.inputs.case import MARK, Case

__all__ = ["CASES", "chunked", "raw"]

LINE = "POST /webhooks/cstar HTTP/1.1"
HOST = "Host: a"
SIGN = "X-Signature: t=1,v1=ab"
ZERO = "Content-Length: 0"
CHUNKED = ("Transfer-Encoding: chunked", f"X-Junk: {MARK}")


def chunked(body: bytes, *headers: str, signature: str = "t=1,v1=ab") -> bytes:
    """Return a signed request whose body is these chunks."""
    return post(body, length=None, headers=(*CHUNKED, *headers), signature=signature)


def raw(*lines: str, end: str = "\r\n") -> bytes:
    """Return a head of these lines, with the junk that must not be seen again."""
    return end.join((*lines, f"X-Junk: {MARK}", "", "")).encode("latin-1")


_BAD = {
    "length and chunks": post(b"0\r\n\r\n", headers=CHUNKED),
    "chunked twice in one": chunked(b"0\r\n\r\n").replace(b": chunked", b": chunked, chunked"),
    "unknown coding": chunked(b"0\r\n\r\n").replace(b": chunked", b": xchunked"),
    "chunked, then another": chunked(b"0\r\n\r\n").replace(b": chunked", b": chunked, gzip"),
    "two transfer codings": chunked(b"0\r\n\r\n", "Transfer-Encoding: identity"),
    "two equal lengths": raw(LINE, HOST, SIGN, ZERO, ZERO),
    "two lengths": raw(LINE, HOST, SIGN, ZERO, "Content-Length: 2") + b"{}",
    "length +2": raw(LINE, HOST, SIGN, "Content-Length: +2") + b"{}",
    "length -2": raw(LINE, HOST, SIGN, "Content-Length: -2") + b"{}",
    "length 0x2": raw(LINE, HOST, SIGN, "Content-Length: 0x2") + b"{}",
    "length list": raw(LINE, HOST, SIGN, "Content-Length: 2, 2") + b"{}",
    "length of 23 digits": raw(LINE, HOST, SIGN, f"Content-Length: {'9' * 23}"),
    "bare LF": raw(LINE, HOST, SIGN, ZERO, end="\n"),
    "folded field": raw(LINE, HOST, SIGN, "X-Folded: a\r\n b", ZERO),
    "space before the colon": raw(LINE, HOST, SIGN, "Content-Length : 0"),
    "NUL in a field": raw(LINE, HOST, SIGN, "X-Odd: a\0b", ZERO),
    "CR in a field": raw(LINE, HOST, SIGN, "X-Odd: a\rb", ZERO),
    "no host": raw(LINE, SIGN, ZERO),
    "two hosts": raw(LINE, HOST, "Host: b", SIGN, ZERO),
    "two content types": raw(
        LINE, HOST, SIGN, ZERO, "Content-Type: application/json", "Content-Type: text/plain"
    ),
    "h2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + MARK.encode(),
    "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + MARK.encode(),
    "lower-case method": raw(LINE.replace("POST", "post"), HOST, SIGN, ZERO),
    "chunk size junk": chunked(b"zz\r\n{}\r\n0\r\n\r\n"),
    "chunk size of 2^65": chunked(b"20000000000000000\r\n{}\r\n0\r\n\r\n"),
    "LF in a chunk extension": chunked(b"2;a\nb\r\n{}\r\n0\r\n\r\n"),
    "space in the target": raw("POST /webhooks /cstar HTTP/1.1", HOST, SIGN, ZERO),
    "no version": raw("POST /webhooks/cstar", HOST, SIGN, ZERO),
    "version 2.0": raw("POST /webhooks/cstar HTTP/2.0", HOST, SIGN, ZERO),
}

CASES = tuple(Case(name, request, "400 http_malformed") for name, request in _BAD.items())
