"""Batches: what aiokafka does not export, by topic."""

import pytest

from gateway.metrics.batches import BatchMeter
from tests.metrics.reading import Reading


@pytest.fixture
def reading() -> Reading:
    """Return an empty book."""
    return Reading()


@pytest.fixture
def meter(reading: Reading) -> BatchMeter:
    """Return a meter of two topics."""
    topics = ["cstar.tickets", "cstar.team", "cstar.team"]
    return BatchMeter(reading.book, topics, lambda: 1_777_315_331.0)


def test_an_ack_is_time_size_and_records(reading: Reading, meter: BatchMeter) -> None:
    """One batch is one value in each histogram of its topic; another topic stays at zero."""
    meter.batch_acked("cstar.tickets", 12, 3_400, 0.004)
    for name, total in (("ack_seconds", 0.004), ("batch_records", 12)):
        full = f"cstar_gateway_kafka_{name}"
        assert reading.value(f"{full}_count", topic="cstar.tickets") == 1
        assert reading.value(f"{full}_sum", topic="cstar.tickets") == total
        assert reading.value(f"{full}_count", topic="cstar.team") == 0
    assert reading.value("cstar_gateway_kafka_acked_bytes_total", topic="cstar.tickets") == 3_400


def test_the_last_ack_of_each_topic_is_known(reading: Reading, meter: BatchMeter) -> None:
    """A topic that nothing was written to says 0; a topic outside the set says nothing."""
    meter.batch_acked("cstar.tickets", 1, 10, 0.1)
    meter.batch_acked("invented", 1, 10, 0.1)
    name = "cstar_gateway_kafka_last_ack_timestamp_seconds"
    assert reading.value(name, topic="cstar.tickets") == 1_777_315_331.0
    assert reading.value(name, topic="cstar.team") == 0
    assert reading.value(name, topic="other") is None


def test_a_topic_outside_the_set_is_other(reading: Reading, meter: BatchMeter) -> None:
    """The set of topics was closed at the start."""
    meter.batch_acked("invented", 1, 10, 0.1)
    assert reading.value("cstar_gateway_kafka_ack_seconds_count", topic="other") == 1
    assert reading.value("cstar_gateway_kafka_batch_records_count", topic="other") == 1
    assert reading.value("cstar_gateway_kafka_acked_bytes_total", topic="other") == 10


def test_failures_and_replacements_are_by_closed_words(reading: Reading, meter: BatchMeter) -> None:
    """What the sink may not say is not a label."""
    meter.batch_failed("cstar.tickets", "too_large")
    meter.batch_failed("cstar.tickets", "invented")
    meter.producer_replaced("sender_dead")
    meter.producer_replaced("invented")
    assert reading.value("cstar_gateway_kafka_errors_total", kind="too_large") == 1
    assert reading.value("cstar_gateway_kafka_errors_total", kind="unknown") == 1
    replacements = "cstar_gateway_kafka_producer_replacements_total"
    assert reading.value(replacements, cause="sender_dead") == 1
    assert reading.value(replacements, cause="other") == 1


def test_reach_is_one_or_nought(reading: Reading, meter: BatchMeter) -> None:
    """Not reached until it says so, and not after it says otherwise."""
    seen = [reading.value("cstar_gateway_kafka_connected")]
    for connected in (True, False):
        meter.connected(connected=connected)
        seen.append(reading.value("cstar_gateway_kafka_connected"))
    assert seen == [0, 1, 0]
