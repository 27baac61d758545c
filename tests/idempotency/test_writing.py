"""Marks on their way into the journal: packed, in order, and tried again until Kafka has them."""

import asyncio

import pytest
import uvloop

from gateway.idempotency import writing
from gateway.idempotency.entry import ROW, Entry, Kind, decode_entry
from gateway.idempotency.identity import Digester, Identity
from gateway.idempotency.writing import JournalWriter, pack
from gateway.pipeline.reasons import Reason
from gateway.sink.memory import MemorySink
from tests.waiting import until

NOW = 1_777_315_331.0
DIGESTER = Digester(b"k" * 32)


def identities(*numbers: int) -> list[Identity]:
    """Return the identities of some events."""
    return [DIGESTER.event("t", f"evt_{number}", b"{}") for number in numbers]


class Setting:
    """A writer over the sink in memory, at a time that stands still."""

    def __init__(self) -> None:
        self.sink = MemorySink(partitions=1)
        self.sink.refusal = None
        self.oldest: float | None = None
        self.writer = JournalWriter(
            "journal", b"me", self.sink.publish, lambda: self.oldest, lambda: NOW
        )

    @property
    def entries(self) -> list[Entry]:
        """Everything written so far."""
        decoded = [decode_entry(record.value) for record in self.sink.of_topic("journal")]
        return [entry for entry in decoded if entry is not None]

    async def written(self, count: int) -> list[Entry]:
        """Return the entries when there are so many."""
        await until(lambda: len(self.entries) >= count)
        return self.entries


async def test_what_is_marked_together_is_written_together() -> None:
    """Marks of one moment are one entry, which covers all that came before it."""
    setting = Setting()
    setting.writer.append(identities(1, 2), NOW - 3)
    setting.writer.append(identities(3), NOW - 2)
    assert setting.writer.unwritten == 3
    assert setting.writer.lag == 3
    (entry,) = await setting.written(1)
    assert entry == Entry(Kind.MARKS, b"me", NOW, pack(identities(1, 2, 3)))
    await until(lambda: setting.writer.idle)
    assert setting.writer.unwritten == setting.writer.lag == 0
    assert [record.key for record in setting.sink.of_topic("journal")] == [b"me"]


def test_marks_come_while_a_write_is_due_at_once() -> None:
    """On uvloop, whose handles of no time cannot tell when they are due, they are kept."""

    async def run() -> None:
        setting = Setting()
        setting.writer.start()
        setting.writer.append(identities(1), NOW)
        assert (await setting.written(1))[0].rows == pack(identities(1))

    uvloop.run(run())


async def test_what_is_in_flight_is_not_covered() -> None:
    """An entry covers nothing that came since the oldest event whose outcome is open."""
    setting = Setting()
    setting.oldest = NOW - 7
    setting.writer.append(identities(1), NOW - 3)
    assert [entry.covered for entry in await setting.written(1)] == [NOW - 7]


async def test_what_waits_behind_an_entry_is_not_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    """More marks than an entry takes go into the next, and are not covered by the first."""
    monkeypatch.setattr(writing, "_MOST_ROWS", 2)
    setting = Setting()
    setting.writer.append(identities(1, 2), NOW - 9)
    setting.writer.append(identities(3), NOW - 4)
    first, second = await setting.written(2)
    assert (first.covered, first.rows) == (NOW - 4, pack(identities(1, 2)))
    assert (second.covered, second.rows) == (NOW, pack(identities(3)))


async def test_marks_are_kept_until_the_journal_takes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refusal, and a failure on the way, lose no mark and no order; it is said until mended."""
    monkeypatch.setattr(writing, "_RETRY", 0.01)
    setting = Setting()
    setting.sink.refusal = (Reason.KAFKA_UNAVAILABLE, "away")
    setting.writer.append(identities(1), NOW - 5)
    await asyncio.sleep(0.05)
    setting.sink.refusal = None
    setting.sink.fail(Reason.KAFKA_REFUSED)
    setting.writer.append(identities(2), NOW - 4)
    await asyncio.sleep(0.05)
    assert setting.writer.unwritten == 2
    setting.sink.fail(None)
    await until(lambda: setting.writer.idle)
    assert b"".join(entry.rows for entry in setting.entries) == pack(identities(1, 2))
    assert setting.writer.unwritten == 0


async def test_what_is_said_comes_after_what_was_marked() -> None:
    """A recovery is announced only once every mark of before is in the journal."""
    setting = Setting()
    setting.writer.append(identities(1), NOW)
    setting.writer.say(Kind.RECOVERED, b"dead")
    setting.writer.append(identities(2), NOW)
    entries = await setting.written(2)
    assert [entry.kind for entry in entries] == [Kind.MARKS, Kind.RECOVERED]
    assert entries[0].rows == pack(identities(1, 2))
    assert entries[1].about == b"dead"


async def test_whoever_is_idle_still_says_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without marks an entry without rows is written at every beat, before the first mark too."""
    monkeypatch.setattr(writing, "BEAT_SECONDS", 0.01)
    setting = Setting()
    setting.writer.start()
    assert [entry.rows for entry in (await setting.written(3))[:3]] == [b"", b"", b""]
    assert {entry.covered for entry in setting.entries} == {NOW}
    await setting.writer.stop(1.0)


async def test_what_comes_back_tells_how_fresh_we_are() -> None:
    """An entry of ours that is read back tells that we know all that was written before it."""
    setting = Setting()
    loop = asyncio.get_running_loop()
    assert setting.writer.fresh_at == float("-inf")
    began = loop.time()
    setting.writer.append(identities(1), NOW)
    (entry,) = await setting.written(1)
    setting.writer.heard(Entry(Kind.MARKS, b"me", 1.0))  # of a life before
    assert setting.writer.fresh_at == float("-inf")
    setting.writer.heard(entry)
    first = setting.writer.fresh_at
    assert began <= first <= loop.time()
    await until(lambda: setting.writer.idle)
    setting.writer.append(identities(2), NOW)
    setting.writer.heard((await setting.written(2))[1])
    assert setting.writer.fresh_at > first


async def test_the_end_is_a_goodbye() -> None:
    """`stop` writes what is left, says goodbye, and writes nothing after it."""
    setting = Setting()
    setting.writer.start()
    setting.writer.append(identities(1), NOW)
    await setting.writer.stop(5.0)
    entries = setting.entries
    assert [entry.rows for entry in entries if entry.rows] == [pack(identities(1))]
    assert entries[-1].kind is Kind.BYE
    await asyncio.sleep(0.02)
    assert setting.entries == entries


async def test_no_goodbye_while_an_event_is_in_flight() -> None:
    """Whoever leaves events of unknown outcome behind is read back by others."""
    setting = Setting()
    setting.oldest = NOW - 1
    setting.writer.append(identities(1), NOW)
    await setting.writer.stop(5.0)
    assert [entry.kind for entry in setting.entries] == [Kind.MARKS]


async def test_a_journal_that_never_comes_back_costs_marks_and_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beyond the bound the oldest marks are dropped, and counted; `stop` ends in time."""
    monkeypatch.setattr(writing, "_MOST_UNWRITTEN", 3)
    setting = Setting()
    setting.sink.refusal = (Reason.KAFKA_UNAVAILABLE, "away")
    setting.writer.append(identities(1, 2), NOW)
    setting.writer.append(identities(3, 4), NOW)
    assert (setting.writer.unwritten, setting.writer.dropped) == (2, 2)
    await setting.writer.stop(0.05)
    assert setting.writer.unwritten == 2
    assert len(pack(identities(1))) == ROW
