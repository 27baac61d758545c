"""cStar's events as types: `from gateway.events import TicketCreated, decode`.

```
match decode(record.value):
    case TicketCreated(data=data):
        greet(data.customer.email, data.ticket.prefixed_id)
    case UnknownEvent(type=name):
        ...
```

One module per category holds the structs of what is in `data`; `catalogue` is the one table of
them; `decoding` is for consumers, `contract` for the gateway. Nothing here does I/O.
"""

from gateway.events.articles import (
    ArticleCreated,
    ArticleDeleted,
    ArticlePublished,
    ArticleUpdated,
)
from gateway.events.catalogue import CATALOGUE, CATEGORIES, EventType
from gateway.events.community import (
    CommunityPostCommented,
    CommunityPostCreated,
    CommunityPostDeleted,
    CommunityPostStatusChanged,
    CommunityPostUpdated,
    CommunityPostVoted,
)
from gateway.events.customers import (
    CustomerCreated,
    CustomerDeleted,
    CustomerGroupCreated,
    CustomerGroupDeleted,
    CustomerGroupUpdated,
    CustomerUpdated,
)
from gateway.events.decoding import EventError, decode, decode_plain
from gateway.events.envelope import Event, UnknownEvent
from gateway.events.gamification import (
    BossDamaged,
    BossDefeated,
    BossSpawned,
    PlayerAchievementUnlocked,
    PlayerLevelUp,
    PlayerQuestCompleted,
    PlayerStreakMilestone,
    PlayerXpGained,
    SocialHighFiveSent,
    SocialOneUpSent,
)
from gateway.events.surveys import SurveySubmitted
from gateway.events.team import AgentPreferencesUpdated, TeamPreferencesUpdated
from gateway.events.tickets import (
    TicketAssigned,
    TicketClosed,
    TicketCreated,
    TicketDeleted,
    TicketMessageAdded,
    TicketUpdated,
)

__all__ = [
    "CATALOGUE",
    "CATEGORIES",
    "AgentPreferencesUpdated",
    "ArticleCreated",
    "ArticleDeleted",
    "ArticlePublished",
    "ArticleUpdated",
    "BossDamaged",
    "BossDefeated",
    "BossSpawned",
    "CommunityPostCommented",
    "CommunityPostCreated",
    "CommunityPostDeleted",
    "CommunityPostStatusChanged",
    "CommunityPostUpdated",
    "CommunityPostVoted",
    "CustomerCreated",
    "CustomerDeleted",
    "CustomerGroupCreated",
    "CustomerGroupDeleted",
    "CustomerGroupUpdated",
    "CustomerUpdated",
    "Event",
    "EventError",
    "EventType",
    "PlayerAchievementUnlocked",
    "PlayerLevelUp",
    "PlayerQuestCompleted",
    "PlayerStreakMilestone",
    "PlayerXpGained",
    "SocialHighFiveSent",
    "SocialOneUpSent",
    "SurveySubmitted",
    "TeamPreferencesUpdated",
    "TicketAssigned",
    "TicketClosed",
    "TicketCreated",
    "TicketDeleted",
    "TicketMessageAdded",
    "TicketUpdated",
    "UnknownEvent",
    "decode",
    "decode_plain",
]
