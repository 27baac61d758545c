"""Surveys of satisfaction."""

from typing import Any

import pytest
from msgspec import UNSET

from gateway.events import SurveySubmitted
from tests.events.reading import read


@pytest.mark.parametrize("told", [{}, {"comment": None}, {"comment": "Resolved fast, thank you!"}])
def test_submitted(told: dict[str, Any]) -> None:
    """A customer need not add words to a score."""
    survey = {
        "id": "svy_1",
        "ticket_id": "tkt_1",
        "score": 5,
        "submitted_at": "2026-04-27T19:30:00.000Z",
    }
    data = read(
        SurveySubmitted,
        {"survey": survey | told, "customer": {"id": "cus_1", "email": "casey@example.com"}},
    ).data
    assert data.survey.score == 5
    assert data.survey.comment == told.get("comment")
    assert data.customer.name is UNSET
