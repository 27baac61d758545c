"""The pace of a replay, what it tries again, and when it gives up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.cli.landed import Landed
from gateway.cli.quarantine import Row
from gateway.cli.replaying import FAILED, Replaying, Result
from gateway.pipeline.quarantined import Place, Quarantined
from gateway.pipeline.reasons import Reason
from gateway.pipeline.webhook import Webhook
from gateway.publication import Publication
from gateway.sink.memory import MemorySink
from gateway.sink.settings import KafkaSettings
from tests.e2e.delivering import event
from tests.intaking import Setting
from tests.waiting import until

HEADERS = [("cstar-reason", b"unprocessable"), ("cstar-webhook", b"crm")]


class Run:
    """A replay of some events over the sink in memory.

    Attributes:
        setting: of its intake.
        lease: set `held` to lose it.
        results: so far.
    """

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, count: int = 1, sink: MemorySink | None = None
    ) -> None:
        self.setting = Setting(sink=sink)
        self.lease = SimpleNamespace(held=True)
        self.results: list[Result] = []
        kept = [
            Quarantined(Place(0, number), 1.0, b"team_0", event(f"evt_{number}"), HEADERS)
            for number in range(count)
        ]
        self.rows = [Row.of(one) for one in kept]
        monkeypatch.setattr("gateway.cli.replaying.bodies", _bodies(kept))
        engine: Any = SimpleNamespace(intake=self.setting.intake, sink=self.setting.sink)
        lease: Any = self.lease
        self.replaying = Replaying(
            engine=engine,
            topic="cstar.quarantine",
            webhooks={"crm": Webhook("crm")},
            landed=Landed(lambda _: []),
            lease=lease,
            tell=self.results.append,
            patience=0.3,
        )

    async def go(self) -> None:
        """Run to its end."""
        async with asyncio.timeout(30):
            await self.replaying.run(KafkaSettings(bootstrap_servers="nowhere:1"), self.rows)

    def records(self, topic: str) -> int:
        """Return how many records a topic has."""
        return len(self.setting.sink.of_topic(f"cstar.{topic}"))


def _bodies(kept: Sequence[Quarantined]) -> Callable[..., AsyncIterator[tuple[Row, Quarantined]]]:
    async def bodies(*_: object) -> AsyncIterator[tuple[Row, Quarantined]]:
        for one in kept:
            yield Row.of(one), one

    return bodies


async def test_order_and_markers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands go in the order they are read, each with a marker after its ack."""
    run = Run(monkeypatch, 2000)
    await run.go()
    assert run.replaying.counts == {"accepted": 2000}
    ids = [dict(one.headers)["ce_id"] for one in run.setting.sink.of_topic("cstar.customers")]
    assert ids == [b"evt_%d" % number for number in range(2000)]
    assert run.records("quarantine") == 2000


async def test_a_full_queue_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the queue to Kafka is full a replay waits, and then goes on."""
    run = Run(monkeypatch, 50)
    run.setting.sink.refusal = (Reason.QUEUE_FULL, "full")
    going = asyncio.create_task(run.go())
    await asyncio.sleep(0.1)
    assert run.results == []
    run.setting.sink.refusal = None
    await going
    assert run.replaying.counts == {"accepted": 50}


async def test_what_kafka_refuses_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Kafka refuses again and again fails with its reason; nothing is marked."""
    run = Run(monkeypatch)
    run.setting.sink.fail(Reason.KAFKA_REFUSED)
    await run.go()
    assert [(one.outcome, one.reason) for one in run.results] == [(FAILED, "kafka_refused")]
    assert run.replaying.lost is None
    assert run.setting.sink.records == {}


async def test_what_kafka_may_have_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a publish timeout Kafka may have it: the next replay looks, this one ends there."""
    run = Run(monkeypatch, sink=MemorySink(publish_timeout=0.01))
    run.setting.sink.hold()
    await run.go()
    assert [(one.outcome, one.reason) for one in run.results] == [(FAILED, "publish_timeout")]
    run.setting.sink.release()
    await asyncio.sleep(0)
    assert (run.records("customers"), run.records("quarantine")) == (1, 0)


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Kafka takes nothing for long the rest is not begun, and it says why."""
    run = Run(monkeypatch, 600)
    run.setting.sink.refusal = (Reason.KAFKA_UNAVAILABLE, "gone")
    await run.go()
    assert run.replaying.lost == "Kafka took nothing for 0.3 s: Kafka cannot be reached."
    assert run.replaying.counts.total() < 600


async def test_without_its_lease_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once another may have begun nothing more is begun here."""
    run = Run(monkeypatch, 10)
    run.lease.held = False
    await run.go()
    assert "another may have begun" in str(run.replaying.lost)
    assert run.setting.sink.records == {}


async def test_a_marker_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in Kafka counts as replayed, and that it has no marker is counted beside it."""
    run = Run(monkeypatch)
    publish = run.setting.sink.publish

    def only_events(records: Sequence[Any]) -> Publication:
        publication = publish(records)
        run.setting.sink.refusal = (Reason.KAFKA_UNAVAILABLE, "gone")
        return publication

    monkeypatch.setattr(run.setting.sink, "publish", only_events)
    await run.go()
    await until(lambda: bool(run.results))
    assert (run.replaying.counts, run.replaying.unmarked) == ({"accepted": 1}, 1)
