"""Ledger: received is the sum of the outcomes."""

import pytest

from gateway.events.catalogue import CATALOGUE
from gateway.metrics.ledger import Ledger
from gateway.pipeline.reasons import ENDINGS, Outcome, Reason
from tests.metrics.reading import Reading

ENDED = "cstar_gateway_deliveries_total"


@pytest.fixture
def reading() -> Reading:
    """Return an empty book."""
    return Reading()


@pytest.mark.parametrize("reason", Reason)
def test_an_ending_is_one_line_of_the_ledger(reading: Reading, reason: Reason) -> None:
    """Each reason is counted under its outcome, and balances what was received."""
    ledger = Ledger(reading.book)
    ledger.received()
    assert ledger.in_flight == 1
    ledger.ended(reason, "ticket.created")
    assert ledger.in_flight == 0
    outcome = ENDINGS[reason].outcome
    assert reading.value(ENDED, outcome=outcome, reason=reason, event_type="ticket.created") == 1
    assert reading.value("cstar_gateway_deliveries_received_total") == 1


@pytest.mark.parametrize("event_type", ["", "ticket.invented", "../etc", "é", "none\n"])
def test_no_type_from_the_wire_becomes_a_label(reading: Reading, event_type: str) -> None:
    """Whatever is not in the catalogue is `other`."""
    Ledger(reading.book).ended(Reason.ACKED, event_type)
    assert reading.value(ENDED, outcome="accepted", reason="acked", event_type="other") == 1
    assert reading.value(ENDED, outcome="accepted", reason="acked", event_type=event_type) is None


def test_every_foreseen_ending_is_there_at_zero(reading: Reading) -> None:
    """An alert on the first quarantine, or the first 503, of a type sees an increase."""
    Ledger(reading.book)
    for event_type in (*CATALOGUE, "other"):
        for reason, ending in ENDINGS.items():
            if ending.outcome is Outcome.REJECTED or reason is Reason.OVERLOADED:
                continue
            assert (
                reading.value(ENDED, outcome=ending.outcome, reason=reason, event_type=event_type)
                == 0
            )
    assert reading.value(ENDED, outcome="rejected", reason="http_malformed", event_type="none") == 0


def test_the_set_of_series_does_not_grow(reading: Reading) -> None:
    """What was foreseen is all there is: a million odd deliveries add no series."""
    ledger = Ledger(reading.book)
    before = len(reading.text().splitlines())
    for reason, ending in ENDINGS.items():
        none = ending.outcome is Outcome.REJECTED or reason is Reason.OVERLOADED
        for number in range(3):
            ledger.ended(reason, "none" if none else f"odd.{number}")
    assert len(reading.text().splitlines()) == before
