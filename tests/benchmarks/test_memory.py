"""Memory is told beside the ids that it is for."""

from benchmarks.contenders import GATEWAY
from benchmarks.memory import Memory, hold
from benchmarks.result import head
from gateway.embedded import Kafka


def test_samples(kafka: Kafka) -> None:
    """The last sample knows every event as an id."""
    samples = [*hold(kafka, GATEWAY, 0.02, 50, lambda _: None)]
    assert samples[0].events == samples[0].ids == 0
    assert samples[-1].events == samples[-1].ids > 10
    assert samples[-1].resident > 30 << 20
    result = Memory(head=head(), rate=50, samples=samples)
    assert result.beyond_ids < 64 << 20
