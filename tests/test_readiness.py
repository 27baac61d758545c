"""Readiness, as every delivery asks for it."""

from gateway.pipeline.reasons import Reason
from gateway.readiness import Readiness


def test_what_held_once_is_not_looked_at_again() -> None:
    """Until all held once it looks each time; from then on only the journal may fall behind."""
    looks, behind = iter([False, False, True]), [False]
    readiness = Readiness(lambda: next(looks), lambda: behind[0])
    assert [readiness.reason() for _ in range(4)] == [Reason.STARTING, Reason.STARTING, None, None]
    behind[0] = True
    assert readiness.reason() is Reason.JOURNAL_BEHIND
    behind[0] = False
    assert readiness.reason() is None


def test_who_looked_meanwhile_may_say_so() -> None:
    """Whoever else saw that all held has deliveries taken from then on, without another look."""
    readiness = Readiness(lambda: False, lambda: False)
    assert readiness.reason() is Reason.STARTING
    readiness.began = True
    assert readiness.reason() is None
