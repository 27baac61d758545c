"""Webhook: one subscription at cStar that delivers here, and what it may bring."""

import msgspec

from gateway.pipeline.subscription import Subscription

__all__ = ["Webhook"]

_EVERYTHING = Subscription(["*"])


class Webhook(msgspec.Struct, frozen=True):
    """One `[[webhooks]]` of the configuration, without its secrets.

    Attributes:
        name: for people, metrics and quarantine headers.
        events: the types that go to their category topics.
        flat: whether `flat` is added to the value.
        teams: the teams it may speak for; empty for any.
        legacy_signature: whether the `sha256=` form, which never expires, is taken.
    """

    name: str
    events: Subscription = _EVERYTHING
    flat: bool = True
    teams: frozenset[str] = frozenset()
    legacy_signature: bool = False
