"""Signatures: forged, malformed, stale, by other secrets; and those that are odd but hold."""

from typing import NamedTuple

from tests.ingress.fakes import post
from tests.inputs.case import MARK, SIGNATURE, Case, Value, event, usual
from tests.signing import SECRET, sign, sign_legacy

__all__ = ["BILLING", "BILLING_SECRET", "CASES", "OLD_SECRET"]

OLD_SECRET = "whsec_0ld0ld0ld0ld0ld0ld0ld0ld0ld0ld"
"""The secret before the rotation, still live."""

BILLING, BILLING_SECRET = "billing", "whsec_b1ll1ngb1ll1ngb1ll1ngb1ll1ng00"
"""Another webhook, which may speak for `team_billing` alone, and its secret."""

_EXPIRED_SECRET = "whsec_3xp1r3d3xp1r3d3xp1r3d3xp1r3d3x"
_JUNK = f"X-Junk: {MARK}"


def _mac(body: bytes, now: int | str, secret: str = SECRET) -> str:
    return sign(body, now, secret).partition("v1=")[2]


def _written(form: str, *, secret: str = SECRET, ago: int = 0) -> Value:
    """Return a value of this form: `{t}` the time, `{mac}` the true MAC of it and the body."""

    def value(body: bytes, now: int) -> bytes:
        text = form.format(t=now - ago, mac=_mac(body, now - ago, secret))
        return text.encode()

    return value


def _timed(time: str) -> Value:
    """Return a value whose time is written so, and truly signed as it is written."""
    return lambda body, _now: f"t={time},v1={_mac(body, time)}".encode()


def _recased(body: bytes, now: int) -> bytes:
    return f"t={now},v1={_mac(body, now).upper()}".encode()


class _Form(NamedTuple):
    answer: str
    value: Value


_BAD = "401 signature_malformed"
_FALSE = "401 signature_mismatch"
_GOOD = "202 accepted customers"
_OTHER = "0" * 64

_FORMS = {
    "empty": _Form(_BAD, _written("")),
    "no t": _Form(_BAD, _written("v1={mac}")),
    "no v1": _Form(_BAD, _written("t={t}")),
    "t twice": _Form(_BAD, _written("t={t},t={t},v1={mac}")),
    "two v1, one good": _Form(_GOOD, _written(f"t={{t}},v1={_OTHER},v1={{mac}}")),
    "two v1, both bad": _Form(_FALSE, _written(f"t={{t}},v1={_OTHER},v1={'1' * 64}")),
    "50 v1": _Form(_BAD, _written("t={t}" + ",v1={mac}" * 50)),
    "v0 alone": _Form(_BAD, _written("t={t},v0={mac}")),
    "another order": _Form(_GOOD, _written("v1={mac},t={t}")),
    "hex of 62": _Form(_BAD, _written("t={t},v1={mac:.62}")),
    "hex of 63": _Form(_BAD, _written("t={t},v1={mac:.63}")),
    "hex of 66": _Form(_BAD, _written("t={t},v1={mac}00")),
    "hex with a blank": _Form(_BAD, _written("t={t},v1={mac:.32} {mac:.32}")),
    "hex in capitals": _Form(_BAD, _recased),
    "no hex": _Form(_BAD, _written("t={t},v1=" + "g" * 64)),
    "8-bit": _Form(_BAD, lambda _body, _now: b"t=1,v1=\xe9" + b"a" * 63),
    "full-width digits": _Form(_BAD, _timed("\uff11\uff17")),
    "time with an underscore": _Form(_BAD, _timed("1_7")),
    "time with a plus": _Form(_BAD, _written("t=+{t},v1={mac}")),
    "time with a minus": _Form(_BAD, _written("t=-{t},v1={mac}")),
    "time with a point": _Form(_BAD, _written("t={t}.0,v1={mac}")),
    "time of 5,000 digits": _Form(_BAD, _timed("9" * 5000)),
    "time in milliseconds": _Form(_BAD, _written("t={t}000,v1={mac}")),
    "295 s ago": _Form(_GOOD, _written("t={t},v1={mac}", ago=295)),
    "295 s ahead": _Form(_GOOD, _written("t={t},v1={mac}", ago=-295)),
    "301 s ago": _Form("401 signature_stale", _written("t={t},v1={mac}", ago=301)),
    "305 s ahead": _Form("401 signature_future", _written("t={t},v1={mac}", ago=-305)),
    "time 0": _Form("401 signature_stale", _timed("0")),
    "wrong secret": _Form(_FALSE, _written("t={t},v1={mac}", secret="x" * 32)),
    "old secret, still live": _Form(_GOOD, _written("t={t},v1={mac}", secret=OLD_SECRET)),
    "expired secret": _Form(_FALSE, _written("t={t},v1={mac}", secret=_EXPIRED_SECRET)),
    "another webhook's secret": _Form(
        "202 quarantined team_not_allowed", _written("t={t},v1={mac}", secret=BILLING_SECRET)
    ),
    "body with a blank more": _Form(_FALSE, lambda body, now: usual(body + b" ", now)),
    "body with a byte order mark less": _Form(
        _FALSE, lambda body, now: usual(b"\xef\xbb\xbf" + body, now)
    ),
    "body of another bit": _Form(
        _FALSE, lambda body, now: usual(bytes([body[0] ^ 1]) + body[1:], now)
    ),
    "time altered": _Form(
        _FALSE, lambda body, now: usual(body, now).replace(b"t=%d" % now, b"t=%d" % (now - 1))
    ),
    "legacy form": _Form("401 signature_legacy", lambda body, _now: sign_legacy(body).encode()),
    "comma at the end": _Form(_BAD, _written("t={t},v1={mac},")),
    "8 kB": _Form(_BAD, lambda _body, _now: b"x" * 8000),
}


def _case(name: str, form: _Form) -> Case:
    body = event(f"evt_signature_{name}")
    request = post(body, signature=SIGNATURE, headers=(_JUNK,))
    return Case(name, request, form.answer, body, form.value)


_BODY = event("evt_signature")
CASES = (
    Case("absent", post(_BODY, signature=None), "401 signature_missing"),
    Case(
        "twice",
        post(_BODY, signature=SIGNATURE, headers=(f"X-Signature: {SIGNATURE}",)),
        "401 signature_repeated",
        _BODY,
    ),
    Case(
        "of a webhook id that nobody knows",
        post(event("evt_whk"), signature=SIGNATURE, headers=("X-Webhook-ID: whk_nobody",)),
        _GOOD,
        event("evt_whk"),
    ),
    *(_case(name, form) for name, form in _FORMS.items()),
)
