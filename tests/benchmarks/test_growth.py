"""What grows is what was asked for."""

from collections.abc import Sequence

import pytest

from benchmarks.contenders import GATEWAY
from benchmarks.growth import SERIES, grow
from benchmarks.run import Demand
from gateway.embedded import Kafka

LOOK = Demand(seconds=0.3, warm_up=0.2, connections=4)


@pytest.mark.parametrize(("name", "sizes"), [("replicas", (2,)), ("ids", (100_000,))])
def test_a_series(
    kafka: Kafka, monkeypatch: pytest.MonkeyPatch, name: str, sizes: Sequence[int]
) -> None:
    """Processes share the load, and a journal of so many ids is in memory; nothing is lost."""
    monkeypatch.setitem(SERIES, name, SERIES[name]._replace(sizes=sizes))
    (point,) = grow(kafka, GATEWAY, [name], LOOK, 9, lambda _: None)
    assert (point.series, point.size, point.server) == (name, sizes[0], "gateway")
    assert point.run.records == point.run.answers > 0
    assert point.run.resident > 30 << 20


def test_demands() -> None:
    """Each series changes its own thing and no other."""
    usual = Demand()
    for name, series in SERIES.items():
        demands = [series.at(usual, size) for size in series.sizes]
        distinct = {repr(each) for each in demands}
        assert len(distinct) == (1 if name == "ids" else len(demands))
    assert SERIES["size"].at(usual, 4096).mix.size == 4096
    assert SERIES["connections"].at(usual, 4).connections == 4
