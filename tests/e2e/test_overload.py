"""Overload in short: what tests/faults/overload.py and clients.py do at length, with few."""

from typing import NamedTuple

from gateway.embedded import Kafka
from tests.faults.clients import leave_at_every_byte, many_idle
from tests.faults.overload import descriptors_run_out, flood_of_connections
from tests.faults.row import Row


class Given(NamedTuple):
    """What a scenario is given here."""

    kafka: Kafka
    prefix: str
    events: int


def check(row: Row) -> None:
    """Check that a fault was survived."""
    assert row.failures == ()
    assert row.good, row
    assert row.acked


async def test_descriptors_run_out(broker: Kafka, unique_prefix: str) -> None:
    """With few open files and many connections, a restarted broker is reached, and nothing lost."""
    check(await descriptors_run_out(Given(broker, unique_prefix, 0)))


async def test_connections_beyond_the_limit(kafka: Kafka, unique_prefix: str) -> None:
    """Silent and slow connections ten times over the limit cost good senders no event."""
    check(await flood_of_connections(Given(kafka, unique_prefix, 0), seconds=1.5))


async def test_a_sender_leaves_anywhere(kafka: Kafka, unique_prefix: str) -> None:
    """Wherever in the exchange a sender leaves, its event is there once or not at all."""
    row = await leave_at_every_byte(Given(kafka, unique_prefix, 0), step=23)
    assert row.good, row


async def test_many_idle_beside_good_traffic(kafka: Kafka, unique_prefix: str) -> None:
    """Hundreds of idle connections and slow bodies cost good senders no event and no 503."""
    check(await many_idle(Given(kafka, unique_prefix, 0), idle=400, slow=20, seconds=1.0))
