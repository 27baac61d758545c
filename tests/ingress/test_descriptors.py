"""Descriptors: senders never take those that Kafka needs."""

import resource

import pytest
import structlog
from structlog.testing import capture_logs

from gateway.ingress import descriptors
from gateway.ingress.descriptors import BESIDE_CONNECTIONS, connections_within, raise_limit


@pytest.mark.parametrize(
    ("limit", "connections", "most"),
    [
        (resource.RLIM_INFINITY, 1000, 1000),
        (1064, 1000, 1000),
        (1063, 1000, 999),
        (128, 1000, 64),
        (64, 1000, 32),
        (64, 10, 10),
        (1, 10, 1),
    ],
)
def test_some_are_kept_back(limit: int, connections: int, most: int) -> None:
    """64 descriptors are not for senders; of a very low limit, half of it; one always is."""
    assert connections_within(limit, connections) == most


class Limit:
    """The system's limit, as this process sees it."""

    def __init__(self, soft: int, hard: int) -> None:
        self.now = (soft, hard)

    def get(self, _: int) -> tuple[int, int]:
        """Return it."""
        return self.now

    def set(self, _: int, limit: tuple[int, int]) -> None:
        """Change it, as far as the system would."""
        assert limit[0] <= limit[1] == self.now[1] or self.now[1] == resource.RLIM_INFINITY
        self.now = limit


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """A limit that no other test meets."""
    held = Limit(256, 4096)
    monkeypatch.setattr(resource, "getrlimit", held.get)
    monkeypatch.setattr(resource, "setrlimit", held.set)
    # A fresh logger: another test's settings may have been kept by the module's own.
    monkeypatch.setattr(descriptors, "_log", structlog.get_logger())
    return held


def test_the_process_raises_its_own_limit(limit: Limit) -> None:
    """What the system allows is used, and no more than is needed."""
    with capture_logs() as logs:
        assert raise_limit(1000) == 1000
    assert limit.now == (1000 + BESIDE_CONNECTIONS, 4096)
    assert logs == []
    assert raise_limit(100) == 100
    assert limit.now == (1000 + BESIDE_CONNECTIONS, 4096)


def test_where_the_system_allows_few_it_is_said(limit: Limit) -> None:
    """Fewer connections than configured is a warning with the way out."""
    with capture_logs() as logs:
        assert raise_limit(5000) == 4096 - BESIDE_CONNECTIONS
    (line,) = logs
    assert (line["log_level"], line["connections"], line["configured"]) == ("warning", 4032, 5000)
    assert "ulimit -n 5064" in line["fix"]
    assert limit.now == (4096, 4096)


def test_no_limit_is_no_limit(limit: Limit) -> None:
    """An unlimited process has what is configured."""
    limit.now = (256, resource.RLIM_INFINITY)
    assert raise_limit(10_000) == 10_000
