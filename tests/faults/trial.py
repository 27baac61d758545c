"""Trial: replicas under load from the first event to the verdict, with a fault in between.

`async with trial(context, plan) as under:` starts replicas and load; the block injects. Leaving it
waits until every event is accepted, sends every event again, reads the whole log, and leaves the
verdict in `under.row`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from gateway.pipeline.routes import Topics
from tests.faults.checker import Checker
from tests.faults.context import Context
from tests.faults.events import Events
from tests.faults.history import History
from tests.faults.log import read_log
from tests.faults.plan import Plan
from tests.faults.replicas import Crash, Replica, replicas
from tests.faults.row import Row
from tests.faults.sender import Sender
from tests.faults.verdict import judge, recovered
from tests.waiting import until

__all__ = ["PARTITIONS", "Trial", "trial"]

PARTITIONS = 6
"""Of every topic: the gateway's default."""

_HEALTHY = 1.0  # seconds of load after the fault
_SETTLE_WITHIN = 180.0
_REACH_WITHIN = 7200.0
_ACCEPTED = 202


class Trial:
    """Replicas under load.

    Attributes:
        context: what the scenario was given.
        events: sent so far.
        history: of every request.
        sender: the load's.
        replicas: under load.
        notes: what else is measured, for people.
        failures: what the scenario itself finds wrong.
        row: the verdict, once the block is left.
    """

    def __init__(self, context: Context, plan: Plan, fleet: Sequence[Replica]) -> None:
        self.context = context
        self.replicas = fleet
        self.events = Events(context.seed, large=plan.large)
        self.history = History()
        self.sender = Sender(
            self.events,
            self.history,
            fleet,
            seed=context.seed,
            delays=context.delays,
        )
        self.notes: list[str] = []
        self.failures: list[str] = []
        self.row: Row
        self._plan = plan
        self._heals: list[float] = []
        self._over = asyncio.Event()
        self._load: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Start the replicas, and the load once they are ready."""
        await self.up()
        self.load()

    async def up(self) -> None:
        """Start the replicas; return when they are ready."""
        await asyncio.gather(*(replica.start(*self._plan.arm) for replica in self.replicas))
        await asyncio.gather(*(replica.ready() for replica in self.replicas))

    def load(self) -> None:
        """Begin to send, until the block is left and so many events were sent."""
        load = self.sender.run(self.context.events, self._plan.rate, self._over)
        self._load = asyncio.create_task(load)

    async def reached(self, share: float) -> None:
        """Return when so much of the events has been sent at least once."""
        await until(lambda: len(self.events) >= share * self.context.events, within=_REACH_WITHIN)

    async def answered(self, status: int, within: float = 30.0) -> None:
        """Return when an answer of this status comes to a request that is made from now on."""
        begin = len(self.history)
        await until(
            lambda: any(
                self.history[at].status == status for at in range(begin, len(self.history))
            ),
            within=within,
        )

    def slowest(self) -> float | None:
        """Return how long the slowest answer took so far, seconds."""
        return max((one.end - one.begin for one in self.history if one.answered), default=None)

    def healed(self) -> None:
        """Note that a fault is over from now on."""
        self._heals.append(time.monotonic())

    @property
    def crashes(self) -> list[Crash]:
        """Every SIGKILL of a replica."""
        return [crash for replica in self.replicas for crash in replica.crashes]

    async def finish(self) -> None:
        """Wait until every event is accepted, send all again, read the log, judge."""
        await self.context.proxy.heal()
        if self._load is not None:
            await asyncio.sleep(_HEALTHY)
            self._over.set()
            await self._load
        try:
            async with asyncio.timeout(_SETTLE_WITHIN):
                await self.sender.settle()
        except TimeoutError:
            self.failures.append(f"{self.sender.open} events were never accepted")
        forgot = any(replica.codes for replica in self.replicas) and self.context.store == "memory"
        again_from = len(self.history)
        if self._plan.resend and not forgot:
            await self._resend()
        await self.sender.close()
        self._look_at_logs()
        checker = await self._read_log(again_from)
        row = judge(
            self._plan,
            self.history,
            checker,
            crashes=self.crashes,
            failures=self.failures,
        )
        self.row = msgspec.structs.replace(
            row,
            store=self.context.store,
            replicas=len(self.replicas),
            heal=self._heal(),
            notes="; ".join(filter(None, (row.notes, *self.notes))),
        )

    def _heal(self) -> float | None:
        """Return the longest that any heal took until the next 2xx."""
        firsts = [(moment, self.history.first_success(moment)) for moment in self._heals]
        took = [first - moment for moment, first in firsts if first is not None]
        return max(took, default=None)

    async def _resend(self) -> None:
        """Send every event again, once whoever crashed has been recovered."""
        due = max((recovered(crash, self._plan.recovery) for crash in self.crashes), default=0.0)
        await asyncio.sleep(max(1.0, due - time.monotonic()))
        begun = len(self.history)
        try:
            async with asyncio.timeout(_SETTLE_WITHIN + len(self.events) / 100):
                await self.sender.resend(range(len(self.events)))
        except TimeoutError:
            self.failures.append("sent again, not all events were accepted")
        again = sum(self.history[at].status == _ACCEPTED for at in range(begun, len(self.history)))
        if again:
            self.failures.append(f"sent again, {again} events were accepted as new")

    def _look_at_logs(self) -> None:
        for replica in self.replicas:
            written = replica.log + (replica.command.log if replica.runs else "")
            if "Traceback" in written:
                self.failures.append(f"replica {replica.number} logged a traceback")

    async def _read_log(self, again_from: int) -> Checker:
        topics = Topics(self.context.prefix)
        prefix = self.context.prefix
        checker = Checker(self.events, self.history, prefix, PARTITIONS, again_from)
        names = [*topics.categories, topics.quarantine]
        await read_log(self.context.kafka.internal_servers, names, checker.take)
        return checker


@asynccontextmanager
async def trial(context: Context, plan: Plan, *, begin: bool = True) -> AsyncIterator[Trial]:
    """Run a trial; with `begin` off, the block starts the replicas and the load itself."""
    more = {"IDEMPOTENCY__STORE": context.store, **plan.more}
    servers = plan.bootstrap_servers or context.kafka.bootstrap_servers
    # Marks in memory are not shared: the promise is one process's.
    count = plan.replicas if context.store == "kafka" else 1
    async with replicas(count, servers, context.prefix, **more) as fleet:
        under = Trial(context, plan, fleet)
        if begin:
            await under.begin()
        try:
            yield under
            await under.finish()
        finally:
            await under.sender.close()
