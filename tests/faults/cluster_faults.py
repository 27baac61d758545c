"""What only several brokers can show: leaders that move or are gone, too few replicas in sync."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.pipeline.routes import Topics
from tests.faults.cluster import Cluster, Member, cluster
from tests.faults.context import Context
from tests.faults.plan import Plan
from tests.faults.row import Row
from tests.faults.trial import Trial, trial

__all__ = ["followers_frozen", "leaderless", "leaders_moved", "too_few_replicas"]

_LEADERLESS_SECONDS = 20.0
_FEW_SECONDS = 15.0
_SAFE = {"replication": 3, "least_in_sync": 2}
"""What production is advised to have."""


async def leaderless(context: Context) -> Row:
    """Partitions without a leader, for longer than any request to them may take."""
    injected = f"one of 3 brokers killed for {_LEADERLESS_SECONDS:g} s, topics of one replica"
    plan = Plan("F8", "partitions without a leader", injected)
    async with _trial(context, plan, replication=1, least_in_sync=1) as (under, brokers):
        await under.reached(0.2)
        topics = Topics(context.prefix)
        journal = set((await brokers.leaders([topics.idempotency])).values())
        victim = next(one for one in brokers.others if one.number not in journal)
        led = (await brokers.leaders(topics.categories)).values()
        victim.kill()
        await asyncio.sleep(_LEADERLESS_SECONDS / 2)
        await under.answered(202)  # by the others' leaders
        await asyncio.sleep(_LEADERLESS_SECONDS / 2)
        await victim.start()
        under.healed()
        under.notes.append(f"{[*led].count(victim.number)} of {len(led)} partitions had none")
    return under.row


async def leaders_moved(context: Context) -> Row:
    """Brokers lost one at a time: their partitions go on under other leaders."""
    injected = "2 of 3 brokers killed for 5 s, one after the other, `min.insync.replicas=2`"
    plan = Plan("F9", "leaders move", injected)
    async with _trial(context, plan, **_SAFE) as (under, brokers):
        names = Topics(context.prefix).categories
        moved = 0
        for share, victim in zip((0.2, 0.5), brokers.others, strict=True):
            await under.reached(share)
            before = await brokers.leaders(names)
            victim.kill()
            await asyncio.sleep(5)
            after = await brokers.leaders(names)
            moved += sum(after[partition] != leader for partition, leader in before.items())
            await victim.start()
            under.healed()
        under.notes.append(f"{moved} leaders moved")
        if not moved:
            under.failures.append("no leader moved")
    return under.row


async def too_few_replicas(context: Context) -> Row:
    """Fewer replicas in sync than topics ask for: nothing may be acked."""
    injected = f"2 of 3 brokers killed for {_FEW_SECONDS:g} s, `min.insync.replicas=2`"
    plan = Plan("F9", "under the minimum of replicas", injected)
    async with _trial(context, plan, **_SAFE) as (under, brokers):
        await under.reached(0.3)
        for victim in brokers.others:
            victim.kill()
        await under.answered(503)
        await asyncio.sleep(_FEW_SECONDS)
        await _start(brokers.others)
        under.healed()
    return under.row


async def followers_frozen(context: Context) -> Row:
    """Replicas that fall out of sync after the leader has appended: written, and never acked."""
    injected = f"2 of 3 brokers frozen for {_FEW_SECONDS:g} s, `min.insync.replicas=2`"
    plan = Plan("F9", "replicas frozen out of sync", injected)
    async with _trial(context, plan, **_SAFE) as (under, brokers):
        await under.reached(0.3)
        for victim in brokers.others:
            victim.pause()
        await under.answered(503)
        await asyncio.sleep(_FEW_SECONDS)
        for victim in brokers.others:
            victim.resume()
        under.healed()
    return under.row


@asynccontextmanager
async def _trial(
    context: Context, plan: Plan, *, replication: int, least_in_sync: int
) -> AsyncIterator[tuple[Trial, Cluster]]:
    """Run a trial on three brokers of its own."""
    async with cluster(replication=replication, least_in_sync=least_in_sync) as brokers:
        plan = plan._replace(
            bootstrap_servers=brokers.bootstrap_servers,
            more={"KAFKA__REPLICATION_FACTOR": str(replication)},
        )
        async with trial(context._replace(kafka=brokers.first), plan) as under:
            yield under, brokers


async def _start(members: Sequence[Member]) -> None:
    await asyncio.gather(*(member.start() for member in members))
