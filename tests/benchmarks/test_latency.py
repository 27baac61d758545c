"""Latencies of the gateway, and of the broker beside it."""

from benchmarks.contenders import GATEWAY
from benchmarks.latency import Times, at_paces, idle
from gateway.embedded import Kafka

TIMES = Times(rates=(40, 80), warm_up=0.3, seconds=0.7, idle=3, every=0.05)


def test_at_a_pace(kafka: Kafka) -> None:
    """One gateway takes pace after pace; each is answered, and the broker probed meanwhile."""
    found = [*at_paces(kafka, GATEWAY, TIMES, lambda _: None)]
    assert [each.rate for each in found] == [40, 80]
    for each in found:
        assert set(each.found.statuses) == {"202"}
        assert each.found.answer.p50 > 0
        assert each.ack.count > 1


def test_idle(kafka: Kafka) -> None:
    """An event and a record by turns."""
    found = idle(kafka, GATEWAY, TIMES).found
    assert (found.answer.count, found.ack.count, found.beyond.count) == (3, 3, 3)
