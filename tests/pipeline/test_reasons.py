"""The table of endings is total and keeps its promises."""

import pytest

from gateway.pipeline.reasons import ENDINGS, Outcome, Reason

STATUSES = {
    Outcome.ACCEPTED: {202},
    Outcome.DUPLICATE: {200},
    Outcome.FILTERED: {200},
    Outcome.QUARANTINED: {202},
    Outcome.REJECTED: {400, 401, 404, 405, 408, 413, 415, 417, 431},
    Outcome.UNAVAILABLE: {503},
}


def test_every_reason_has_its_ending() -> None:
    """No reason is without a row, and no row without a reason."""
    assert set(ENDINGS) == set(Reason)
    assert {ending.outcome for ending in ENDINGS.values()} == set(Outcome)


@pytest.mark.parametrize("reason", Reason)
def test_status_follows_the_outcome(reason: Reason) -> None:
    """Each outcome answers only with the statuses of its row; 500 is none of them."""
    ending = ENDINGS[reason]
    assert ending.status in STATUSES[ending.outcome]
    assert ending.title.endswith(".")


@pytest.mark.parametrize("reason", Reason)
def test_what_cstar_should_send_again_is_not_2xx(reason: Reason) -> None:
    """All but 2xx is retried: a 2xx reason is never retriable, and every 503 is."""
    ending = ENDINGS[reason]
    if ending.status < 300:
        assert not ending.retriable
    if ending.status == 503:
        assert ending.retriable
