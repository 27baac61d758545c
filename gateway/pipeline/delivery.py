"""Delivery: one signed request, proved. `verify` is the only way to one from the wire.

`restore` is the way to one from the quarantine, which only what was verified once ever entered;
`vouch` the way to one from a file of stored events, whose signatures nobody kept.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from multidict import istr

from gateway.pipeline.fact import Fact
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.signature import Keyring, parse_signature
from gateway.pipeline.webhook import Webhook

__all__ = ["ASKED", "Delivery", "Headers", "Hints", "read_hints", "restore", "verify", "vouch"]

# As istr they need not be folded for every request.
_SIGNATURE = istr("X-Signature")
_EVENT_ID = istr("X-Event-ID")
_EVENT_TYPE = istr("X-Event-Type")
_WEBHOOK_ID = istr("X-Webhook-ID")
_DELIVERY_ATTEMPT = istr("X-Delivery-Attempt")
_REQUEST_ID = istr("x-cstar-request-id")
_TRACE = istr("traceparent")

ASKED: Sequence[str] = (
    _SIGNATURE,
    _EVENT_ID,
    _EVENT_TYPE,
    _WEBHOOK_ID,
    _DELIVERY_ATTEMPT,
    _REQUEST_ID,
    _TRACE,
)
"""The header fields that are asked for here, as they are asked for."""

_LONGEST = 128  # characters of a hint
_ATTEMPTS: dict[str | None, int] = {str(number): number for number in range(1, 1000)}
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C trace context


class Names(Protocol):
    """What a first value can be asked of, by its header's name."""

    def get(self, key: str, /) -> str | None:
        """Return the first value, or None."""


class Headers(Names, Protocol):
    """Request headers, names matched without regard to case (multidict's `CIMultiDict`)."""

    def getall(self, key: str, default: Sequence[str], /) -> Sequence[str]:
        """Return every value in order, or `default`."""


class Hints(Fact, frozen=True):
    """What unsigned headers claim; None where absent or not well formed.

    Never identity, route or key: the signed body decides those.
    """

    event_id: str | None = None
    event_type: str | None = None
    webhook_id: str | None = None
    attempt: int | None = None
    request_id: str | None = None
    traceparent: str | None = None


_NO_HINTS = Hints()


class Delivery(Fact, frozen=True):
    """One signed request whose signature holds.

    Attributes:
        body: the raw bytes that were signed.
        webhook: whose secret proved it.
        key_index: which of the webhook's secrets, from 0; -1 where that is no longer known.
        arrived_at: our clock when the body was whole, seconds since the epoch.
        signed_at: cStar's clock when it signed, seconds since the epoch; None in the legacy form,
            and where it is no longer known.
        hints: what the unsigned headers claim.
    """

    body: bytes
    webhook: Webhook
    key_index: int
    arrived_at: float
    signed_at: int | None
    hints: Hints


def verify(
    headers: Headers, body: bytes, keyring: Keyring, *, now: float, tolerance: float = 300.0
) -> Delivery:
    """Prove that cStar signed the body, lately, with a secret of the keyring.

    Args:
        headers: of the request; `X-Signature` must be there exactly once.
        body: raw bytes as they came.
        keyring: the secrets that may sign.
        now: our clock, seconds since the epoch.
        tolerance: how far `t` may be from `now` on either side, seconds (cStar's rule: 300).

    Raises:
        Ended: one of the `signature_*` reasons. The time is judged last, so that only a true
            signature is told that it is stale.
    """
    signature = parse_signature(headers.getall(_SIGNATURE, ()))
    key = keyring.match(signature, body)
    signed_at = None
    if signature.time is not None:
        signed_at = int(signature.time)
        if now - signed_at > tolerance:
            raise Ended(Reason.SIGNATURE_STALE, f"signed {now - signed_at:.0f} s ago")
        if signed_at - now > tolerance:
            raise Ended(Reason.SIGNATURE_FUTURE, f"signed {signed_at - now:.0f} s ahead")
    return Delivery(body, key.webhook, key.index, now, signed_at, read_hints(headers))


def restore(body: bytes, webhook: Webhook, hints: Hints, *, now: float) -> Delivery:
    """Return a delivery that was verified when it came, from what the quarantine kept of it.

    Never for what comes from the wire: nothing is proved here. A signature cannot be checked again,
    for its time is long over; whose secret proved it is what the quarantine's record says.

    Args:
        body: the raw bytes that were signed.
        webhook: whose secret proved them.
        hints: what the unsigned headers claimed.
        now: our clock, seconds since the epoch: of the replay, for that is when it arrives.
    """
    return Delivery(body, webhook, -1, now, None, hints)


def vouch(body: bytes, webhook: Webhook, *, now: float) -> Delivery:
    """Return a delivery of a stored event: an operator, at the command line, vouches for it.

    Never for what comes from the wire: nothing is proved here.

    Args:
        body: the raw bytes of the event.
        webhook: under whose rules it goes.
        now: our clock, seconds since the epoch, for that is when it arrives.
    """
    return Delivery(body, webhook, -1, now, None, _NO_HINTS)


def read_hints(headers: Names) -> Hints:
    """Read cStar's unsigned headers, leaving out whatever is not well formed."""
    get = headers.get
    traceparent = get(_TRACE)
    return Hints(
        _token(get(_EVENT_ID)),
        _known_token(get(_EVENT_TYPE)),
        _known_token(get(_WEBHOOK_ID)),
        _ATTEMPTS.get(get(_DELIVERY_ATTEMPT)),
        _token(get(_REQUEST_ID)),
        traceparent if traceparent is not None and _TRACEPARENT.fullmatch(traceparent) else None,
    )


def _token(value: str | None) -> str | None:
    """Return what is of visible ASCII throughout, and not too long."""
    if value and len(value) <= _LONGEST and value.isascii() and value.isprintable():
        return value if " " not in value else None
    return None


_known_token = lru_cache(maxsize=1024)(_token)  # for what comes with many deliveries
