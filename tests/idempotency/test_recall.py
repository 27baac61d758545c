"""Reading back what was accepted, over topics in memory and with clocks that are turned."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.idempotency import recall
from gateway.idempotency.entry import Entry, Kind, decode_entry, encode_entry
from gateway.idempotency.identity import Digester, Identity
from gateway.idempotency.recall import Recall
from gateway.idempotency.recovery import Recovery
from gateway.idempotency.remembering import Remembering
from gateway.idempotency.window import Window
from gateway.idempotency.writing import JournalWriter, pack
from gateway.pipeline.record import Record
from gateway.sink.memory import MemorySink
from tests.idempotency.logs import MemoryLog
from tests.intaking import NOW
from tests.waiting import until

HOURS = 3600.0
WINDOW = 33 * HOURS
DIGESTER = Digester(b"k" * 32)
BODY = b'{"id":"%s","type":"customer.deleted","team_id":"t","data":{}}'


def identity(name: str) -> Identity:
    """Return an event's identity."""
    return DIGESTER.event("t", name, b"{}")


class Setting:
    """A recall of one replica, `me`, over a journal and one output topic."""

    def __init__(self) -> None:
        self.now = NOW
        self.sink = MemorySink(partitions=1)
        self.sink.refusal = None
        self.log = MemoryLog(self.sink)
        self.window = Window(WINDOW, 1 << 30)
        self.writer = JournalWriter(
            "journal", b"me", self.sink.publish, lambda: None, lambda: self.now
        )
        self.recall = Recall(
            self.log,
            "journal",
            ["out"],
            own=b"me",
            memory=Remembering(self.window, WINDOW, lambda: self.now),
            recovery=Recovery(DIGESTER, ["out"], "quarantine"),
            writer=self.writer,
        )

    async def say(
        self, writer: bytes, at: float, *names: str, kind: Kind = Kind.MARKS, **more: bytes
    ) -> None:
        """Have a replica write an entry, all that came before it covered."""
        rows = pack([identity(name) for name in names])
        value = encode_entry(Entry(kind, writer, at, rows, **more))
        await self.put("journal", value, at)

    async def accept(self, name: str, at: float) -> None:
        """Have Kafka hold an event that nobody has marked."""
        await self.put("out", BODY % name.encode(), at)

    async def put(self, topic: str, value: bytes, at: float) -> None:
        """Write a record of a time."""
        record = Record(topic, b"t", value, (), round(at * 1000))
        await asyncio.shield(self.sink.publish([record]).answer)

    def knows(self, name: str) -> bool:
        """Tell whether an event is known to have been accepted."""
        return self.window.find(identity(name).key, self.now) is not None

    @property
    def said(self) -> list[tuple[Kind, bytes]]:
        """What we wrote into the journal: kinds, and whom they are about."""
        entries = [decode_entry(record.value) for record in self.sink.of_topic("journal")]
        return [(each.kind, each.about) for each in entries if each and each.writer == b"me"]

    @asynccontextmanager
    async def running(self, *, complete: bool = True) -> AsyncIterator[None]:
        """Run the recall; wait until it is complete."""
        task = asyncio.create_task(self.recall.run())
        try:
            if complete:
                await until(lambda: self.recall.complete)
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            await self.recall.stop()
            await self.writer.stop(1.0)


async def test_the_journal_is_read_back() -> None:
    """What any replica marked within the window is known; what is older is not."""
    setting = Setting()
    await setting.say(b"old", NOW - WINDOW - 9, "ancient")
    await setting.say(b"old", NOW - 32 * HOURS, "yesterday")
    await setting.say(b"old", NOW - 60, "now", kind=Kind.BYE)
    await setting.put("journal", b"junk", NOW - 50)
    async with setting.running():
        assert not setting.knows("ancient")
        assert setting.knows("yesterday")
        assert setting.knows("now")
        assert setting.window.ids == 2
        assert setting.said == []


async def test_what_others_mark_later_is_known_too() -> None:
    """The journal's tail brings the marks of living replicas, ours are passed over."""
    setting = Setting()
    await setting.say(b"they", NOW, kind=Kind.WHOLE)
    async with setting.running():
        await setting.say(b"they", NOW + 1, "theirs")
        await setting.say(b"me", NOW + 1, "ours")
        await until(lambda: setting.knows("theirs"))
        assert not setting.knows("ours")  # it was marked when it was acked, not by this


async def test_what_a_crash_left_unmarked_is_read_from_the_outputs() -> None:
    """At the start the outputs are read from where a writer without a goodbye had covered them."""
    setting = Setting()
    await setting.say(b"dead", NOW - 900, kind=Kind.WHOLE)
    await setting.say(b"dead", NOW - 600, "marked")
    await setting.accept("long before", NOW - 700)
    await setting.accept("unmarked", NOW - 599)
    async with setting.running():
        assert setting.knows("marked")
        assert setting.knows("unmarked")
        assert not setting.knows("long before")
        assert setting.recall.recovered == 1
        assert (("out",), NOW - 600 - 5.0) in setting.log.opened
        await until(lambda: setting.said == [(Kind.MARKS, b"")])
        assert setting.writer.unwritten == 0


async def test_after_a_goodbye_no_output_is_read() -> None:
    """Replicas that ended in order leave nothing to be read back."""
    setting = Setting()
    await setting.say(b"gone", NOW - 900, kind=Kind.WHOLE)
    await setting.say(b"gone", NOW - 600, kind=Kind.BYE)
    async with setting.running():
        assert [topics for topics, _ in setting.log.opened] == [("journal",)]


async def test_a_journal_that_is_not_whole_is_rebuilt_from_the_outputs() -> None:
    """With no journal, or one begun later than the window, all outputs of the window are read."""
    setting = Setting()
    await setting.accept("too old", NOW - WINDOW - 60)
    await setting.accept("old", NOW - 30 * HOURS)
    await setting.accept("young", NOW - 1)
    async with setting.running():
        assert setting.knows("old")
        assert setting.knows("young")
        assert not setting.knows("too old")
        await until(lambda: (Kind.WHOLE, b"") in setting.said)
        assert setting.said[0][0] is Kind.MARKS


async def test_a_replica_that_falls_silent_is_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last moments of a replica that was killed are known before cStar sends again."""
    monkeypatch.setattr(recall, "_JITTER", 0.01)
    setting = Setting()
    await setting.say(b"they", NOW, kind=Kind.WHOLE)
    async with setting.running():
        await setting.accept("its last", NOW + 1)
        await setting.say(b"me", NOW + 8.9)
        await asyncio.sleep(0.1)
        assert not setting.knows("its last")
        await setting.say(b"me", NOW + 9.1)
        await until(lambda: setting.knows("its last"))
        await until(lambda: setting.said[-1] == (Kind.RECOVERED, b"they"))


async def test_a_replica_that_others_read_back_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where another replica says that it has read a silent one back, we do not."""
    monkeypatch.setattr(recall, "_JITTER", 0.01)
    setting = Setting()
    await setting.say(b"they", NOW, kind=Kind.WHOLE)
    async with setting.running():
        opened = len(setting.log.opened)
        await setting.say(b"third", NOW + 20, kind=Kind.RECOVERED, about=b"they")
        await setting.say(b"me", NOW + 20)
        await asyncio.sleep(0.1)
        assert len(setting.log.opened) == opened


async def test_kafka_away_is_waited_for_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it can be read nothing is complete, and why is told; then it is read, once."""
    monkeypatch.setattr(recall, "_PAUSE", 0.001)
    setting = Setting()
    await setting.say(b"gone", NOW - 1, "event", kind=Kind.WHOLE)
    setting.log.failing = "the journal is away"
    async with setting.running(complete=False):
        await until(lambda: setting.recall.progress == "the journal is away")
        assert not setting.recall.complete
        setting.log.failing = ""
        await until(lambda: setting.recall.complete)
        setting.log.failing = "away again"
        await until(lambda: setting.recall.progress == "away again")
        await setting.say(b"they", NOW, "meanwhile")
        setting.log.failing = ""
        await until(lambda: setting.knows("meanwhile"))
        assert setting.window.ids == 2
        assert setting.recall.complete


async def test_a_reader_that_hears_nothing_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is heard of the journal, not even ourselves, it is opened again."""
    monkeypatch.setattr(recall, "_DEAF_AFTER", 0.05)
    monkeypatch.setattr(recall, "_READ", 0.01)
    monkeypatch.setattr(recall, "_PAUSE", 0.001)
    setting = Setting()
    await setting.say(b"gone", NOW - 1, kind=Kind.WHOLE)
    async with setting.running():
        await until(lambda: sum("journal" in topics for topics, _ in setting.log.opened) > 2)
