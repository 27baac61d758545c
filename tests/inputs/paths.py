"""Paths: any method but POST, any path but the one; their bodies are left unread."""

from tests.ingress.fakes import post
from tests.inputs.case import MARK, Case

__all__ = ["CASES"]

_BODY = b'{"id":"%b"}' % MARK.encode()


def _sent(body: bytes, *, method: str = "POST", target: str = "/webhooks/cstar") -> bytes:
    return post(body, method=method, target=target, headers=(f"X-Junk: {MARK}",))


_ELSEWHERE = {
    "OPTIONS *": _sent(_BODY, method="OPTIONS", target="*"),
    "CONNECT": _sent(b"", method="CONNECT", target="a.example:443"),
    "root": _sent(_BODY, target="/"),
    "two slashes": _sent(_BODY, target="//webhooks/cstar"),
    "dots": _sent(_BODY, target="/webhooks/x/../cstar"),
    "escaped letter": _sent(_BODY, target="/webhooks/%63star"),
    "escaped dot": _sent(_BODY, target="/webhooks/%2e/cstar"),
    "escaped NUL": _sent(_BODY, target="/webhooks/cstar%00"),
    "suffix": _sent(_BODY, target="/webhooks/cstar/"),
    "case": _sent(_BODY, target="/Webhooks/cStar"),
    "matrix": _sent(_BODY, target="/webhooks/cstar;a=b"),
    "absolute, other path": _sent(_BODY, target="http://a.example/"),
    "metrics": _sent(b"", method="GET", target="/metrics"),
}

CASES = (
    *(
        Case(method, _sent(_BODY, method=method), "405 method_not_allowed")
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE")
    ),
    *(Case(name, request, "404 path_not_found") for name, request in _ELSEWHERE.items()),
    Case("8-bit path", _sent(_BODY, target="/webhooks/\xe9"), "400 http_malformed"),
)
