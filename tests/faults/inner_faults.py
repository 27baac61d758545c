"""What befalls a replica from within: its clock, its loop, its Kafka client."""

import asyncio
import signal

from tests.faults.context import Context
from tests.faults.mishaps import JUMP_SECONDS, STALL_SECONDS
from tests.faults.plan import Plan
from tests.faults.row import Row
from tests.faults.trial import Trial, trial

__all__ = ["clock_jumps", "loop_stalled", "task_dies"]

_APART = 2.0  # seconds: two signals at once are one
_STATUSES = frozenset({200, 202, 401, 503})


async def task_dies(context: Context) -> Row:
    """A task of the Kafka client dies of an exception that it does not expect."""
    injected = "connecting raises ValueError for 1.5 s, connections reset, three times"
    arm = ("--on-signal=connecting",)
    plan = Plan("F12", "client's task dies", injected, arm=arm)
    async with trial(context, plan) as under:
        for share in (0.2, 0.4, 0.6):
            await under.reached(share)
            _signal(under)
            await asyncio.sleep(0.1)
            context.proxy.reset()
            await asyncio.sleep(1.5)
            under.healed()
    return under.row


async def clock_jumps(context: Context) -> Row:
    """A wall clock that is ten minutes off, either way: no signature holds, and nothing is lost."""
    minutes = JUMP_SECONDS / 60
    injected = f"wall clock +{minutes:g} min for 2 s, then -{minutes:g} min for 2 s"
    arm = ("--on-signal=clock",)
    plan = Plan("F23", "clock jumps", injected, arm=arm, statuses=_STATUSES)
    async with trial(context, plan) as under:
        for share in (0.2, 0.5):
            await under.reached(share)
            _signal(under)
            await under.answered(401)
            await asyncio.sleep(2)
            _signal(under)
            under.healed()
            await asyncio.sleep(_APART)
        refused = sum(one.status == 401 for one in under.history)
        under.notes.append(f"{refused} answers 401")
    return under.row


async def loop_stalled(context: Context) -> Row:
    """An event loop that stands still."""
    plan = Plan(
        "F26",
        f"loop stalled {STALL_SECONDS:g} s",
        "a handler sleeps, twice",
        arm=("--on-signal=stall",),
    )
    async with trial(context, plan) as under:
        for share in (0.3, 0.6):
            await under.reached(share)
            _signal(under)
            status, _ = await under.replicas[0].client.get("/livez")
            under.healed()
            if status != 200:
                under.failures.append(f"livez said {status}")
            await asyncio.sleep(_APART)
    return under.row


def _signal(under: Trial) -> None:
    for replica in under.replicas:
        replica.signal(signal.SIGUSR1)
