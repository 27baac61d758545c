"""Runs `replay` in this process against a gateway's topics, and reads what came of it."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

import pytest
from aiokafka import AIOKafkaProducer

from gateway.cli.choice import choose
from gateway.cli.replay_run import Wish, run
from gateway.cli.telling import Telling
from gateway.config import load
from gateway.events.catalogue import CATEGORIES
from gateway.pipeline.building import build_quarantine
from gateway.pipeline.delivery import Hints, restore
from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.webhook import Webhook
from tests.e2e.delivering import event
from tests.e2e.running import Client, environment, running_gateway
from tests.kafka_reading import create_topics, read_topics

__all__ = ["Replayed", "Replays", "fill", "records_of"]


class Replayed(NamedTuple):
    """What a replay came to: its exit code, its lines, and its last line's summary."""

    code: int
    lines: list[dict[str, Any]]
    summary: dict[str, Any]

    def outcomes(self) -> dict[str, tuple[str, str]]:
        """Return outcome and reason of each record, by why it was in the quarantine."""
        return {
            line["reason"]: (line["replay"]["outcome"], line["replay"]["reason"])
            for line in self.lines
        }


class Replays:
    """Runs the command's work with `--json`.

    Attributes:
        store: of idempotency.
        settings: what the gateway and its replays are told.
    """

    def __init__(
        self, servers: str, prefix: str, capsys: pytest.CaptureFixture[str], store: str
    ) -> None:
        self.settings = {"IDEMPOTENCY__STORE": store}
        self.store = store
        self._servers = servers
        self._prefix = prefix
        self._capsys = capsys

    def gateway(self, teams: str = "") -> AbstractAsyncContextManager[Client]:
        """Run a gateway whose webhook may speak for these teams, or for any."""
        return running_gateway(
            self._servers,
            self._prefix,
            IDEMPOTENCY__STORE=self.store,
            WEBHOOKS__0__TEAMS=teams,
        )

    async def run(
        self,
        *,
        settings: Mapping[str, str] | None = None,
        sure: bool | None = True,
        lease_seconds: float = 2.0,
    ) -> Replayed:
        """Run one, under further settings as `tests.e2e.running.environment` takes them."""
        variables = self.settings | dict(settings or {})
        config = load(None, environment(self._servers, self._prefix, **variables))
        self._capsys.readouterr()
        wish = Wish(choose(), sure, lease_seconds)
        code = await run(config, wish, Telling(json=True))
        out = self._capsys.readouterr().out.splitlines()  # logs are there, too: nobody set them up
        lines = [json.loads(line) for line in out if line.startswith("{")]
        summary = lines.pop()["summary"] if lines else {}  # none: it did not come to begin
        return Replayed(code, lines, summary)

    async def ids(self) -> Counter[str]:
        """Return how many records each event has, over all category topics."""
        return Counter(
            dict(record.headers)["ce_id"].decode()
            for record in await records_of(self._servers, self._prefix, *CATEGORIES, "other")
        )

    async def quarantine(self, wanted: Callable[[dict[str, bytes]], bool] = bool) -> int:
        """Return how many records the quarantine holds, of those whose headers are wanted."""
        records = await records_of(self._servers, self._prefix, "quarantine")
        return sum(wanted(dict(record.headers)) for record in records)


async def records_of(servers: str, prefix: str, *names: str) -> list[Any]:
    """Return all records of the gateway's topics of these names."""
    return await read_topics(servers, [f"{prefix}.{name}" for name in names])


async def fill(servers: str, prefix: str, ids: Sequence[str], teams: int = 1) -> None:
    """Put good events into the quarantine as a gateway with a fault of its own does."""
    topic = f"{prefix}.quarantine"
    await create_topics(servers, [topic], partitions=3)
    producer = AIOKafkaProducer(bootstrap_servers=servers, linger_ms=5)
    await producer.start()
    sent = []
    for number, event_id in enumerate(ids):
        body = event(event_id, number % teams)
        delivery = restore(body, Webhook("crm"), Hints(), now=time.time())
        fault = Ended(Reason.UNPROCESSABLE, "ZeroDivisionError")
        record = build_quarantine(delivery, read_envelope(body), fault, topic)
        headers = list(record.headers)
        sent.append(
            await producer.send(
                topic, record.value, record.key, headers=headers, timestamp_ms=record.timestamp_ms
            )
        )
    await asyncio.gather(*sent)
    await producer.stop()
