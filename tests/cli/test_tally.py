"""Tally: an answer in the ledger's words, and the sum of many."""

import json

import pytest

from gateway.cli.tally import Tally, as_json, line, outcome_of
from gateway.pipeline.reasons import ENDINGS, Reason
from gateway.simulator.occurrence import happen
from gateway.simulator.sender import Attempt, Sent


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_by_its_outcome(reason: Reason) -> None:
    """A problem's reason names the outcome of the ledger."""
    answer = {"reason": reason.value, "status": ENDINGS[reason].status}
    assert outcome_of(Attempt(1, 400, 0.1, answer)) == ENDINGS[reason].outcome.value


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        (Attempt(1, 202, 0.1, {"status": "accepted", "id": "evt_1"}), "accepted"),
        (Attempt(1, 200, 0.1, {"status": "duplicate"}), "duplicate"),
        (Attempt(1, None, 0.1, {}, "nobody listens there"), "no answer"),
        (Attempt(1, 502, 0.1, {}), "answered"),
        (Attempt(1, 502, 0.1, {"reason": "of a proxy", "status": 502}), "answered"),
    ],
)
def test_other_answers_are_told_as_far_as_known(attempt: Attempt, outcome: str) -> None:
    """A success by its status, no answer as none, anything else as an answer."""
    assert outcome_of(attempt) == outcome


def test_an_answer_cannot_move_the_cursor() -> None:
    """What a server answers is escaped before it is shown."""
    answer = {"reason": "\x1b[2J", "title": "a\nb", "status": "\x1b]0;x\x07"}
    told = line(Sent(happen("ticket.closed"), (Attempt(1, 400, 0.1, answer),))).plain
    assert "\x1b" not in told
    assert "\x07" not in told
    assert told.count("\n") == 1


def test_the_sum_counts_events_by_their_last_attempt() -> None:
    """Two failures and a success are one success."""
    failed, good = Attempt(1, 503, 0.2, {}), Attempt(2, 202, 0.1, {"status": "accepted"})
    refused = Attempt(1, 401, 0.1, {"reason": "signature_mismatch"})
    tally = Tally()
    assert tally.text().plain == "0 sent"
    for attempts in ((failed, failed, good), (good,), (refused,), (failed,)):
        tally.add(Sent(happen("ticket.closed"), attempts))
    assert (tally.events, tally.succeeded, tally.refused) == (4, 2, 1)
    assert tally.text().plain.startswith("4 sent  2 accepted  1 rejected  1 answered  p50 ")


def test_for_machines_nothing_is_left_out() -> None:
    """Each attempt has number, status, outcome, reason, time and error."""
    sent = Sent(happen("ticket.closed"), (Attempt(1, None, 0.25, {}, "no answer within 10 s"),))
    (attempt,) = json.loads(as_json(sent))["attempts"]
    assert attempt == {
        "attempt": 1,
        "status": None,
        "outcome": "no answer",
        "reason": None,
        "milliseconds": 250.0,
        "error": "no answer within 10 s",
    }
