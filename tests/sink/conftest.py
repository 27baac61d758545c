"""A broker that tests of the sink may freeze, kill and misconfigure."""

from collections.abc import Iterator

import pytest

from gateway.embedded import Kafka


@pytest.fixture(scope="module")
def broker_of_module() -> Iterator[Kafka]:
    """One broker for the tests of a module."""
    with Kafka() as broker:
        yield broker


@pytest.fixture
def broker(broker_of_module: Kafka) -> Iterator[Kafka]:
    """The module's broker, up and thawed again after each test."""
    yield broker_of_module
    if broker_of_module.runs:
        broker_of_module.resume()
