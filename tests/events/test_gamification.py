"""Bosses, players and applause."""

from gateway.events import (
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
from tests.events.reading import read

RILEY = {"agent_id": "usr_1", "name": "Riley"}
SAM = {"agent_id": "usr_2", "name": "Sam"}


def test_boss() -> None:
    """A boss is told as far as the moment needs it, with integers exact at any size."""
    boss = {"id": "boss_1", "name": "The Thunder Drake", "level": 4, "max_hp": 2**53 + 1}
    assert read(BossSpawned, {"boss": boss}).data.boss.max_hp == 2**53 + 1
    hit = read(
        BossDamaged, {"boss": {"id": "boss_1", "current_hp": 740}, "damage": 120, "by": RILEY}
    ).data
    assert (hit.boss.current_hp, hit.damage, hit.by.name) == (740, 120, "Riley")
    fall = read(
        BossDefeated,
        {
            "boss": {"id": "boss_1", "name": "The Thunder Drake"},
            "final_blow_by": RILEY,
            "team_xp_awarded": 1500,
        },
    ).data
    assert (fall.final_blow_by.agent_id, fall.team_xp_awarded) == ("usr_1", 1500)


def test_level_up() -> None:
    """`from`, a word of Python's own, is `from_`; not every level unlocks a title."""
    data = read(PlayerLevelUp, {"player": RILEY, "level": {"from": 7, "to": 8}}).data
    assert (data.level.from_, data.level.to) == (7, 8)
    assert data.title_unlocked is None


def test_achievement() -> None:
    """The namespace is the player's: there is no `achievement.unlocked`."""
    data = read(
        PlayerAchievementUnlocked,
        {"player": RILEY, "achievement": {"id": "first_resolve", "name": "First", "xp": 50}},
    ).data
    assert data.achievement.xp == 50


def test_xp_gained() -> None:
    """Experience need not come from a ticket."""
    data = read(PlayerXpGained, {"player": RILEY, "amount": 75, "reason": "ticket.resolved"}).data
    assert (data.amount, data.reason, data.ticket_id) == (75, "ticket.resolved", None)


def test_quest() -> None:
    """A quest is told with the experience it gave."""
    quest = {"id": "resolve_5_tickets", "name": "Resolve 5 tickets today", "xp": 100}
    assert read(PlayerQuestCompleted, {"player": RILEY, "quest": quest}).data.quest.xp == 100


def test_streak() -> None:
    """A milestone is any number of days: cStar may add to 3, 5, 10 and 25."""
    data = read(PlayerStreakMilestone, {"player": RILEY, "streak_days": 50, "milestone": 50}).data
    assert data.milestone == 50


def test_one_up() -> None:
    """One agent applauds another, with or without words."""
    data = read(SocialOneUpSent, {"from": RILEY, "to": SAM, "ticket_id": "tkt_1"}).data
    assert (data.from_.name, data.to.name) == ("Riley", "Sam")
    assert data.message is None


def test_high_five() -> None:
    """One team applauds another."""
    data = read(
        SocialHighFiveSent,
        {
            "from_team": {"id": "team_acme", "name": "Acme Support"},
            "to_team": {"id": "team_globex", "name": "Globex Support"},
            "message": "Thanks for the assist!",
        },
    ).data
    assert (data.from_team.id, data.to_team.id) == ("team_acme", "team_globex")
