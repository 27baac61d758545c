"""Where events go."""

import pytest

from gateway.pipeline.routes import Destination, Payload, Route, Router, Topics
from gateway.pipeline.subscription import Subscription
from gateway.pipeline.webhook import Webhook

TOPICS = Topics("cstar")
EVERYTHING = Webhook("all")


@pytest.mark.parametrize(
    ("event_type", "topic"),
    [
        ("ticket.created", "cstar.tickets"),
        ("customer_group.deleted", "cstar.customers"),
        ("agent.preferences_updated", "cstar.team"),
        ("social.high_five_sent", "cstar.gamification"),
        ("community_post.voted", "cstar.community"),
        ("ticket.reopened", "cstar.tickets"),
        ("ticket.", "cstar.tickets"),
        ("invoice.paid", "cstar.other"),
        ("../../x", "cstar.other"),
        ("ticket", "cstar.other"),
        ("t\u0456cket.created", "cstar.other"),
    ],
)
def test_category_topics(event_type: str, topic: str) -> None:
    """A type goes to its namespace's category; an unknown namespace goes to `other`."""
    destinations = Router(TOPICS).destinations(event_type, EVERYTHING)
    assert destinations == (Destination(topic, Payload.EVENT),)


def test_copies() -> None:
    """Every route that matches adds a copy in its form, after the category's record."""
    router = Router(
        TOPICS,
        [
            Route(Subscription(["ticket.*"]), "crm.tickets", Payload.FLAT),
            Route(Subscription(["*"]), "audit", Payload.NESTED),
            Route(Subscription(["boss.*"]), "fun"),
        ],
    )
    assert router.destinations("ticket.closed", EVERYTHING) == (
        Destination("cstar.tickets", Payload.EVENT),
        Destination("crm.tickets", Payload.FLAT),
        Destination("audit", Payload.NESTED),
    )


def test_a_destination_is_named_once() -> None:
    """Two routes that say the same make one copy, not two."""
    same = Route(Subscription(["*"]), "audit", Payload.FLAT)
    assert len(Router(TOPICS, [same, same]).destinations("ticket.closed", EVERYTHING)) == 2


def test_what_nobody_wants_goes_nowhere() -> None:
    """The webhook's events decide on the category topic and routes on their own copies."""
    webhook = Webhook("tickets only", Subscription(["ticket.*"]))
    router = Router(TOPICS, [Route(Subscription(["boss.*"]), "fun")])
    assert router.destinations("customer.created", webhook) == ()
    assert router.destinations("unheard.of", webhook) == ()
    assert router.destinations("boss.spawned", webhook) == (Destination("fun", Payload.EVENT),)


def test_the_set_of_topics_is_closed() -> None:
    """The gateway's topics are the seven categories, other, quarantine and idempotency."""
    assert Topics("p").categories == (
        "p.tickets",
        "p.customers",
        "p.articles",
        "p.team",
        "p.gamification",
        "p.community",
        "p.surveys",
        "p.other",
    )
    assert (Topics("p").quarantine, Topics("p").idempotency) == ("p.quarantine", "p.idempotency")
