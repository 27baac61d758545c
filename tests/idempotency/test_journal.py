"""The store in Kafka, as a whole: ready when complete, or when waiting would do more harm."""

import asyncio

import pytest

from gateway.idempotency import journal
from gateway.idempotency.entry import Entry, Kind, decode_entry
from gateway.idempotency.identity import Digester
from gateway.idempotency.journal import Journal, JournalTopics
from gateway.idempotency.marks import MarkStore
from gateway.idempotency.recovery import Recovery
from gateway.idempotency.remembering import Remembering
from gateway.idempotency.window import Window
from gateway.idempotency.writing import pack
from gateway.pipeline.record import Record
from gateway.sink.memory import MemorySink
from tests.idempotency.logs import MemoryLog
from tests.intaking import NOW
from tests.waiting import until

DIGESTER = Digester(b"k" * 32)
EVENT = DIGESTER.event("t", "evt", b"{}")
BODY = b'{"id":"evt","type":"customer.deleted","team_id":"t","data":{}}'


class Setting:
    """A journal over topics in memory."""

    def __init__(self) -> None:
        self.sink = MemorySink(partitions=1)
        self.sink.refusal = None
        self.log = MemoryLog(self.sink)
        self.window = Window(33 * 3600, 1 << 30)
        self.journal = Journal(
            JournalTopics("journal", ["out"]),
            log=self.log,
            publish=self.sink.publish,
            memory=Remembering(self.window, 33 * 3600, lambda: NOW),
            recovery=Recovery(DIGESTER, ["out"], "quarantine"),
            oldest=lambda: None,
            wall=lambda: NOW,
        )
        self.store: MarkStore = self.journal

    async def accept(self) -> None:
        """Have Kafka hold the event, unmarked."""
        record = Record("out", b"t", BODY, (), round(NOW * 1000))
        await asyncio.shield(self.sink.publish([record]).answer)

    @property
    def entries(self) -> list[Entry]:
        """What the journal holds."""
        decoded = [decode_entry(record.value) for record in self.sink.of_topic("journal")]
        return [entry for entry in decoded if entry is not None]

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of its entries."""
        return [entry.kind for entry in self.entries]

    @property
    def rows(self) -> bytes:
        """All marks in it."""
        return b"".join(entry.rows for entry in self.entries)


async def test_it_is_ready_when_all_is_read_back() -> None:
    """From start to goodbye: unready, complete, marks written, and a goodbye at the end."""
    setting = Setting()
    assert setting.store.unready == "waiting for Kafka"
    assert setting.store.complete_since() == NOW
    await setting.store.start()
    await until(lambda: setting.store.unready is None)
    assert setting.store.complete_since() == 0.0
    assert setting.kinds  # others know of us before we serve
    setting.store.append([EVENT], NOW)
    await setting.store.stop(5.0)
    assert setting.kinds[-1] is Kind.BYE
    assert setting.kinds.count(Kind.WHOLE) == 1
    assert setting.rows == pack([EVENT])
    assert setting.journal.cold_starts == 0


async def test_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit it is ready, says since when it may lack marks, and still completes."""
    monkeypatch.setattr(journal, "_READY_WITHIN", 0.0)
    setting = Setting()
    setting.log.failing = "away"
    await setting.store.start()
    assert setting.store.unready is None
    assert setting.journal.cold_starts == 1
    assert setting.store.complete_since() == NOW
    setting.log.failing = ""
    await until(lambda: setting.store.complete_since() == 0.0)
    await setting.store.stop(5.0)


async def test_what_became_of_an_event_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events that Kafka has, though nobody was told, are marked; where it fails, it is given up."""
    monkeypatch.setattr(journal, "_LANDED_AFTER", 0.001)
    setting = Setting()
    await setting.store.start()
    await until(lambda: setting.store.unready is None)
    await setting.accept()
    setting.log.failing = "away"
    await setting.store.read_back(NOW)
    assert setting.window.find(EVENT.key, NOW) is None
    setting.log.failing = ""
    await setting.store.read_back(NOW)
    assert setting.window.find(EVENT.key, NOW) is not None
    await setting.store.stop(5.0)


async def test_after_a_stall_it_is_behind_until_it_hears_itself() -> None:
    """What others accepted meanwhile is not known: it is said, for a while; then it is known."""
    setting = Setting()
    await setting.store.start()
    await until(lambda: setting.store.unready is None)
    assert [setting.store.behind()] == [False]
    setting.journal.horizon.limit = 0.0
    assert [setting.store.behind()] == [True]
    assert "not heard" in str(setting.store.unready)
    setting.journal.horizon.patience = 0.0
    assert [setting.store.behind()] == [False]
    assert setting.store.unready is None
    assert setting.store.complete_since() == NOW
    setting.journal.horizon.limit = 60.0
    assert setting.store.complete_since() == 0.0
    await setting.store.stop(5.0)


async def test_a_reader_that_dies_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault nobody foresaw ends no reading for good."""
    monkeypatch.setattr(journal, "_AGAIN", 0.001)
    setting = Setting()
    run, deaths = setting.journal.recall.run, iter([ValueError, asyncio.CancelledError])

    async def die() -> None:
        for fault in deaths:
            raise fault
        await run()

    monkeypatch.setattr(setting.journal.recall, "run", die)
    await setting.store.start()
    await until(lambda: setting.store.unready is None)
    await setting.store.stop(5.0)
