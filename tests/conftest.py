"""One real Kafka for the whole run, and a topic prefix of its own for each test."""

import contextlib
import uuid
from collections.abc import Iterator

import hypothesis
import pytest
import structlog

from gateway.embedded import Kafka, KafkaFailed, class_path

# Speed is measured by the bench, never by a test: a busy machine is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch Kafka's jars before any test's clock runs: a first download may take a minute."""
    wanted = any("kafka" in getattr(item, "fixturenames", ()) for item in session.items)
    if wanted and not session.config.option.collectonly:
        with contextlib.suppress(KafkaFailed):  # the fixture fails with it, where it is seen
            class_path()


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Undo what a test, or the command that it ran, said of logs: their level, above all."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """A real broker at `kafka.bootstrap_servers`, shared by all tests: leave it running."""
    with Kafka() as broker:
        yield broker


@pytest.fixture
def unique_prefix() -> str:
    """A topic prefix no other test has, so that tests may share the broker."""
    return f"t{uuid.uuid4().hex[:12]}"
