"""What befalls the network between gateway and broker: black hole, lost replies, resets, delays."""

import asyncio

from tests.faults.context import Context
from tests.faults.plan import Plan
from tests.faults.row import Row
from tests.faults.trial import trial

__all__ = ["black_hole", "connections_reset", "one_cut_off", "replies_lost", "slow_broker"]

_MIB = 1024 * 1024


async def black_hole(context: Context, seconds: float = 12.0) -> Row:
    """A network that carries nothing, and then everything, late."""
    plan = Plan("F4", "black hole", f"connections stand, nothing passes for {seconds:g} s")
    async with trial(context, plan) as under:
        await under.reached(0.3)
        context.proxy.hold()
        await asyncio.sleep(seconds)
        await context.proxy.heal()
        under.healed()
    return under.row


async def one_cut_off(context: Context, seconds: float = 45.0) -> Row:
    """One gateway cut off from Kafka for longer than cStar waits; the other takes its events."""
    injected = f"black hole of one gateway alone for {seconds:g} s"
    plan = Plan("F4", "one gateway cut off", injected)
    async with trial(context, plan) as under:
        await under.reached(0.3)
        context.proxy.hold(under.replicas[0].owns)
        await asyncio.sleep(seconds)
        await context.proxy.heal()
        under.healed()
    return under.row


async def replies_lost(context: Context) -> Row:
    """A broker whose replies are lost after it has appended; then the connections are reset."""
    plan = Plan("F5", "reply lost after append", "replies dropped for 2 s, then reset, three times")
    async with trial(context, plan) as under:
        for share in (0.2, 0.4, 0.6):
            await under.reached(share)
            context.proxy.swallow()
            await asyncio.sleep(2)
            await context.proxy.heal()
            under.healed()
    return under.row


async def connections_reset(context: Context) -> Row:
    """Connections reset in the middle of requests."""
    plan = Plan("F6", "connections reset mid-request", "one in 50 chunks cut in half, then RST")
    async with trial(context, plan) as under:
        cut = context.proxy.cut
        await under.reached(0.1)
        context.proxy.one_in(50, context.seed)
        await under.reached(0.8)
        await context.proxy.heal()
        under.healed()
        under.notes.append(f"{context.proxy.cut - cut} connections cut")
    return under.row


async def slow_broker(context: Context, delay: float, seconds: float) -> Row:
    """A broker whose replies come late."""
    plan = Plan("F7", f"broker slow by {delay:g} s", f"replies delayed for {seconds:g} s")
    async with trial(context, plan) as under:
        await under.reached(0.2)
        before = max(replica.resident_bytes() for replica in under.replicas)
        context.proxy.delay = delay
        await asyncio.sleep(seconds)
        after = max(replica.resident_bytes() for replica in under.replicas)
        await context.proxy.heal()
        under.healed()
        under.notes.append(f"resident {before / _MIB:.0f} → {after / _MIB:.0f} MiB")
    return under.row
