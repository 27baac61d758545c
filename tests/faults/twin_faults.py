"""The same event at once: to one replica, or to two within milliseconds."""

import asyncio
from collections import Counter

from tests.faults.context import Context
from tests.faults.plan import Plan
from tests.faults.row import Row
from tests.faults.trial import Trial, trial

__all__ = ["hundred_twins", "two_replicas"]

_TWINS = 100
_GAPS = (0.0, 0.005, 0.02, 0.05, 1.0)


async def hundred_twins(context: Context) -> Row:
    """One event, a hundred times at once, to one replica."""
    plan = Plan("F19", "same event 100 times at once", "100 connections, one replica", replicas=1)
    async with trial(context, plan, begin=False) as under:
        await under.up()
        for _ in range(max(1, context.events // _TWINS // 4)):
            number = under.events.happen()
            attempts = (under.sender.attempt(number, 0, 1) for _ in range(_TWINS))
            statuses = Counter(await asyncio.gather(*attempts))
            if statuses != {202: 1, 200: _TWINS - 1}:
                under.failures.append(f"answers {dict(statuses)}")
    return under.row


async def two_replicas(context: Context) -> Row:
    """One event to two replicas, the second time a moment later."""
    shown = ", ".join(f"{gap * 1000:g}" for gap in _GAPS)
    plan = Plan("F20", "same event to two replicas", f"second after {shown} ms")
    doubles: dict[float, tuple[int, int]] = {}
    async with trial(context, plan, begin=False) as under:
        await under.up()
        for gap in _GAPS:
            numbers = await _pairs(under, gap, max(20, context.events // len(_GAPS) // 4))
            doubles[gap] = (_accepted_twice(under, numbers), len(numbers))
        told = (f"{twice}/{of} at {gap * 1000:g} ms" for gap, (twice, of) in doubles.items())
        under.notes.append(f"doubles {', '.join(told)}")
    return under.row


async def _pairs(under: Trial, gap: float, count: int) -> list[int]:
    """Send so many events, each to both; return their numbers."""
    last = len(under.replicas) - 1
    numbers = [under.events.happen() for _ in range(count)]

    async def send(number: int) -> None:
        first = asyncio.create_task(under.sender.attempt(number, 0, 1))
        await asyncio.sleep(gap)
        await under.sender.attempt(number, last, 1)
        await first

    at_once = 8 if gap < 1 else count
    for begin in range(0, count, at_once):
        await asyncio.gather(*map(send, numbers[begin : begin + at_once]))
    return numbers


def _accepted_twice(under: Trial, numbers: list[int]) -> int:
    """Return how many of the events were accepted as new by both."""
    accepted = Counter(one.number for one in under.history if one.status == 202)
    return sum(accepted[number] > 1 for number in numbers)
