"""The short form of `make faults`: the most telling faults, seeded, on one broker."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest
import pytest_asyncio

from gateway.embedded import Kafka
from tests.faults.broker import proxied_broker
from tests.faults.broker_faults import broker_killed
from tests.faults.context import Context
from tests.faults.nemesis import random_schedule
from tests.faults.network_faults import connections_reset, replies_lost
from tests.faults.proxy import Proxy
from tests.faults.replica_faults import killed_at, terminated
from tests.faults.row import Row
from tests.faults.scenarios import SCENARIOS, chosen
from tests.faults.twin_faults import hundred_twins, two_replicas

pytestmark = pytest.mark.asyncio(loop_scope="module")

Broker = tuple[Kafka, Proxy]

SHORT = (
    partial(broker_killed, times=1),
    replies_lost,
    connections_reset,
    partial(killed_at, point="after-mark"),
    terminated,
    hundred_twins,
    two_replicas,
    random_schedule,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker() -> AsyncIterator[Broker]:
    """One broker behind a proxy, which every scenario leaves whole."""
    async with proxied_broker() as both:
        yield both


@pytest.mark.parametrize("run", SHORT, ids=lambda run: getattr(run, "func", run).__name__)
async def test_nothing_is_lost_and_nothing_twice(
    broker: Broker, run: Callable[[Context], Awaitable[Row]]
) -> None:
    """Under each fault: nothing lost, doubled without excuse, invented, misplaced or altered."""
    prefix = f"t{uuid.uuid4().hex[:8]}"
    row = await run(Context(*broker, prefix, store="kafka", events=400, minutes=0.2, rate=100))
    assert row.good, row
    assert row.sent == row.acked > 0
    assert not row.lost + row.phantom + row.misplaced + row.altered + row.duplicates


async def test_every_scenario_is_of_a_fault_that_can_be_asked_for() -> None:
    """`--only` takes each fault that has a scenario, and says which has none; names are unique."""
    for scenario in SCENARIOS:
        assert scenario in chosen([scenario.fault])
    assert [*chosen([])] == [*SCENARIOS]
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    with pytest.raises(ValueError, match="no scenario of F99"):
        [*chosen(["F2", "F99"])]
