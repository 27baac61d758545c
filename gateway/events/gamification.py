"""Bosses, players and their applause: what `cstar.gamification` carries."""

from msgspec import UNSET, field

from gateway.events.envelope import Event
from gateway.events.shapes import Partial, Shape

__all__ = [
    "Achievement",
    "Boss",
    "BossDamaged",
    "BossDefeated",
    "BossSpawned",
    "Player",
    "PlayerAchievementUnlocked",
    "PlayerLevelUp",
    "PlayerQuestCompleted",
    "PlayerStreakMilestone",
    "PlayerXpGained",
    "Quest",
    "SocialHighFiveSent",
    "SocialOneUpSent",
    "Team",
]


class PartialBoss(Shape):
    """A boss, told in part: only `id` is sure."""

    id: str
    name: Partial[str] = UNSET
    level: Partial[int] = UNSET
    max_hp: Partial[int] = UNSET
    current_hp: Partial[int] = UNSET


class Boss(PartialBoss):
    """A new boss, at full health."""

    name: str
    level: int
    max_hp: int


class DamagedBoss(PartialBoss):
    """A boss that was hit."""

    current_hp: int


class DefeatedBoss(PartialBoss):
    """A boss that fell."""

    name: str


class Player(Shape):
    """An agent who plays."""

    agent_id: str
    name: str


class Level(Shape):
    """A step up.

    Attributes:
        from_: the level before; `from` on the wire.
        to: the level now.
    """

    from_: int = field(name="from")
    to: int


class Achievement(Shape):
    """What a player achieved, and the experience it gave."""

    id: str
    name: str
    xp: int


class Quest(Shape):
    """What a player set out to do, and the experience it gave."""

    id: str
    name: str
    xp: int


class Team(Shape):
    """A team that greets another."""

    id: str
    name: str


class BossSpawnedData(Shape):
    """The new boss."""

    boss: Boss


class BossDamagedData(Shape):
    """The hit and who dealt it."""

    boss: DamagedBoss
    damage: int
    by: Player


class BossDefeatedData(Shape):
    """The fall, who brought it about, and what the team won."""

    boss: DefeatedBoss
    final_blow_by: Player
    team_xp_awarded: int


class PlayerLevelUpData(Shape):
    """The player's step up; not every level unlocks a title."""

    player: Player
    level: Level
    title_unlocked: str | None = None


class PlayerAchievementUnlockedData(Shape):
    """The player and the achievement."""

    player: Player
    achievement: Achievement


class PlayerXpGainedData(Shape):
    """The experience a player gained, why, and for which ticket if for one.

    Attributes:
        amount: experience points.
        reason: such as `ticket.resolved`.
    """

    player: Player
    amount: int
    reason: str
    ticket_id: str | None = None


class PlayerQuestCompletedData(Shape):
    """The player and the quest."""

    player: Player
    quest: Quest


class PlayerStreakMilestoneData(Shape):
    """How long the player kept at it.

    Attributes:
        streak_days: days in a row.
        milestone: the milestone reached, in days.
    """

    player: Player
    streak_days: int
    milestone: int


class SocialOneUpSentData(Shape):
    """Applause from one agent to another.

    Attributes:
        from_: who sent it; `from` on the wire.
        to: who it is for.
        ticket_id: the ticket it is about, if any.
        message: what was said, if anything.
    """

    from_: Player = field(name="from")
    to: Player
    ticket_id: str | None = None
    message: str | None = None


class SocialHighFiveSentData(Shape):
    """Applause from one team to another, with or without words."""

    from_team: Team
    to_team: Team
    message: str | None = None


class BossSpawned(Event[BossSpawnedData], tag="boss.spawned"):
    """Fired when a boss appears."""


class BossDamaged(Event[BossDamagedData], tag="boss.damaged"):
    """Fired every time a closed ticket damages the active boss."""


class BossDefeated(Event[BossDefeatedData], tag="boss.defeated"):
    """Fired when the active boss is defeated."""


class PlayerLevelUp(Event[PlayerLevelUpData], tag="player.level_up"):
    """Fired when a player reaches a new level."""


class PlayerAchievementUnlocked(
    Event[PlayerAchievementUnlockedData], tag="player.achievement_unlocked"
):
    """Fired when a player unlocks an achievement."""


class PlayerXpGained(Event[PlayerXpGainedData], tag="player.xp_gained"):
    """Fired when a player gains experience."""


class PlayerQuestCompleted(Event[PlayerQuestCompletedData], tag="player.quest_completed"):
    """Fired when a player completes a quest."""


class PlayerStreakMilestone(Event[PlayerStreakMilestoneData], tag="player.streak_milestone"):
    """Fired at 3, 5, 10, and 25 day milestones."""


class SocialOneUpSent(Event[SocialOneUpSentData], tag="social.one_up_sent"):
    """Fired when one agent applauds another."""


class SocialHighFiveSent(Event[SocialHighFiveSentData], tag="social.high_five_sent"):
    """Fired when one team applauds another."""
