"""Stored events through an intake: in order, each to its end, whatever the sink does meanwhile."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from gateway.cli.held import Bad, Sums
from gateway.cli.ingesting import Ingesting
from gateway.cli.source import Chunk, chunks
from gateway.intake import Intake
from gateway.pipeline.reasons import Reason
from gateway.pipeline.record import Record
from gateway.pipeline.subscription import Subscription
from gateway.pipeline.webhook import Webhook
from gateway.publication import Ack, Publication
from gateway.sink.memory import MemorySink
from tests.intaking import Setting, event
from tests.waiting import until

CREATED = "customer.deleted"


class Firm:
    """A ground that always bears; what it lacks may be set."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.wants: str | None = None
        self.gone: str | None = None

    def lacking(self) -> str | None:
        """Return what was set."""
        return self.wants

    def lost(self) -> str | None:
        """Return what was set."""
        return self.gone


class Run:
    """An ingest over an intake in memory, and what it told."""

    def __init__(
        self,
        sink: MemorySink | None = None,
        webhook: Webhook | None = None,
        *,
        rate: float | None = None,
        patience: float = 30.0,
    ) -> None:
        self.setting = Setting(sink=sink)
        self.ground = Firm(self.setting.intake)
        self.sums = Sums()
        self.ends: list[int] = []
        self.bad: list[Bad] = []
        self.heed: Callable[[Chunk], object] = bool
        self.pause = 0.001
        self.ingesting = Ingesting(
            self.ground,
            webhook or Webhook("crm"),
            sums=self.sums,
            done=lambda chunk, _: self.ends.append(chunk.end),
            tell=self.bad.append,
            rate=rate,
            patience=patience,
        )

    async def of(self, *lines: bytes, most: int = 4) -> str | None:
        """Ingest lines, so many a chunk; return why the rest was given up."""
        content = b"".join(line + b"\n" for line in lines)

        async def read() -> AsyncIterator[Chunk]:
            for chunk in chunks(io.BytesIO(content), longest=1000, most=most):
                if self.pause:
                    await asyncio.sleep(self.pause)
                self.heed(chunk)
                yield chunk

        async with asyncio.timeout(30):
            await self.ingesting.run(read())
        return self.ingesting.lost

    def told(self, topic: str = "cstar.customers") -> list[str]:
        """Return the ids that a topic holds, in the order of each partition."""
        return [json.loads(record.value)["id"] for record in self.setting.sink.of_topic(topic)]


def events(count: int, team: int = 1, first: int = 0) -> list[bytes]:
    """Return events of one team, in order."""
    return [
        json.dumps(event(id=f"evt_{team}_{number}", team_id=f"team_{team}")).encode()
        for number in range(first, first + count)
    ]


async def test_each_line_ends_and_is_counted() -> None:
    """Good, twice, unwanted, unusable, foreign, too long and empty lines each end as they must."""
    webhook = Webhook("crm", Subscription(["customer.*"]), teams=frozenset({"team_1"}))
    run = Run(webhook=webhook)
    one, two = events(2)
    unwanted = json.dumps(event(id="evt_t", type="ticket.closed")).encode()
    (foreign,) = events(1, team=2)
    lines = (one, one, b"", unwanted, b"{", two, foreign, b"x" * 1001, b"  ", two)
    assert await run.of(*lines) is None
    assert run.sums.blank == 2
    assert (
        run.sums.counts
        == {
            (Reason.ACKED, CREATED): 2,
            (Reason.TWIN, CREATED): 1,
            (Reason.SEEN, CREATED): 1,
            (Reason.UNSUBSCRIBED, "ticket.closed"): 1,
            (Reason.BODY_NOT_JSON, "other"): 1,
            (Reason.TEAM_NOT_ALLOWED, CREATED): 1,
            (Reason.BODY_TOO_LARGE, "other"): 1,
        }
        or run.sums.counts[Reason.TWIN, CREATED] == 2
    )
    assert sorted(each[:2] for each in run.bad) == [
        (5, Reason.BODY_NOT_JSON),
        (7, Reason.TEAM_NOT_ALLOWED),
        (8, Reason.BODY_TOO_LARGE),
    ]
    assert run.told() == ["evt_1_0", "evt_1_1"]
    assert len(run.setting.sink.of_topic("cstar.quarantine")) == 2
    assert run.ends == sorted(run.ends)
    assert run.ends[-1] == sum(len(line) + 1 for line in lines)


async def test_nothing_is_done_before_its_ack() -> None:
    """While Kafka acknowledges nothing no chunk is done, and so no checkpoint moves."""
    run = Run()
    run.setting.sink.hold()
    task = asyncio.create_task(run.of(*events(20)))
    await asyncio.sleep(0.05)
    assert run.ends == []
    run.setting.sink.release()
    assert await task is None
    assert len(run.ends) == 5


@pytest.mark.parametrize("reason", [Reason.KAFKA_UNAVAILABLE, Reason.OUTCOME_UNKNOWN])
async def test_what_failed_is_offered_again_in_order(reason: Reason) -> None:
    """Events that Kafka did not take are published once it does, each once, in the file's order."""
    run = Run()
    run.pause = 0.0
    sink = run.setting.sink

    def heed(chunk: Chunk) -> None:
        if chunk.first == 9:
            sink.fail(reason)
            asyncio.get_running_loop().call_later(0.15, sink.fail, None)

    run.heed = heed
    assert await run.of(*events(40)) is None
    assert run.told() == [f"evt_1_{number}" for number in range(40)]
    assert run.sums.counts == {(Reason.ACKED, CREATED): 40}


async def test_a_refusal_at_once_waits_for_all_before() -> None:
    """Where the sink takes no more in the midst of a chunk, what it took is seen to first."""
    run = Run()
    sink = run.setting.sink
    take, taken = sink.publish, 0

    def publish(records: object) -> object:
        nonlocal taken
        taken += 1
        if taken == 6:
            sink.refusal = (Reason.QUEUE_FULL, "full")
            sink.fail(Reason.KAFKA_REFUSED)
            asyncio.get_running_loop().call_later(0.1, sink.fail, None)
            asyncio.get_running_loop().call_later(0.2, setattr, sink, "refusal", None)
        return take(records)  # type: ignore[arg-type]

    sink.publish = publish  # type: ignore[method-assign,assignment]
    assert await run.of(*events(40), most=10) is None
    assert run.told() == [f"evt_1_{number}" for number in range(40)]


async def test_giving_up() -> None:
    """Where Kafka takes nothing for too long the rest is given up, and what is done is told."""
    run = Run(sink=MemorySink(), patience=0.2)
    run.heed = lambda chunk: run.setting.sink.hold() if chunk.first > 8 else None
    lost = await run.of(*events(40))
    assert lost is not None
    assert "nothing went on for 0.2 s" in lost
    assert len(run.ends) == 2
    run.setting.sink.release()


@pytest.mark.parametrize("refusal", [Reason.KAFKA_UNAVAILABLE, None])
async def test_giving_up_what_is_refused(refusal: Reason | None) -> None:
    """So it is where it refuses at once, and where its ground does not bear."""
    run = Run(patience=0.2)

    def heed(chunk: Chunk) -> None:
        if chunk.first > 8 and refusal:
            run.setting.sink.refusal = (refusal, "away")
        elif chunk.first > 8:
            run.ground.wants = "the journal"

    run.heed = heed
    lost = await run.of(*events(40))
    assert lost is not None
    assert ("the journal" if refusal is None else "cannot be reached") in lost
    assert len(run.ends) == 2


async def test_a_full_window_ends_it_at_once() -> None:
    """Where the ground is lost nothing more is offered; what was offered is done."""
    run = Run()
    run.heed = lambda chunk: setattr(run.ground, "gone", "full") if chunk.first > 8 else None
    assert await run.of(*events(40)) == "full"
    assert len(run.ends) == 2
    assert len(run.told()) == 8


async def test_it_can_be_ended_early() -> None:
    """Told to stop, it offers no more, and what it offered is done when it returns."""
    run = Run()
    run.heed = lambda chunk: run.ingesting.stop("interrupted") if chunk.first == 13 else None
    assert await run.of(*events(400)) == "interrupted"
    assert len(run.told()) == 12
    assert len(run.ends) == 3


async def test_no_more_than_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a rate it waits between chunks as long as their lines are worth."""
    waited: list[float] = []
    sleep = asyncio.sleep

    async def sleeping(seconds: float) -> None:
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", sleeping)
    assert await Run(rate=10).of(*events(40), most=10) is None
    assert 3.5 < max(waited) <= 4.0


async def test_what_cannot_be_read_on_is_told_after_what_could() -> None:
    """A fault of the file is raised when what was read before it is done."""
    run = Run()

    def fail(chunk: Chunk) -> None:
        if chunk.first > 4:
            raise OSError("gone")

    run.heed = fail
    with pytest.raises(OSError, match="gone"):
        await run.of(*events(8))
    assert len(run.ends) == 1


class Hand:
    """A sink whose batches a test acknowledges by hand, a record each."""

    unready: str | None = None

    def __init__(self) -> None:
        self.sent: list[tuple[str, asyncio.Future[tuple[Ack, ...] | Reason]]] = []

    def publish(self, records: Sequence[Record]) -> Publication:
        """Take them, and wait for the hand."""
        settled = asyncio.get_running_loop().create_future()
        self.sent.append((json.loads(records[0].value)["id"], settled))
        return Publication(settled, settled)

    def record_limit(self, topic: str) -> int:
        """Take anything."""
        return len(topic) << 20


async def test_a_failure_is_seen_before_its_turn_comes() -> None:
    """While an older chunk waits for its ack, the failure of a younger one stops the file."""
    run, hand = Run(), Hand()
    run.setting.intake._sink = hand  # type: ignore[assignment]
    run.setting.intake._assembly._limit = hand.record_limit

    def heed(chunk: Chunk) -> None:
        if chunk.first == 3:
            hand.sent[1][1].set_result(Reason.KAFKA_UNAVAILABLE)

    run.heed = heed
    task = asyncio.create_task(run.of(*events(4), most=1))
    await asyncio.sleep(0.1)
    assert [name for name, _ in hand.sent] == ["evt_1_0", "evt_1_1"]
    for count in (1, 3, 4, 5):  # the first; the second again; and only then the others
        await until(lambda: len(hand.sent) >= count)  # noqa: B023 - asked at once
        for _, settled in hand.sent:
            if not settled.done():
                settled.set_result((Ack("cstar.customers", 0, 0),))
    assert await task is None
    names = ["evt_1_0", "evt_1_1", "evt_1_1", "evt_1_2", "evt_1_3"]
    assert [name for name, _ in hand.sent] == names
