"""Memory is told beside the ids that it is for."""

from msgspec.structs import replace

from benchmarks.contenders import GATEWAY
from benchmarks.ids import Ids, Taken
from benchmarks.memory import Memory, alone, hold
from benchmarks.result import head
from benchmarks.task import ask
from gateway.embedded import Kafka


def test_samples(kafka: Kafka) -> None:
    """The last sample knows every event as an id."""
    samples = [*hold(kafka, GATEWAY, 0.02, 50, lambda _: None)]
    assert samples[0].events == samples[0].ids == 0
    assert samples[-1].events == samples[-1].ids > 10
    assert samples[-1].resident > 30 << 20
    result = Memory(head=head(), rate=50, samples=samples)
    assert result.beyond_ids == result.grown - result.told < 64 << 20
    assert alone(GATEWAY, samples, 50) < 8 << 20
    assert replace(result, alone=1 << 20).beyond_ids == result.grown - (1 << 20)


def test_ids_alone() -> None:
    """A window of ids takes no less than their digests, and no multiple of it."""
    found = ask("ids", Ids(count=100_000, rate=200), Taken)
    assert 100_000 * 24 < found.resident < 100_000 * 100
