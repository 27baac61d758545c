"""Throw: one request: a body, and headers that may or may not prove it."""

from random import Random
from typing import NamedTuple

from multidict import CIMultiDict

from tests.fuzz.mutation import any_body
from tests.signing import SECRET, sign, sign_legacy

__all__ = ["NOW", "Throw", "made"]

NOW = 1_777_315_331

_HINTS = {
    "X-Event-ID": ("evt_1", "evt_9", "", " ", "\udce9", "x" * 200, "a\tb", "é", "\uff11"),
    "X-Event-Type": ("ticket.created", "x", "\udcff", "../x", "😀"),
    "X-Webhook-ID": ("whk_1", "", "\udc80", "w" * 129),
    "X-Delivery-Attempt": ("1", "7", "0", "999", "1000", "-1", "1_0", "\uff17", "", "9" * 5000),
    "x-cstar-request-id": ("req_1", "\x7f", "r" * 128),
    "traceparent": ("00-" + "a" * 32 + "-" + "b" * 16 + "-01", "00-x", ""),
    "Content-Type": ("application/json",),
}
_PARTS = (
    *("t=", "v1=", ",", "=", "sha256=", "v0=", "t=1", "t=-1", "0", "\udce9", "\uff11", "a" * 64),
    *("f" * 63, "A" * 64, " ", "\t", "t=" + "9" * 20, "v1=" + "0" * 64, ",,", "t", "\x00", "é"),
)


class Throw(NamedTuple):
    """One request.

    Attributes:
        headers: names and values, as aiohttp hands them on.
        body: as it came.
        true: whether the signature is just as cStar writes it.
    """

    headers: tuple[tuple[str, str], ...]
    body: bytes
    true: bool

    def fields(self) -> CIMultiDict[str]:
        """Return the headers as the handler has them."""
        return CIMultiDict(self.headers)

    def of(self, body: bytes) -> "Throw":
        """Return the same with another body; a true signature stays true."""
        if not self.true:
            return self._replace(body=body)
        others = (one for one in self.headers if one[0] != "X-Signature")
        return Throw((("X-Signature", sign(body, NOW)), *others), body, true=True)


def made(seed: int, number: int) -> Throw:
    """Return the throw of this number under a seed: always the same."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 - to be made again, not to be secret
    body = any_body(rng)
    headers = [(name, rng.choice(values)) for name, values in _HINTS.items() if rng.random() < 0.4]
    true = rng.random() < 0.85
    if true:
        headers.insert(0, ("X-Signature", sign(body, NOW)))
    else:
        headers += [("X-Signature", value) for value in _signatures(rng, body)]
    return Throw(tuple(headers), body, true)


def _signatures(rng: Random, body: bytes) -> list[str]:
    """Return the values of no, one or two signature headers, most of them wrong."""
    return [_signature(rng, body) for _ in range(rng.choice((0, 1, 1, 1, 1, 1, 2)))]


def _signature(rng: Random, body: bytes) -> str:
    kind = rng.random()
    if kind < 0.1:
        return sign_legacy(body)
    if kind < 0.3:
        return sign(body, NOW + rng.choice((-301, -300, 300, 301, 0, 10**10)))
    if kind < 0.4:
        return sign(body, NOW, rng.choice((SECRET[:-1], "", SECRET + "\0")))
    if kind < 0.5:
        return "".join(rng.choice(_PARTS) for _ in range(rng.randrange(12)))
    value = list(sign(body, NOW))
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(value) + 1)
        if rng.random() < 0.5:
            value[at:at] = rng.choice(_PARTS)
        else:
            value[at : at + 1] = rng.choice("0123456789abcdefABCDEF=,tv \udce9")
    return "".join(value)
