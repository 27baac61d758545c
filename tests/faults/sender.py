"""Sender: cStar on a fast clock. Events come at a rate; each is sent until it is accepted.

An open loop: nothing waits for the answer before it, until very many events wait for theirs. Each
attempt is freshly signed and goes to a replica picked at random, as through a balancer.
"""

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from tests.faults.events import Events
from tests.faults.history import REFUSED, History
from tests.faults.line import Line
from tests.signing import sign

__all__ = ["CSTAR_DELAYS", "DELAYS", "PATIENCE", "Sender", "Target"]

PATIENCE = 10.0
"""Seconds cStar waits for an answer."""

DELAYS = (0.3, 0.6, 1.2, 2.0)
"""Seconds from a failure to the next attempt; the last for all that follow.

cStar's are 30 s, 2 min, 10 min, 1 h, 6 h, 24 h. Here they come a hundred times as fast: the harder
case."""

CSTAR_DELAYS = (30.0,)
"""cStar's own first delay, for every attempt: nothing comes again sooner than cStar sends it."""

_CONNECT_WITHIN = 2.0
_MOST_OPEN = 20_000  # events not accepted yet; at the limit the rate gives way
_MOST_REQUESTS = 400  # at once; a gateway takes 1,000 connections
_LATE = 0.5  # seconds of lag that are made up for in a burst; what is beyond is let go


class Target(Protocol):
    """Where events may be sent.

    Attributes:
        port: where it listens.
        in_rotation: whether a balancer would send it anything.
    """

    port: int
    in_rotation: bool


class Sender:
    """Sends events to replicas and keeps the history.

    Args:
        events: what there is to send.
        history: told of every attempt.
        replicas: where to.
        seed: of the choice of replicas.
        delays: seconds between attempts.

    Attributes:
        open: events that are not accepted yet.
    """

    def __init__(
        self,
        events: Events,
        history: History,
        replicas: Sequence[Target],
        *,
        seed: int,
        delays: Sequence[float] = DELAYS,
    ) -> None:
        self.open = 0
        self._events = events
        self._history = history
        self._replicas = replicas
        self._choice = random.Random(seed)  # noqa: S311 - not secrets
        self._delays = delays
        self._room = asyncio.Semaphore(_MOST_OPEN)
        self._lines = asyncio.Semaphore(_MOST_REQUESTS)
        self._idle: dict[int, list[Line]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, count: int, rate: float, over: asyncio.Event) -> None:
        """Let events happen, so many a second, and begin to send each.

        Until there are `count`, and until it is `over`.
        """
        loop = asyncio.get_running_loop()
        due = loop.time()
        while len(self._events) < count or not over.is_set():
            await self.send(self._events.happen())
            due = max(due + 1 / rate, loop.time() - _LATE)
            if due > loop.time():
                await asyncio.sleep(due - loop.time())

    async def send(self, number: int, *, after: float = 0.0) -> None:
        """Begin to send an event, once there is room, until it is accepted."""
        await self._room.acquire()
        self.open += 1
        task = asyncio.get_running_loop().create_task(self._deliver(number, after))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def resend(self, numbers: Iterable[int]) -> None:
        """Send events again, as fast as they are answered, each until it is accepted."""
        for number in numbers:
            await self.send(number)
        await self.settle()

    async def settle(self) -> None:
        """Return when every event is accepted."""
        while self._tasks:
            for task in (await asyncio.wait(self._tasks))[0]:
                task.result()

    async def close(self) -> None:
        """Leave what is not accepted, and every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in [line for lines in self._idle.values() for line in lines]:
            line.close()

    async def attempt(self, number: int, replica: int, count: int) -> int:
        """Send an event to one replica, once; return the status, `CUT` or `REFUSED`."""
        index = self._history.begin(number, replica, time.monotonic())
        status = REFUSED
        line = await self._line(replica)
        if line is not None:
            status = await line.exchange(self._request(number, index, count), PATIENCE)
            if line.usable:
                self._idle[replica].append(line)
        self._history.end(index, status, time.monotonic())
        return status

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.open -= 1
        self._room.release()

    async def _deliver(self, number: int, after: float) -> None:
        await asyncio.sleep(after)
        for count in range(1, 1_000_000):
            serving = [at for at, one in enumerate(self._replicas) if one.in_rotation]
            if serving:
                async with self._lines:
                    status = await self.attempt(number, self._choice.choice(serving), count)
                if 200 <= status < 300:
                    return
            await asyncio.sleep(self._delays[min(count, len(self._delays)) - 1])

    async def _line(self, replica: int) -> Line | None:
        idle = self._idle.setdefault(replica, [])
        while idle:
            if (line := idle.pop()).usable:
                return line
        try:
            return await Line.open(self._replicas[replica].port, _CONNECT_WITHIN)
        except (OSError, TimeoutError):
            return None

    def _request(self, number: int, index: int, count: int) -> bytes:
        body, kind = self._events.body(number), self._events.kind(number)
        return b"POST /webhooks/cstar HTTP/1.1\r\nHost: gateway\r\n%b\r\n%b" % (
            f"Content-Type: application/json\r\n"
            f"X-Signature: {sign(body, int(time.time()))}\r\n"
            f"X-Event-ID: {self._events.id(number)}\r\n"
            f"X-Event-Type: {kind.type}\r\n"
            f"X-Delivery-Attempt: {min(count, 7)}\r\n"
            f"x-cstar-request-id: req_{index:x}\r\n"
            f"Content-Length: {len(body)}\r\n".encode(),
            body,
        )
