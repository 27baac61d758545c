"""Verdict: findings made into a row of the table.

A record too many is `unknowable` where the promise does not rule it out:

- *hasty*: the event came to another replica sooner than cStar sends it again, while the first
  replica had not said 2xx; or within a moment of the 2xx;
- *untold*: the first replica was killed before its marks could be known to the others, and the
  event came again before they were recovered.

Every other is a duplicate. May not live here: finding records (`checker`).
"""

from collections.abc import Iterable, Sequence

from tests.faults.checker import Checker, Twice
from tests.faults.history import CUT, Attempt, History
from tests.faults.plan import Plan
from tests.faults.replicas import Crash
from tests.faults.row import Row
from tests.faults.sender import CSTAR_DELAYS

__all__ = ["judge", "recovered", "unknowable"]

_UNTOLD = 3.0
"""Seconds before its death within which what a replica was acked may not be known to others."""

_TOLD = 1.0
"""Seconds until all replicas know what one of them was acked; on an idle machine a hundredth."""

_SHOWN = 3


def unknowable(one: Attempt, two: Attempt, crashes: Iterable[Crash], recovery: float) -> bool:
    """Tell whether a second record could not be prevented.

    Args:
        one: a request that put a record there.
        two: another that did.
        crashes: all there were.
        recovery: seconds after which a crashed replica's marks are known.
    """
    first, again = sorted((one, two), key=lambda attempt: attempt.begin)
    known = first.end + (_TOLD if first.succeeded else CSTAR_DELAYS[0])
    hasty = first.replica != again.replica and again.begin < known
    return hasty or any(
        crash.replica == first.replica
        and first.begin <= crash.at
        and (not first.succeeded or first.end >= crash.at - _UNTOLD)
        and again.begin < recovered(crash, recovery)
        for crash in crashes
    )


def recovered(crash: Crash, recovery: float) -> float:
    """Return when all replicas know what a crashed one had accepted."""
    return min(crash.at + recovery, crash.back + _TOLD)


def judge(
    plan: Plan,
    history: History,
    checker: Checker,
    *,
    crashes: Sequence[Crash],
    failures: Sequence[str],
) -> Row:
    """Return the row of a trial that has ended."""
    found = checker.findings()
    twice = [
        one
        for one in found.twice
        if not unknowable(history[one.first], history[one.again], crashes, plan.recovery)
    ]
    answered = [one for one in history if one.answered]
    unanswered = sum(one.status == CUT for one in history)
    wrong = [
        *failures,
        *_told("lost", map(checker.name, found.lost)),
        *_told("phantom", found.phantom),
        *_told("misplaced", found.misplaced),
        *_told("altered", found.altered),
        *_told("out of order", map(checker.name, found.disordered)),
        *_told("twice", (_story(one, history, checker) for one in twice)),
    ]
    if found.quarantined and not plan.large:
        wrong.append(f"{len(found.quarantined)} good events were quarantined")
    if plan.answers and unanswered:
        wrong.append(f"{unanswered} requests were not answered")
    odd = {one.status for one in answered} - plan.statuses
    if odd:
        wrong.append(f"answers that no good event may get: {sorted(odd)}")
    return Row(
        fault=plan.fault,
        name=plan.name,
        injected=plan.injected,
        sent=checker.sent,
        deliveries=len(history),
        acked=checker.acked,
        unavailable=sum(one.status == 503 for one in answered),
        unanswered=unanswered,
        lost=len(found.lost),
        phantom=len(found.phantom),
        misplaced=len(found.misplaced),
        altered=len(found.altered),
        duplicates=len(twice),
        unknowable=len(found.twice) - len(twice),
        slowest=max((one.end - one.begin for one in answered), default=None),
        notes=f"{len(found.quarantined)} quarantined" if found.quarantined else "",
        failures=tuple(wrong),
    )


def _told(what: str, which: Iterable[str]) -> list[str]:
    named = list(which)
    if not named:
        return []
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    return [f"{what}: {'; '.join(named[:_SHOWN])}{more}"]


def _story(one: Twice, history: History, checker: Checker) -> str:
    first, again = history[one.first], history[one.again]
    return (
        f"{checker.name(one.number)} by replica {first.replica} (answered {first.status} after "
        f"{first.end - first.begin:.2f} s), and {again.begin - first.begin:.2f} s after by "
        f"replica {again.replica} (answered {again.status})"
    )
