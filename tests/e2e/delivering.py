"""Deliveries of events that each are one of a kind, retried as cStar does but on a fast clock."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Iterable

from gateway.events.catalogue import CATEGORIES
from tests.e2e.running import Client
from tests.kafka_reading import read_topics

__all__ = ["TIMELY", "Sender", "event", "ids_in_kafka"]

TIMELY = 8.0
"""Seconds an answer may take: cStar waits ten."""

_RETRY_AFTER = 0.2


def event(event_id: str, team: int = 0) -> bytes:
    """Return a good event."""
    return json.dumps(
        {
            "id": event_id,
            "type": "customer.deleted",
            "created_at": "2026-04-27T18:42:11.000Z",
            "team_id": f"team_{team}",
            "data": {"id": f"cus_{event_id}"},
        }
    ).encode()


class Sender:
    """Sends one event after another, each until it is accepted.

    Attributes:
        answers: every answer as (event id, status, reason or outcome), in order.
    """

    def __init__(self, client: Client, name: str, team: int = 0) -> None:
        self._client = client
        self._name = name
        self._team = team
        self.answers: list[tuple[str, int, str]] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, and then until the last event is accepted."""
        for number in itertools.count():
            await self.deliver(f"evt_{self._name}_{number}")
            if stop.is_set():
                return

    async def deliver(self, event_id: str) -> None:
        """Send one event until it is accepted; fail where an answer is late or not of these."""
        while True:
            status, what = await self.attempt(event_id)
            if status in (200, 202):
                return
            assert status == 503, (status, what)
            await asyncio.sleep(_RETRY_AFTER)

    async def attempt(self, event_id: str) -> tuple[int, str]:
        """Send one event once; return the status and the reason, or the outcome."""
        async with asyncio.timeout(TIMELY):
            status, answer = await self._client.send(event(event_id, self._team))
        what = answer.get("reason") or answer["status"]
        self.answers.append((event_id, status, what))
        return status, what

    def ids(self, *statuses: int) -> set[str]:
        """Return the events that were answered with one of the statuses."""
        return {event_id for event_id, status, _ in self.answers if status in statuses}


async def ids_in_kafka(bootstrap_servers: str, prefix: str) -> Counter[str]:
    """Return how many records each event has, over all category topics."""
    topics: Iterable[str] = [f"{prefix}.{category}" for category in (*CATEGORIES, "other")]
    records = await read_topics(bootstrap_servers, topics)
    return Counter(dict(record.headers)["ce_id"].decode() for record in records)
