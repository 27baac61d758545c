"""Odd: rare forms that HTTP allows, each a delivery as any other."""

from tests.ingress.fakes import post
from tests.inputs.case import MARK, SIGNATURE, Case, event
from tests.inputs.framing import chunked

__all__ = ["CASES", "TAKEN"]

_JUNK = f"X-Junk: {MARK}"


def _posted(*headers: str, name: str, target: str = "/webhooks/cstar", answers: int = 1) -> Case:
    body = event(f"evt_odd_{name}")
    request = post(body, target=target, headers=(_JUNK, *headers), signature=SIGNATURE)
    return Case(name, request * answers, "202 accepted customers", body, answers=answers)


def _chunked(before: bytes, after: bytes, *, name: str) -> Case:
    body = event(f"evt_odd_{name}")
    chunks = b"%x%b\r\n%b\r\n0\r\n%b\r\n" % (len(body), before, body, after)
    return Case(name, chunked(chunks, signature=SIGNATURE), "202 accepted customers", body)


def _led(before: bytes, case: Case) -> Case:
    return case._replace(request=before + case.request)


TAKEN = (
    _chunked(b";a=b", b"", name="chunk extension"),
    _chunked(b"", b"X-Trailer: a\r\n", name="trailer"),
    _posted(name="absolute form", target="http://gateway.example/webhooks/cstar"),
    _posted("X-Name: \xe9\xff", name="8-bit field"),
    _posted("Connection: Upgrade", "Upgrade: websocket", name="upgrade with a body"),
    _posted("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", name="h2c upgrade"),
    _led(b"\r\n", _posted(name="blank line first")),
    _posted(name="query", target="/webhooks/cstar?from=cstar"),
    _posted("Expect: 100-continue", name="expects 100, its body with it"),
)
CASES = (
    *TAKEN,
    _posted(name="500 pipelined", answers=500),
    _posted("Expect: 200-ok", name="expects something else")._replace(answer="417 expectation"),
)
