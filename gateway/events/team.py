"""Preferences of teams and of their agents: what `cstar.team` carries."""

from typing import Any

from gateway.events.envelope import Event
from gateway.events.shapes import Shape

__all__ = [
    "AgentPreferences",
    "AgentPreferencesUpdated",
    "TeamPreferences",
    "TeamPreferencesUpdated",
]


class TeamPreferences(Shape):
    """What a team prefers now.

    Attributes:
        changed: names of the preferences that changed, camelCase.
        preferences: free-form, camelCase names, such as `bossBattlesEnabled`.
    """

    team_id: str
    changed: tuple[str, ...]
    preferences: dict[str, Any]


class AgentPreferences(TeamPreferences):
    """What one agent prefers now, such as `boringMode`."""

    member_id: str
    agent_id: str


class TeamPreferencesUpdated(Event[TeamPreferences], tag="team.preferences_updated"):
    """Fired when team-wide UX preferences change."""


class AgentPreferencesUpdated(Event[AgentPreferences], tag="agent.preferences_updated"):
    """Fired when one agent's own preferences change."""
