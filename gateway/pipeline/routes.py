"""Routes: which topics an event goes to, and in which payload form.

The set of topics is closed when the gateway starts: no topic name is ever built from a request.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import final

from gateway.events.catalogue import CATALOGUE, CATEGORIES, category_of
from gateway.pipeline.fact import Fact
from gateway.pipeline.plain import Plain
from gateway.pipeline.subscription import Subscription
from gateway.pipeline.webhook import Webhook

__all__ = ["Destination", "Payload", "Route", "Router", "Topics"]


class Payload(StrEnum):
    """The form of a record's value.

    `event`: the event as sent, plus `flat`. `nested`: without `flat`. `flat`: the envelope's fields
    and the flat fields on one level.
    """

    EVENT = "event"
    NESTED = "nested"
    FLAT = "flat"


class Route(Fact, frozen=True):
    """One `[[routes]]`: a copy of what it matches goes to its topic."""

    match: Subscription
    topic: str
    payload: Payload = Payload.EVENT


@final
class Destination(Plain):
    """Where one record of an event goes, and in which form."""

    __slots__ = ("payload", "topic")

    def __init__(self, topic: str, payload: Payload) -> None:
        self.topic = topic
        self.payload = payload

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.topic, self.payload


class Topics(Fact, frozen=True):
    """The gateway's own topics, named `<prefix>.<what>`."""

    prefix: str

    def category(self, name: str) -> str:
        """Return the topic of a category: one of the seven, or `other`."""
        return f"{self.prefix}.{name}"

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category topic, `other` last."""
        return tuple(self.category(name) for name in (*CATEGORIES, "other"))

    @property
    def quarantine(self) -> str:
        """The topic of what is authentic but unusable."""
        return f"{self.prefix}.quarantine"

    @property
    def idempotency(self) -> str:
        """The journal's topic."""
        return f"{self.prefix}.idempotency"


@final
class Router:
    """The closed map from event type to destinations.

    Args:
        topics: the gateway's own topics.
        routes: copies beyond them, in the configuration's order.
    """

    __slots__ = ("_category_topics", "_routes", "_unwanted", "_wanted", "topics")

    def __init__(self, topics: Topics, routes: Sequence[Route] = ()) -> None:
        self.topics = topics
        self._routes = tuple(routes)
        self._category_topics = {name: topics.category(name) for name in (*CATEGORIES, "other")}
        self._wanted = {name: self._compute(name, wanted=True) for name in CATALOGUE}
        self._unwanted = {name: self._compute(name, wanted=False) for name in CATALOGUE}

    def destinations(self, event_type: str, webhook: Webhook) -> tuple[Destination, ...]:
        """Return where an event goes; empty where neither the webhook nor a route wants it.

        The webhook's `events` decide on the category topic, the routes on their copies.
        """
        wanted = webhook.events.wants(event_type)
        known = (self._wanted if wanted else self._unwanted).get(event_type)
        return known if known is not None else self._compute(event_type, wanted=wanted)

    def _compute(self, event_type: str, *, wanted: bool) -> tuple[Destination, ...]:
        own = Destination(self._category_topics[category_of(event_type)], Payload.EVENT)
        copies = (
            Destination(route.topic, route.payload)
            for route in self._routes
            if route.match.wants(event_type)
        )
        return tuple(dict.fromkeys([own, *copies] if wanted else copies))
