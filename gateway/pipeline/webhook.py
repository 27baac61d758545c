"""Webhook: one subscription at cStar that delivers here, and what it may bring."""

from typing import final

from gateway.pipeline.plain import Plain
from gateway.pipeline.subscription import Subscription

__all__ = ["Webhook"]

_EVERYTHING = Subscription(["*"])


@final
class Webhook(Plain):
    """One `[[webhooks]]` of the configuration, without its secrets.

    Attributes:
        name: for people, metrics and quarantine headers.
        events: the types that go to their category topics.
        flat: whether `flat` is added to the value.
        teams: the teams it may speak for; empty for any.
        legacy_signature: whether the `sha256=` form, which never expires, is taken.
    """

    __slots__ = ("events", "flat", "legacy_signature", "name", "teams")

    def __init__(
        self,
        name: str,
        events: Subscription = _EVERYTHING,
        *,
        flat: bool = True,
        teams: frozenset[str] = frozenset(),
        legacy_signature: bool = False,
    ) -> None:
        self.name = name
        self.events = events
        self.flat = flat
        self.teams = teams
        self.legacy_signature = legacy_signature

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.name, self.events, self.flat, self.teams, self.legacy_signature
