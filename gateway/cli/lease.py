"""Lease: one replay at a time, told by the log's order on the quarantine's own topic.

```
begun ─ going ─ going ─ … ─ ended      records without value, all under one key, so on one partition
```

Whoever begun first has the lease until it has ended, or gave no sign for as long as a lease lasts.
The others wait, giving signs too. Who cannot give them in time has lost it before others may begin.
"""

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from gateway.cli.consuming import read
from gateway.pipeline.reasons import Ended
from gateway.pipeline.record import Record
from gateway.publication import Sink
from gateway.sink.settings import KafkaSettings

__all__ = ["LEASE_SECONDS", "Lease", "Sign", "ahead"]

LEASE_SECONDS = 15.0
"""How long a replay that gives no sign is waited for."""

_OLD_SECONDS = 600.0  # a sign older than this is of a replay long dead, whatever the clocks say
_KEY = b"cstar-replay"


class Sign(NamedTuple):
    """One sign of life.

    Attributes:
        run: of which replay.
        state: `begun`, `going` or `ended`.
        offset: where it is.
        at: its writer's clock, seconds since the epoch.
    """

    run: str
    state: str
    offset: int
    at: float


def ahead(signs: Sequence[Sign], run: str) -> dict[str, Sign] | None:
    """Return the replays that begun before `run` and have not ended, each with its last sign.

    None where `run` itself is not among them yet.
    """
    begun = next((sign.offset for sign in signs if sign[:2] == (run, "begun")), None)
    if begun is None:
        return None
    before = {sign.run for sign in signs if sign.offset < begun}
    last = {sign.run: sign for sign in signs if sign.run in before}
    return {name: sign for name, sign in last.items() if sign.state != "ended"}


class Lease:
    """The right to replay: `acquire` it, ask `held` before each record, `release` it.

    Args:
        sink: takes the signs.
        settings: how to read them.
        topic: of the quarantine.
        seconds: how long a lease lasts without a sign.
    """

    def __init__(
        self, sink: Sink, settings: KafkaSettings, topic: str, seconds: float = LEASE_SECONDS
    ) -> None:
        self._sink = sink
        self._settings = settings
        self._topic = topic
        self._seconds = seconds
        self._run = uuid.uuid4().hex
        self._loop = asyncio.get_running_loop()
        self._signed_at = float("-inf")
        self._lost = False
        self._beating: asyncio.Task[None] | None = None

    @property
    def held(self) -> bool:
        """Whether our signs came in time, so that nobody else may have begun."""
        return not self._lost and self._fresh(self._loop.time())

    def _fresh(self, now: float) -> bool:
        return now - self._signed_at < self._seconds * 2 / 3

    async def acquire(self, waiting: Callable[[], None]) -> None:
        """Return when it is ours alone; `waiting` is called, once, where another has it.

        Raises:
            ConnectionError: Kafka does not take our signs.
            KafkaError, OSError, TimeoutError: Kafka cannot be read.
        """
        began = time.time()
        if not await self._sign("begun"):
            raise ConnectionError("Kafka does not acknowledge that a replay begins")
        self._beating = self._loop.create_task(self._beat())
        seen: dict[tuple[str, int], float] = {}
        told = False
        while self.held:
            rivals = ahead(await self._read(began - _OLD_SECONDS), self._run)
            now = self._loop.time()
            if rivals is not None and not any(
                sign.at >= began - _OLD_SECONDS
                and now - seen.setdefault((sign.run, sign.offset), now) < self._seconds
                for sign in rivals.values()
            ):
                return
            if not told:
                waiting()
                told = True
            await asyncio.sleep(self._seconds / 10)
        raise ConnectionError("Kafka does not acknowledge that a replay waits")

    async def release(self) -> None:
        """Let the next one begin."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait([self._beating])
            await self._sign("ended")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._seconds / 5)
            await self._sign("going")

    async def _sign(self, state: str) -> bool:
        """Give a sign; return whether Kafka has it."""
        at = self._loop.time()
        headers = (("cstar-replay", state.encode()), ("cstar-replay-run", self._run.encode()))
        record = Record(self._topic, _KEY, b"", headers, int(time.time() * 1000))
        with suppress(Ended):
            answer = await asyncio.shield(self._sink.publish([record]).answer)
            if isinstance(answer, tuple):
                self._lost = state != "begun" and not self.held
                self._signed_at = at
                return True
        return False

    async def _read(self, since: float) -> Sequence[Sign]:
        signs: list[Sign] = []
        async for record in read(self._settings, [self._topic], since=since):
            said = dict(record.headers)
            if record.key == _KEY and "cstar-replay-run" in said:
                run, state = said["cstar-replay-run"].decode(), said["cstar-replay"].decode()
                signs.append(Sign(run, state, record.offset, record.timestamp / 1000))
        return signs
