"""Book: nothing is counted that is not in the one list."""

import pytest

from tests.metrics.reading import Reading


@pytest.fixture
def reading() -> Reading:
    """Return an empty book."""
    return Reading()


@pytest.mark.parametrize("name", ["cstar_gateway_nothing_total", "cstar_gateway_kafka_connected"])
def test_what_the_registry_does_not_have_cannot_be_opened(reading: Reading, name: str) -> None:
    """An unknown name, or a known one as another kind, is refused."""
    with pytest.raises(ValueError, match=name):
        reading.book.tally(name)
    with pytest.raises(ValueError, match=name):
        reading.book.distributions(name, [()])
    with pytest.raises(ValueError, match=name):
        reading.book.info(name)


def test_a_watched_gauge_has_the_labels_of_its_metric(reading: Reading) -> None:
    """Too many label values, or too few, are refused."""
    with pytest.raises(ValueError, match="0 labels"):
        reading.book.watch("cstar_gateway_http_connections", lambda: 1, "crm")
    with pytest.raises(ValueError, match="2 labels"):
        reading.book.watch("cstar_gateway_signature_last_match_timestamp_seconds", lambda: 1)


def test_info_has_the_labels_of_its_metric(reading: Reading) -> None:
    """What is said once is what the registry says can be said."""
    with pytest.raises(ValueError, match="does not have the labels"):
        reading.book.info("cstar_gateway_build_info", version="1", host="a")


def test_a_counter_is_there_at_zero_in_every_combination(reading: Reading) -> None:
    """The first event is an increase that an alert can see."""
    reading.book.tally("cstar_gateway_delivery_attempt_total")
    for attempt in ("1", "7", "other"):
        assert reading.value("cstar_gateway_delivery_attempt_total", attempt=attempt) == 0


def test_a_count_that_another_part_keeps_is_a_counter(reading: Reading) -> None:
    """What is watched is shown as the kind the registry says."""
    reading.book.watch("cstar_gateway_idempotency_dropped_marks_total", lambda: 7)
    assert reading.value("cstar_gateway_idempotency_dropped_marks_total") == 7
    with pytest.raises(ValueError, match="gauge or counter"):
        reading.book.watch("cstar_gateway_kafka_ack_seconds", lambda: 1)


def test_a_gauge_is_asked_at_the_scrape(reading: Reading) -> None:
    """What a gauge shows is what holds at that moment."""
    now = 1
    reading.book.watch("cstar_gateway_http_connections", lambda: now)
    assert reading.value("cstar_gateway_http_connections") == 1
    now = 2
    assert reading.value("cstar_gateway_http_connections") == 2
