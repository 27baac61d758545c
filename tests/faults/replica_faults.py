"""What befalls the gateway itself: killed, told to go, started again."""

import asyncio
import random
import signal
import time
from statistics import median

from tests.faults.context import Context
from tests.faults.plan import Plan
from tests.faults.replicas import Replica
from tests.faults.row import Row
from tests.faults.trial import Trial, trial

__all__ = [
    "frozen",
    "killed",
    "killed_at",
    "killed_for_minutes",
    "restarted",
    "terminated",
    "terminated_without_kafka",
]

_GRACE = 30.0

_NOTICED = {"INGRESS__DRAIN_DELAY": "1s"}
"""Time for the balancer to notice that a replica is leaving."""


async def killed(context: Context) -> Row:
    """Replicas killed at random moments under load, and started again."""
    injected = "SIGKILL at four random moments, restart after 1 s"
    plan = Plan("F16", "replica killed", injected, answers=False)
    choice = random.Random(context.seed)  # noqa: S311 - faults, not secrets
    async with trial(context, plan) as under:
        for share in (0.2, 0.35, 0.5, 0.65):
            await under.reached(share)
            await asyncio.sleep(choice.uniform(0, 0.3))
            replica = choice.choice(under.replicas)
            await replica.kill()
            await asyncio.sleep(1)
            await replica.back()
            under.healed()
    return under.row


async def killed_for_minutes(context: Context) -> Row:
    """Either replica killed at random for minutes, both at once now and then."""
    injected = f"SIGKILL of either at random for {context.kill_minutes:g} min, restart within 2 s"
    plan = Plan("F16b", "replicas killed on and on", injected, rate=context.rate, answers=False)
    async with trial(context, plan) as under:
        until = time.monotonic() + 60 * context.kill_minutes
        waits = await asyncio.gather(
            *(_kill_on(under, replica, until) for replica in under.replicas)
        )
        returns = [seconds for each in waits for seconds in each]
        kills = " + ".join(str(len(each)) for each in waits)
        under.notes.append(
            f"{len(returns)} kills ({kills}), {_both_down(under)} of them of the last one standing;"
            f" ready again {median(returns):.1f} s after the kill, {max(returns):.1f} s at most"
        )
    return under.row


async def _kill_on(under: Trial, replica: Replica, until: float) -> list[float]:
    """Kill a replica over and over; return the seconds it took each time to be ready again."""
    choice = random.Random(f"{under.context.seed} {replica.number}")  # noqa: S311 - no secrets
    took = []
    while (pause := choice.uniform(1, 10)) < until - time.monotonic():
        await asyncio.sleep(pause)
        killed = time.monotonic()
        await replica.kill()
        await asyncio.sleep(choice.uniform(0, 2))
        await replica.back()
        under.healed()
        took.append(time.monotonic() - killed)
    return took


def _both_down(under: Trial) -> int:
    """Return how many kills struck while another replica was not ready again yet."""
    return sum(
        any(other.replica != one.replica and other.at <= one.at < other.back for other in crashes)
        for crashes in [under.crashes]
        for one in crashes
    )


async def killed_at(context: Context, point: str) -> Row:
    """A replica killed at one point of an event's path."""
    injected = f"SIGKILL {point.replace('-', ' ')}, restart after 1 s"
    plan = Plan("F16", f"replica killed {point.replace('-', ' ')}", injected, answers=False)
    async with trial(context, plan, begin=False) as under:
        armed, *others = under.replicas
        await armed.start(f"--kill={point}", "--after=150")
        await asyncio.gather(*(replica.start() for replica in others))
        await asyncio.gather(*(replica.ready() for replica in under.replicas))
        under.load()
        code = await armed.ended()
        if code != -signal.SIGKILL:
            under.failures.append(f"it ended with {code} before it was killed")
        await asyncio.sleep(1)
        await armed.back()
        under.healed()
    return under.row


async def frozen(context: Context, seconds: float = 45.0) -> Row:
    """A gateway that stands still for longer than cStar waits, and then goes on where it was."""
    injected = f"SIGSTOP, SIGCONT after {seconds:g} s; out of rotation meanwhile"
    plan = Plan("F16", "replica frozen", injected, answers=False)
    async with trial(context, plan) as under:
        await under.reached(0.3)
        replica = under.replicas[0]
        replica.signal(signal.SIGSTOP)
        await asyncio.sleep(2)
        replica.in_rotation = False
        await asyncio.sleep(seconds - 2)
        replica.signal(signal.SIGCONT)
        await replica.ready()
        replica.in_rotation = True
        under.healed()
    return under.row


async def terminated(context: Context) -> Row:
    """Replicas rolled, one after another, under load."""
    plan = Plan(
        "F17",
        "SIGTERM under load",
        "each replica in turn, out of rotation once unready",
        more=_NOTICED,
    )
    async with trial(context, plan) as under:
        for replica in under.replicas:
            await under.reached(0.2)
            _expect(under, await replica.terminate())
            await replica.back()
            under.healed()
    return under.row


async def terminated_without_kafka(context: Context) -> Row:
    """A replica that is told to go while Kafka answers nobody."""
    injected = "black hole, SIGTERM 1 s later; its successor starts after the network is back"
    plan = Plan("F18", "SIGTERM while Kafka is a black hole", injected, more=_NOTICED)
    async with trial(context, plan) as under:
        await under.reached(0.3)
        context.proxy.hold()
        await asyncio.sleep(1)
        leaving = under.replicas[0]
        begun = asyncio.get_running_loop().time()
        _expect(under, await leaving.terminate())
        took = asyncio.get_running_loop().time() - begun
        under.notes.append(f"exit after {took:.1f} s")
        if took > _GRACE:
            under.failures.append(f"it took {took:.0f} s to leave")
        await context.proxy.heal()
        under.healed()
        await leaving.back()
    return under.row


async def restarted(context: Context) -> Row:
    """The only replica restarted between an event's attempts."""
    injected = "one replica: SIGTERM, start, twice"
    plan = Plan("F21", "restart between attempts", injected, replicas=1, more=_NOTICED)
    async with trial(context, plan) as under:
        for share in (0.3, 0.6):
            await under.reached(share)
            _expect(under, await under.replicas[0].terminate())
            await under.replicas[0].back()
            under.healed()
    return under.row


def _expect(under: Trial, code: int) -> None:
    if code != 0:
        under.failures.append(f"SIGTERM ended it with {code}")
