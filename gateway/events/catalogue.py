"""Catalogue: the one table of cStar's event types.

May live here: the table and what is read off it. May not: a second list of types anywhere else.
To add a type: write its struct, with its tag, in the module of its category; add it to the table;
`make docs`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from gateway.events import articles, community, customers, gamification, surveys, team, tickets
from gateway.events.envelope import Event

__all__ = [
    "CATALOGUE",
    "CATEGORIES",
    "NAMESPACES",
    "OTHER",
    "EventType",
    "category_of",
    "label_of",
]

_TABLE: Mapping[str, tuple[type[Event[Any]], ...]] = {
    "tickets": (
        tickets.TicketCreated,
        tickets.TicketUpdated,
        tickets.TicketClosed,
        tickets.TicketMessageAdded,
        tickets.TicketDeleted,
        tickets.TicketAssigned,
    ),
    "customers": (
        customers.CustomerCreated,
        customers.CustomerUpdated,
        customers.CustomerDeleted,
        customers.CustomerGroupCreated,
        customers.CustomerGroupUpdated,
        customers.CustomerGroupDeleted,
    ),
    "articles": (
        articles.ArticleCreated,
        articles.ArticlePublished,
        articles.ArticleUpdated,
        articles.ArticleDeleted,
    ),
    "team": (
        team.TeamPreferencesUpdated,
        team.AgentPreferencesUpdated,
    ),
    "gamification": (
        gamification.BossSpawned,
        gamification.BossDamaged,
        gamification.BossDefeated,
        gamification.PlayerLevelUp,
        gamification.PlayerAchievementUnlocked,
        gamification.PlayerXpGained,
        gamification.PlayerQuestCompleted,
        gamification.PlayerStreakMilestone,
        gamification.SocialOneUpSent,
        gamification.SocialHighFiveSent,
    ),
    "community": (
        community.CommunityPostCreated,
        community.CommunityPostUpdated,
        community.CommunityPostStatusChanged,
        community.CommunityPostCommented,
        community.CommunityPostDeleted,
        community.CommunityPostVoted,
    ),
    "surveys": (surveys.SurveySubmitted,),
}


class EventType(NamedTuple):
    """One row of the catalogue.

    Attributes:
        name: as cStar writes it, such as `ticket.created`.
        category: the topic's name after the prefix.
        struct: what `decode` builds.
        description: one sentence, "Fired when …".
    """

    name: str
    category: str
    struct: type[Event[Any]]
    description: str

    @property
    def namespace(self) -> str:
        """What stands before the dot; a subscription's wildcard (`ticket.*`) names it."""
        return self.name.partition(".")[0]


def _rows() -> dict[str, EventType]:
    rows = {}
    for category, structs in _TABLE.items():
        for struct in structs:
            name = str(struct.__struct_config__.tag)
            description = (struct.__doc__ or "").partition("\n")[0]
            rows[name] = EventType(name, category, struct, description)
    return rows


CATALOGUE: Mapping[str, EventType] = MappingProxyType(_rows())
"""The 35 types, by name, in the order of cStar's document."""

CATEGORIES: tuple[str, ...] = tuple(_TABLE)
"""The seven categories, in the order of cStar's document."""

NAMESPACES: Mapping[str, str] = MappingProxyType(
    {row.namespace: row.category for row in CATALOGUE.values()}
)
"""Namespace to category: where a type that is not in the catalogue belongs."""

OTHER = "other"
"""The category and the label of what the catalogue does not know."""


def category_of(event_type: str) -> str:
    """Return the category of an event type, known or not.

    A type that the catalogue lacks goes where its namespace goes; one of a namespace that the
    catalogue lacks too is `OTHER`. So the answer is always one of eight words.
    """
    row = CATALOGUE.get(event_type)
    if row is not None:
        return row.category
    namespace, dot, _ = event_type.partition(".")
    return NAMESPACES.get(namespace, OTHER) if dot else OTHER


def label_of(event_type: str) -> str:
    """Return the type itself where the catalogue has it, else `OTHER`: a closed set of labels."""
    return _LABELS.get(event_type, OTHER)


_LABELS: Final = {name: name for name in CATALOGUE}
