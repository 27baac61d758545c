"""Nemesis: faults one after another, of kinds and lengths drawn from a seed, and some at once.

Two lists go on side by side: what befalls the way to Kafka, and what befalls replicas. So a replica
may be killed while the network is a black hole.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.faults.context import Context
from tests.faults.plan import Plan
from tests.faults.replicas import Replica
from tests.faults.row import Row
from tests.faults.trial import Trial, trial

__all__ = ["random_schedule"]

Blow = Callable[[], Awaitable[None]]

_TWINS = 100


async def random_schedule(context: Context) -> Row:
    """Every fault of the broker, the network and the replicas, at random, for minutes."""
    context = context._replace(events=round(context.minutes * 60 * context.rate))
    injected = f"F2 to F7, F16, F17, F19 at random for {context.minutes:g} min"
    plan = Plan("F32", "random schedule", injected, rate=context.rate, answers=False)
    async with trial(context, plan) as under:
        nemesis = Nemesis(under)
        over = asyncio.create_task(under.reached(1.0))
        await asyncio.gather(
            nemesis.strike(over, nemesis.of_kafka, context.seed),
            nemesis.strike(over, nemesis.of_replicas, context.seed + 1),
        )
        under.healed()
        counted = ", ".join(f"{count} {name}" for name, count in sorted(nemesis.blows.items()))
        under.notes.append(f"{sum(nemesis.blows.values())} faults: {counted}")
    return under.row


class Nemesis:
    """Strikes.

    Attributes:
        blows: how often each fault struck.
        of_kafka: what may befall broker and network.
        of_replicas: what may befall a replica.
    """

    def __init__(self, under: Trial) -> None:
        self._under = under
        self._kafka = under.context.kafka
        self._proxy = under.context.proxy
        self._choice = random.Random(under.context.seed)  # noqa: S311 - faults, not secrets
        self.blows: Counter[str] = Counter()
        self.of_kafka: list[Blow] = [
            self._broker_killed,
            self._broker_frozen,
            self._black_hole,
            self._replies_lost,
            self._resets,
            self._slow,
        ]
        self.of_replicas: list[Blow] = [self._killed, self._terminated, self._twins]

    async def strike(self, over: "asyncio.Task[None]", blows: list[Blow], seed: int) -> None:
        """Strike with one after another until `over`."""
        choice = random.Random(seed)  # noqa: S311 - faults, not secrets
        while not over.done():
            blow = choice.choice(blows)
            self.blows[blow.__name__.strip("_").replace("_", " ")] += 1
            await blow()
            await asyncio.wait([over], timeout=choice.uniform(1, 6))

    async def _broker_killed(self) -> None:
        self._kafka.kill()
        await asyncio.sleep(self._choice.uniform(0, 3))
        await self._kafka.restart()

    async def _broker_frozen(self) -> None:
        self._kafka.pause()
        await asyncio.sleep(self._choice.uniform(1, 10))
        self._kafka.resume()

    async def _black_hole(self) -> None:
        self._proxy.hold()
        await self._heal_after(self._choice.uniform(1, 10))

    async def _replies_lost(self) -> None:
        self._proxy.swallow()
        await self._heal_after(self._choice.uniform(0.2, 3))

    async def _resets(self) -> None:
        self._proxy.one_in(50, self._choice.randrange(1 << 30))
        await self._heal_after(self._choice.uniform(2, 6))

    async def _slow(self) -> None:
        self._proxy.delay = self._choice.choice((0.5, 2.0, 7.0))
        await self._heal_after(self._choice.uniform(2, 8))

    async def _heal_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._proxy.heal()

    async def _killed(self) -> None:
        replica = self._choice.choice(self._under.replicas)
        await replica.kill()
        await asyncio.sleep(self._choice.uniform(0, 2))
        await self._back(replica)

    async def _terminated(self) -> None:
        replica = self._choice.choice(self._under.replicas)
        if await replica.terminate() != 0:
            self._under.failures.append("SIGTERM did not end a replica in order")
        await self._back(replica)

    async def _back(self, replica: Replica) -> None:
        """Start it again; where it does not become ready, say so and start it once more."""
        try:
            await replica.back()
        except TimeoutError as error:
            self._under.failures.append(str(error))
            await replica.kill()
            await replica.back()

    async def _twins(self) -> None:
        under = self._under
        number = under.events.happen()
        replica = self._choice.choice(under.replicas).number
        await asyncio.gather(*(under.sender.attempt(number, replica, 1) for _ in range(_TWINS)))
        await under.sender.send(number, after=under.context.delays[0])
