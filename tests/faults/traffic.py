"""Traffic: good senders that go on while others misbehave, and what they met.

May live here: sending, timing, and holding it against Kafka. May not: misbehaving (`crowd`).
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from tests.e2e.delivering import event, ids_in_kafka
from tests.ingress.fakes import Sender, post
from tests.signing import sign

__all__ = ["Exchange", "Traffic", "request"]

_RETRY_AFTER = 0.1
_UNANSWERED = 0


class Exchange(NamedTuple):
    """One delivery.

    Attributes:
        begun: when, by the monotonic clock.
        seconds: until the answer.
        status: of it; 0 where there was none.
        event_id: whose.
    """

    begun: float
    seconds: float
    status: int
    event_id: str


def request(event_id: str, team: int = 0) -> bytes:
    """Return a good delivery, signed now."""
    body = event(event_id, team)
    return post(body, signature=sign(body, int(time.time())))


class Traffic:
    """Senders that keep a connection each, and send one event after another, each until accepted.

    Args:
        port: of the gateway.
        name: of their events.
        senders: how many.
        pause: seconds between two deliveries of one.

    Attributes:
        exchanges: every delivery so far.
    """

    def __init__(self, port: int, name: str, senders: int = 8, pause: float = 0.01) -> None:
        self.exchanges: list[Exchange] = []
        self._port = port
        self._name = name
        self._senders = senders
        self._pause = pause
        self._stop = asyncio.Event()

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """Send meanwhile; at the end each sees its last event accepted."""
        flow = asyncio.gather(*(self._send(number) for number in range(self._senders)))
        try:
            yield
        finally:
            self._stop.set()
            async with asyncio.timeout(60):
                await flow

    async def _send(self, number: int) -> None:
        sender: Sender | None = None
        for count in itertools.count():
            event_id = f"evt_{self._name}_{number}_{count}"
            while True:
                sender, status = await self._deliver(sender, event_id, number)
                if status in (200, 202):
                    break
                await asyncio.sleep(_RETRY_AFTER)
            if self._stop.is_set():
                break
            await asyncio.sleep(self._pause)
        if sender is not None:
            await sender.close()

    async def _deliver(
        self, sender: Sender | None, event_id: str, team: int
    ) -> tuple[Sender | None, int]:
        begun = time.monotonic()
        status, keeps = _UNANSWERED, False
        try:
            if sender is None:
                sender = Sender(*await asyncio.open_connection("127.0.0.1", self._port))
            await sender.send(request(event_id, team))
            answer = await sender.answer()
            status, keeps = answer.status, not answer.closes
        except (OSError, asyncio.IncompleteReadError):
            keeps = False
        self.exchanges.append(Exchange(begun, time.monotonic() - begun, status, event_id))
        if not keeps and sender is not None:
            sender.writer.close()
            sender = None
        return sender, status

    def percentile(self, share: float, since: float = 0.0) -> float:
        """Return the milliseconds that this share of what was begun since then took at most."""
        took = sorted(one.seconds for one in self.exchanges if one.begun >= since)
        return 1000 * took[min(len(took) - 1, int(share * len(took)))] if took else 0.0

    def statuses(self, since: float = 0.0) -> Counter[int]:
        """Return how many had each status since then."""
        return Counter(one.status for one in self.exchanges if one.begun >= since)

    async def account(self, bootstrap_servers: str, prefix: str) -> dict[str, Any]:
        """Return the fields of a row that tell what was sent, answered, and found in Kafka."""
        found = await ids_in_kafka(bootstrap_servers, prefix)
        mine = {one.event_id for one in self.exchanges}
        acked = {one.event_id for one in self.exchanges if one.status in (200, 202)}
        statuses = self.statuses()
        return {
            "sent": len(mine),
            "deliveries": len(self.exchanges),
            "acked": len(acked),
            "unavailable": statuses[503],
            "unanswered": statuses[_UNANSWERED],
            "lost": len(acked - found.keys()),
            "duplicates": sum(found[event_id] - 1 for event_id in mine & found.keys()),
            "slowest": max((one.seconds for one in self.exchanges), default=None),
        }
