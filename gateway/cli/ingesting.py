"""Ingesting: stored events through the intake, chunk by chunk, at the speed of the pipeline.

```
feed     each line of a chunk is offered, nothing awaited between them; then the loop has its turn
settle   the oldest chunk, once Kafka's word on all of it is there; what failed is offered again
```

No task, no future and no callback is an event's own: a chunk waits for the few batches it is in.
What is done is always a beginning of the file. Where something fails no further line is offered
until it has been: so a team's events keep their order.

May live here: the pace, the order, trying again, giving up. May not: reading files (`source`), what
became of a chunk (`held`), and what is shown (`report`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from gateway.cli.ground import Ground
from gateway.cli.held import Bad, Begun, Held, Sums, acked, ended, problem_of, way_of
from gateway.cli.source import Chunk
from gateway.idempotency.claims import Settled
from gateway.pipeline.delivery import vouch
from gateway.pipeline.webhook import Webhook
from gateway.publication import Pending

__all__ = ["PATIENCE_SECONDS", "Ingesting"]

PATIENCE_SECONDS = 120.0
"""How long Kafka may take nothing before the rest is given up."""

_MOST_CHUNKS = 128  # on their way: 16 MiB of lines
_PAUSE = 0.002  # seconds: as long as a batch waits for company
_AGAIN = 0.05  # seconds
_LOOK = 1.0  # seconds
_SILENT = "Kafka acknowledges nothing"


class Ingesting:
    """The ingest of one source.

    Attributes:
        lost: why the rest is given up; None while all is well.

    Args:
        ground: takes the events, and tells when it may be given more.
        webhook: under whose rules.
        sums: where lines are counted that are done.
        done: told of each chunk that is done, in order, and how many of its lines were bad.
        tell: told of each of those.
        rate: most events a second; None: as many as can be.
        patience: see `PATIENCE_SECONDS`.
    """

    def __init__(
        self,
        ground: Ground,
        webhook: Webhook,
        *,
        sums: Sums,
        done: Callable[[Chunk, int], None],
        tell: Callable[[Bad], None],
        rate: float | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._offer = ground.intake.begin
        self._webhook = webhook
        self._ground = ground
        self._sums = sums
        self._done = done
        self._tell = tell
        self._rate = rate
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._began = self._moved_at = self._loop.time()
        self._offered = 0
        self._hopeless = False
        self._ways: asyncio.Queue[Held | None] = asyncio.Queue()
        self._awaited: set[Settled] = set()
        self._idle = asyncio.Event()  # everything that was offered is done
        self._clear = asyncio.Event()  # nothing failed that is not done
        self._idle.set()
        self._clear.set()
        self.lost: str | None = None

    async def run(self, chunks: AsyncIterator[Chunk]) -> None:
        """Ingest until the chunks end, or the rest is given up; what was offered has ended then.

        Raises whatever the chunks raise, after what came before it is done.
        """
        feeding = self._loop.create_task(self._feed(chunks))
        try:
            while (held := await self._ways.get()) is not None:
                await self._settle(held)
                if self._ways.empty():
                    self._idle.set()
                    self._clear.set()
        finally:
            feeding.cancel()
            await asyncio.wait([feeding])
        if not feeding.cancelled():
            feeding.result()

    def stop(self, why: str) -> None:
        """Offer no more; `run` returns when what was offered has ended."""
        self.lost = self.lost or why
        self._clear.set()

    async def _feed(self, chunks: AsyncIterator[Chunk]) -> None:
        try:
            async for chunk in chunks:
                if self._idle.is_set():
                    self._moved_at = self._loop.time()  # nobody waited for Kafka
                if not await self._room():
                    return
                held = Held(chunk, [], set())
                await self._take(held)
                self._awaited |= held.ways
                self._idle.clear()
                self._ways.put_nowait(held)
                await self._pace(len(chunk.lines))
        finally:
            self._ways.put_nowait(None)

    async def _take(self, held: Held) -> None:
        """Offer every line; where the rest is given up, some."""
        chunk, offers, ways = held
        offer, webhook, now = self._offer, self._webhook, time.time()
        for line in chunk.lines:
            if not line:
                offers.append(None)
                continue
            offered = offer(vouch(line, webhook, now=now))
            if type(offered) is Pending:
                ways.add(offered.settled)
            elif not ended(offered):
                insisted = await self._insist(line, held)
                if insisted is None:
                    return
                offered, now = insisted, time.time()
            offers.append(offered)

    async def _insist(self, line: bytes, held: Held) -> Begun | None:
        """Offer a line that was refused, once all before it is done; None: the rest is given up."""
        while True:
            await asyncio.sleep(_AGAIN)
            await self._idle.wait()
            if await self._finish(held):
                return None
            self._clear.set()
            if not await self._room():
                return None
            offered = self._offer(vouch(line, self._webhook, now=time.time()))
            way = way_of(offered)
            if way is not None:
                held.ways.add(way)
            if way is not None or ended(offered):
                return offered
            self._wait_for(problem_of(offered))

    async def _room(self) -> bool:
        """Return when more may be offered; False where no more may."""
        await asyncio.sleep(0)  # Kafka's connections have their turn, once a chunk
        while True:
            self._heed()
            await self._clear.wait()
            self.lost = self.lost or self._ground.lost()
            if self.lost is not None:
                return False
            lacking = self._ground.lacking()
            if lacking is None and self._ways.qsize() < _MOST_CHUNKS:
                return True
            self._wait_for(lacking or _SILENT)
            await asyncio.sleep(_PAUSE)

    def _heed(self) -> None:
        """See at once, not when its chunk is settled, where something failed."""
        ended = {way for way in self._awaited if way.done()}
        self._awaited -= ended
        if not self._idle.is_set() and self.lost is None and not all(map(acked, ended)):
            self._clear.clear()

    async def _pace(self, lines: int) -> None:
        """Wait where there were more lines than the rate allows."""
        self._offered += lines
        if self._rate is not None:
            due = self._began + self._offered / self._rate
            await asyncio.sleep(due - self._loop.time())

    def _wait_for(self, what: str) -> None:
        """Give up where nothing has moved for too long."""
        if self._loop.time() - self._moved_at > self._patience:
            self._hopeless = True
            self.stop(f"nothing went on for {self._patience:g} s: {what}")

    async def _settle(self, held: Held) -> None:
        """Bring a chunk to its end."""
        failed = await self._finish(held)
        bad = self._sums.add(held, failed)
        for each in bad:
            self._tell(each)
        if not failed and len(held.offers) == len(held.chunk.lines):
            self._moved_at = self._loop.time()
            self._done(held.chunk, len(bad))

    async def _finish(self, held: Held) -> set[int]:
        """Wait for Kafka's word on what was offered; offer again what failed until it is acked.

        Nothing else is offered meanwhile. What is returned failed for good.
        """
        _, offers, ways = held
        await self._wait(ways)
        if all(acked(way) for way in ways):
            return set()
        failed = [at for at, each in enumerate(offers) if each and not ended(each)]
        while failed and self.lost is None:
            self._clear.clear()
            await asyncio.sleep(_AGAIN)
            failed = await self._again(held, failed)
        return {*failed}

    async def _again(self, held: Held, failed: list[int]) -> list[int]:
        """Offer lines again, in order; return those that failed again."""
        tried: dict[int, Begun] = {}
        for at in failed:
            line = held.chunk.lines[at] or b""
            held.offers[at] = tried[at] = self._offer(vouch(line, self._webhook, now=time.time()))
        ways = {way for each in tried.values() if (way := way_of(each)) is not None}
        await self._wait(ways)
        held.ways.clear()
        held.ways.update(ways)
        left = [at for at, each in tried.items() if not ended(each)]
        if left:
            self._wait_for(problem_of(tried[left[0]]))
        return left

    async def _wait(self, ways: set[Settled]) -> None:
        """Return when Kafka's word is there on all of these, or nothing goes on any more."""
        pending = ways
        while pending and not self._hopeless:
            done, pending = await asyncio.wait(pending, timeout=_LOOK)
            if any(acked(way) for way in done):
                self._moved_at = self._loop.time()
            elif not done:
                self._wait_for(_SILENT)
