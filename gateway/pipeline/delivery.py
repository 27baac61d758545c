"""Delivery: one signed request, proved. `verify` is the only way to one from the wire.

`restore` is the way to one from the quarantine, which only what was verified once ever entered;
`vouch` the way to one from a file of stored events, whose signatures nobody kept.
"""

import re
from collections.abc import Sequence
from typing import Final, Protocol, final

from multidict import istr

from gateway.pipeline.plain import Plain
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.signature import Keyring
from gateway.pipeline.webhook import Webhook

__all__ = ["ASKED", "Delivery", "Headers", "Hints", "read_hints", "restore", "verify", "vouch"]

# As istr they need not be folded for every request.
_SIGNATURE: Final = istr("X-Signature")
_EVENT_ID: Final = istr("X-Event-ID")
_EVENT_TYPE: Final = istr("X-Event-Type")
_WEBHOOK_ID: Final = istr("X-Webhook-ID")
_DELIVERY_ATTEMPT: Final = istr("X-Delivery-Attempt")
_REQUEST_ID: Final = istr("x-cstar-request-id")
_TRACE: Final = istr("traceparent")

ASKED: Final[Sequence[str]] = (
    _SIGNATURE,
    _EVENT_ID,
    _EVENT_TYPE,
    _WEBHOOK_ID,
    _DELIVERY_ATTEMPT,
    _REQUEST_ID,
    _TRACE,
)
"""The header fields that are asked for here, as they are asked for."""

_LONGEST: Final = 128  # characters of a hint
_ATTEMPTS: Final[dict[str | None, int]] = {str(number): number for number in range(1, 1000)}
_MOST_KNOWN: Final = 1024
# W3C trace context
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Names(Protocol):
    """What a first value can be asked of, by its header's name."""

    def get(self, key: str, /) -> str | None:
        """Return the first value, or None."""


class Headers(Names, Protocol):
    """Request headers, names matched without regard to case (multidict's `CIMultiDict`)."""

    def getall(self, key: str, default: Sequence[str], /) -> Sequence[str]:
        """Return every value in order, or `default`."""


@final
class Hints(Plain):
    """What unsigned headers claim; None where absent or not well formed.

    Never identity, route or key: the signed body decides those.
    """

    __slots__ = ("_event_id", "_event_type", "attempt", "request_id", "traceparent", "webhook_id")

    def __init__(
        self,
        event_id: str | None = None,
        event_type: str | None = None,
        webhook_id: str | None = None,
        attempt: int | None = None,
        request_id: str | None = None,
        traceparent: str | None = None,
    ) -> None:
        self._event_id = event_id
        self._event_type = event_type
        self.webhook_id = webhook_id
        self.attempt = attempt
        self.request_id = request_id
        self.traceparent = traceparent

    @property
    def event_id(self) -> str | None:
        """The event's id. Nearly always it is only compared (`agree`), so it is judged here."""
        return _token(self._event_id)

    @property
    def event_type(self) -> str | None:
        """The event's type, likewise."""
        return _token(self._event_type)

    def agree(self, event_id: str, event_type: str) -> bool:
        """Tell whether both are there as the body says them; it may not be printable ASCII."""
        return self._event_id == event_id and self._event_type == event_type

    def told(self) -> tuple[object, ...]:
        """Return what they claim."""
        said = (self.event_id, self.event_type, self.webhook_id, self.attempt)
        return *said, self.request_id, self.traceparent

    def continued(self, traceparent: str) -> "Hints":
        """Return the same with another trace."""
        ids = self._event_id, self._event_type, self.webhook_id
        return Hints(*ids, self.attempt, self.request_id, traceparent)


_NO_HINTS = Hints()


@final
class Delivery(Plain):
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

    __slots__ = ("arrived_at", "body", "hints", "key_index", "signed_at", "webhook")

    def __init__(
        self,
        body: bytes,
        webhook: Webhook,
        key_index: int,
        arrived_at: float,
        signed_at: int | None,
        hints: Hints,
    ) -> None:
        self.body = body
        self.webhook = webhook
        self.key_index = key_index
        self.arrived_at = arrived_at
        self.signed_at = signed_at
        self.hints = hints

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        told = (self.body, self.webhook, self.key_index, self.arrived_at)
        return *told, self.signed_at, self.hints

    def continued(self, traceparent: str) -> "Delivery":
        """Return the same in another trace."""
        told = self.body, self.webhook, self.key_index, self.arrived_at
        return Delivery(*told, self.signed_at, self.hints.continued(traceparent))


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
    key, signed_at = keyring.prove(headers.getall(_SIGNATURE, ()), body)
    if signed_at is not None:
        age = now - signed_at
        if age > tolerance:
            raise Ended(Reason.SIGNATURE_STALE, f"signed {age:.0f} s ago")
        if -age > tolerance:
            raise Ended(Reason.SIGNATURE_FUTURE, f"signed {-age:.0f} s ahead")
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
        get(_EVENT_ID),
        get(_EVENT_TYPE),
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


_known: Final[dict[str | None, str]] = {}  # tokens that come with many deliveries


def _known_token(value: str | None) -> str | None:
    known = _known.get(value)
    if known is None:
        known = _token(value)
        if known is not None and len(_known) < _MOST_KNOWN:
            _known[value] = known
    return known
