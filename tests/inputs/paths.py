"""Paths: any method but POST, any path but the one; their bodies are left unread."""

from tests.ingress.fakes import post
from tests.inputs.case import MARK, Case

__all__ = ["CASES"]

_BODY = b'{"id":"%b"}' % MARK.encode()
_ELSEWHERE = {
    "OPTIONS *": post(method="OPTIONS", target="*"),
    "CONNECT": post(b"", method="CONNECT", target="a.example:443"),
    "root": post(_BODY, target="/"),
    "two slashes": post(_BODY, target="//webhooks/cstar"),
    "dots": post(_BODY, target="/webhooks/x/../cstar"),
    "escaped letter": post(_BODY, target="/webhooks/%63star"),
    "escaped dot": post(_BODY, target="/webhooks/%2e/cstar"),
    "escaped NUL": post(_BODY, target="/webhooks/cstar%00"),
    "suffix": post(_BODY, target="/webhooks/cstar/"),
    "case": post(_BODY, target="/Webhooks/cStar"),
    "matrix": post(_BODY, target="/webhooks/cstar;a=b"),
    "absolute, other path": post(_BODY, target="http://a.example/"),
    "metrics": post(b"", method="GET", target="/metrics"),
}

CASES = (
    *(
        Case(method, post(_BODY, method=method), "405 method_not_allowed")
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE")
    ),
    *(Case(name, request, "404 path_not_found") for name, request in _ELSEWHERE.items()),
    Case("8-bit path", post(_BODY, target="/webhooks/\xe9"), "400 http_malformed"),
)
