"""The verdict excuses what the promise does not rule out, and nothing else."""

import pytest

from tests.faults.history import CUT, Attempt
from tests.faults.replicas import Crash
from tests.faults.verdict import unknowable

RECOVERY = 20.0


def attempt(replica: int, begin: float, status: int = 503, seconds: float = 1.0) -> Attempt:
    """Return a request of event 0."""
    return Attempt(0, replica, status, begin, begin + seconds)


@pytest.mark.parametrize(
    ("again", "excused"),
    [
        (attempt(1, begin=5), True),
        (attempt(1, begin=30.9), True),
        (attempt(1, begin=31.1), False),
        (attempt(0, begin=5), False),
    ],
    ids=["other replica at once", "sooner than cStar", "as cStar", "same replica"],
)
def test_hasty(again: Attempt, *, excused: bool) -> None:
    """A retry that comes to another replica sooner than cStar's 30 s is excused."""
    first = attempt(0, begin=0)
    assert unknowable(first, again, [], RECOVERY) is excused
    assert unknowable(again, first, [], RECOVERY) is excused  # whichever record came first


def test_an_accepted_event_is_hasty_for_a_moment_only() -> None:
    """What one replica answered 2xx, another may not publish a second later."""
    assert unknowable(attempt(0, 0, 202), attempt(1, 0.05, 202), [], RECOVERY)
    assert not unknowable(attempt(0, 0, 202), attempt(1, 2.1, 202), [], RECOVERY)


def test_a_crash_is_recovered_by_the_next_start() -> None:
    """A killed replica that is ready again knows what it was acked, and a second later all do."""
    first, crash = attempt(0, 9, CUT), Crash(0, at=10.0, back=12.0)
    assert unknowable(first, attempt(0, 12.5), [crash], RECOVERY)
    assert not unknowable(first, attempt(0, 13.5), [crash], RECOVERY)


@pytest.mark.parametrize(
    ("first", "again", "excused"),
    [
        (attempt(0, 9, CUT), attempt(0, 15), True),
        (attempt(0, 8, 202), attempt(1, 15), True),
        (attempt(0, 1, 202), attempt(1, 15), False),
        (attempt(0, 9, CUT), attempt(0, 31), False),
        (attempt(0, 11, CUT), attempt(0, 15), False),
        (attempt(1, 9, CUT), attempt(1, 15), False),
    ],
    ids=[
        "in flight at the kill",
        "acked a moment before",
        "acked long before",
        "after the recovery",
        "sent after the kill",
        "the other replica was killed",
    ],
)
def test_untold(first: Attempt, again: Attempt, *, excused: bool) -> None:
    """What a killed replica could not tell is excused until it is recovered."""
    assert unknowable(first, again, [Crash(0, at=10.0)], RECOVERY) is excused
