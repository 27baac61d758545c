"""A broker that tests may kill and freeze."""

from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.embedded import Kafka

SOON_MISSED = {"broker.session.timeout.ms": "1000", "broker.heartbeat.interval.ms": "250"}
"""A broker that was killed may not come back before its old session is over, 9 s by default."""


@pytest.fixture(scope="module")
def broker_of_module() -> Iterator[Kafka]:
    """One broker for the tests of a module."""
    with Kafka(overrides=SOON_MISSED) as broker:
        yield broker


@pytest.fixture
async def broker(broker_of_module: Kafka) -> AsyncIterator[Kafka]:
    """The module's broker, for one test that may do anything to it; the next finds it up."""
    if not broker_of_module.runs:
        await broker_of_module.restart()
    yield broker_of_module
    if broker_of_module.runs:
        broker_of_module.resume()
