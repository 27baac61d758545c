"""Deliveries: what the intake notices, by closed labels."""

import pytest

from gateway.metrics.deliveries import DeliveryMeter
from tests.metrics.reading import Reading

NOW = 1_777_315_331.0
MATCHES = "cstar_gateway_signature_matches_total"
LAST = "cstar_gateway_signature_last_match_timestamp_seconds"
DRIFT = "cstar_gateway_contract_drift_total"


@pytest.fixture
def reading() -> Reading:
    """Return an empty book."""
    return Reading()


@pytest.fixture
def meter(reading: Reading) -> DeliveryMeter:
    """Return a meter of one webhook with an old secret and a new one."""
    return DeliveryMeter(reading.book, {"crm": 2}, lambda: NOW)


def test_each_secret_is_followed(reading: Reading, meter: DeliveryMeter) -> None:
    """Which secret proves, and when it last did: an old one is retired when its time stands."""
    meter.signature_matched("crm", 1, 0.4)
    meter.signature_matched("crm", 1, None)
    assert reading.value(MATCHES, webhook="crm", secret="1") == 2
    assert reading.value(MATCHES, webhook="crm", secret="0") == 0
    assert reading.value(LAST, webhook="crm", secret="1") == NOW
    assert reading.value(LAST, webhook="crm", secret="0") == 0


def test_skew_has_a_sign(reading: Reading, meter: DeliveryMeter) -> None:
    """A clock that is behind and one that is ahead are told apart; the legacy form has none."""
    name = "cstar_gateway_clock_skew_seconds_bucket"
    for skew in (-61.0, 0.5, None):
        meter.signature_matched("crm", 0, skew)
    assert reading.value(name, le="-60.0") == 1
    assert reading.value(name, le="0.0") == 1
    assert reading.value(name, le="1.0") == 2
    assert reading.value(name, le="+Inf") == 2


def test_duplicates_are_known_by_their_age(reading: Reading, meter: DeliveryMeter) -> None:
    """Each of cStar's retries has a bucket of its own: 30 s later, 2 min after that, and so on."""
    name = "cstar_gateway_idempotency_hit_age_seconds_bucket"
    bounds = ("60.0", "300.0", "1200.0", "5400.0", "28800.0", "118800.0")
    retries = (30, 150, 750, 4_350, 25_950, 112_350)
    for number, (age, bound) in enumerate(zip(retries, bounds, strict=True)):
        assert reading.value(name, le=bound) == number
        meter.duplicate(age + 5.0)
        assert reading.value(name, le=bound) == number + 1


def test_an_event_that_does_not_come_again_is_counted(
    reading: Reading, meter: DeliveryMeter
) -> None:
    """The seventh failure is the last."""
    meter.last_attempt_failed()
    assert reading.value("cstar_gateway_last_attempts_failed_total") == 1


@pytest.mark.parametrize(
    ("number", "label"), [(1, "1"), (7, "7"), (8, "other"), (999, "other"), (None, "other")]
)
def test_attempts_are_seven_and_others(
    reading: Reading, meter: DeliveryMeter, number: int | None, label: str
) -> None:
    """An unsigned header cannot make a label."""
    meter.attempt(number)
    assert reading.value("cstar_gateway_delivery_attempt_total", attempt=label) == 1


def test_oddities_are_counted(reading: Reading, meter: DeliveryMeter) -> None:
    """Late, conflicting, possibly double: each has its counter."""
    meter.late()
    meter.id_conflict()
    meter.possible_duplicate()
    meter.header_mismatch("X-Event-ID")
    meter.header_mismatch("X-Anything")
    for name in ("late", "possible_duplicates", "idempotency_conflicts"):
        assert reading.value(f"cstar_gateway_{name}_total") == 1
    assert reading.value("cstar_gateway_header_mismatch_total", header="X-Event-ID") == 1
    assert reading.value("cstar_gateway_header_mismatch_total", header="other") == 1


def test_drift_is_by_type_and_kind(reading: Reading, meter: DeliveryMeter) -> None:
    """What drifts is known by its type; what the catalogue lacks is `other`."""
    meter.drift("ticket.created", "missing")
    meter.drift("invented.type", "unknown_type")
    meter.drift("ticket.created", "invented kind")
    assert reading.value(DRIFT, event_type="ticket.created", kind="missing") == 1
    assert reading.value(DRIFT, event_type="other", kind="unknown_type") == 1
    assert reading.value(DRIFT, event_type="ticket.created", kind="other") == 1
    assert reading.value(DRIFT, event_type="ticket.closed", kind="unknown_field") == 0
