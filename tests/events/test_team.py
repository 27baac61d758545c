"""Preferences: free-form, with camelCase names inside snake_case fields."""

from gateway.events import AgentPreferencesUpdated, TeamPreferencesUpdated
from tests.events.reading import read


def test_team() -> None:
    """A team's preferences keep the names and the JSON types they were sent with."""
    data = read(
        TeamPreferencesUpdated,
        {
            "team_id": "team_1",
            "changed": ["bossBattlesEnabled", "quietHours"],
            "preferences": {"bossBattlesEnabled": False, "quietHours": {"from": "22:00"}},
        },
    ).data
    assert data.changed == ("bossBattlesEnabled", "quietHours")
    assert data.preferences == {"bossBattlesEnabled": False, "quietHours": {"from": "22:00"}}


def test_agent() -> None:
    """An agent's preferences say whose they are."""
    data = read(
        AgentPreferencesUpdated,
        {
            "team_id": "team_1",
            "member_id": "mem_1",
            "agent_id": "agt_1",
            "changed": ["boringMode"],
            "preferences": {"boringMode": True},
        },
    ).data
    assert (data.team_id, data.member_id, data.agent_id) == ("team_1", "mem_1", "agt_1")
    assert data.preferences["boringMode"] is True
