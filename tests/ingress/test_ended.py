"""The line of a delivery's ending: at its reason's level, once, and only where it is written."""

import logging

import pytest
from structlog.testing import capture_logs

from gateway.ingress import ended
from gateway.ingress.ended import log_ending
from gateway.pipeline.reasons import ENDINGS, Outcome, Reason
from gateway.pipeline.verdict import Verdict


@pytest.mark.parametrize("reason", Reason)
def test_an_ending_is_told_at_its_level(reason: Reason, caplog: pytest.LogCaptureFixture) -> None:
    """As the table says; but for what is told elsewhere, and for what is no request."""
    caplog.set_level(logging.DEBUG)
    with capture_logs() as lines:
        log_ending(Verdict(reason, "evt_1", "ticket.created", "why"))
    quiet = {Reason.HTTP_MALFORMED, Reason.HEADERS_TOO_LARGE, Reason.INTERNAL_ERROR}
    elsewhere = ENDINGS[reason].outcome is Outcome.QUARANTINED or reason in quiet
    expected = [] if elsewhere else [ENDINGS[reason].level]
    assert [line["log_level"] for line in lines] == expected
    assert all(line["reason"] == reason.value for line in lines)


@pytest.mark.parametrize("logger", [None, ended.__name__], ids=["of all", "of these lines"])
def test_nothing_is_made_of_a_line_that_is_not_written(
    logger: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """An accepted event is not told at INFO, whoever set that level."""
    caplog.set_level(logging.INFO, logger)
    with capture_logs() as lines:
        log_ending(Verdict(Reason.ACKED, "evt_1"))
        log_ending(Verdict(Reason.SIGNATURE_MISMATCH))
    assert [line["reason"] for line in lines] == ["signature_mismatch"]
