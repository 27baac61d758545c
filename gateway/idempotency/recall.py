"""Recall: reading back what was accepted: before us, beside us, and by those who died.

```
at the start     the journal's window; then the output topics, from where its writers had marked
                 everything: what a crash left between an ack and its mark
then, for ever   the journal's tail: the marks of every other replica
a silent writer  the output topics from where it had marked everything, before cStar tries again
                 (30 s): its last moments are no gap
```

May live here: what is read, when, and what it means. May not: Kafka's client (`gateway.sink.log`).
"""

import asyncio
from collections.abc import Sequence
from random import uniform

import structlog

from gateway.idempotency.entry import Kind, decode_entry
from gateway.idempotency.peers import Peer, Peers
from gateway.idempotency.recovery import Recovery
from gateway.idempotency.remembering import Remembering
from gateway.idempotency.writing import BEAT_SECONDS, JournalWriter
from gateway.retrieval import Log, LogFailed, LogReader, Stored

__all__ = ["SILENT_SECONDS", "Recall"]

SILENT_SECONDS = 3 * BEAT_SECONDS
"""How long a writer may say nothing before its last moments are read back."""

_SLACK = 5.0  # seconds: what clocks of replicas may differ by
_READ = 0.5  # seconds one read may wait
_JITTER = 2.0  # seconds: the first replica to read a gap back spares the others
_DEAF_AFTER = 3 * BEAT_SECONDS  # there is at least our own beat to be heard
_SAY_EVERY = 5.0  # seconds between two lines about progress
_MOST_UNWRITTEN = 100_000  # marks read back and not in the journal yet
_PAUSE = 0.05


_log = structlog.get_logger(__name__)


class Recall:
    """Reads the journal and, for its gaps, the output topics.

    Args:
        log: opens topics.
        journal: topic of the journal.
        outputs: topics whose records tell of accepted events.
        own: who we are in the journal.
        memory: what is remembered of all this.
        recovery: reads identities off output records.
        writer: the journal's, told of what was read back.

    Attributes:
        complete: whether everything that was accepted within the window is known.
        progress: what is being done, for people.
        recovered: events that only the output topics told of.
    """

    def __init__(
        self,
        log: Log,
        journal: str,
        outputs: Sequence[str],
        *,
        own: bytes,
        memory: Remembering,
        recovery: Recovery,
        writer: JournalWriter,
    ) -> None:
        self._log = log
        self._journal = journal
        self._outputs = outputs
        self._own = own
        self._memory = memory
        self._recovery = recovery
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._peers = Peers()
        self._gaps: dict[bytes, asyncio.Task[None]] = {}
        self._heard_at = self._loop.time()
        self._afresh = True  # until something was read: then it may be read again
        self.complete = False
        self.progress = "waiting for Kafka"
        self.recovered = 0

    async def run(self) -> None:
        """Read without end, again from where it was whenever Kafka comes back."""
        said_at = self._loop.time()  # at a first start the topic is only being made
        while True:
            try:
                # What was read before is read again for a moment: better twice than not at all.
                since = self._peers.now - _SLACK if self.complete else self._memory.begin
                async with self._log.open([self._journal], since) as reader:
                    self._heard_at = self._loop.time()
                    if not self.complete:
                        await self._catch_up(reader)
                    await self._follow(reader)
            except LogFailed as error:
                self._afresh = False
                self.progress = str(error)
                if self._loop.time() - said_at > _SAY_EVERY * 6:
                    said_at = self._loop.time()
                    _log.warning("idempotency journal not read", problem=str(error))
            await asyncio.sleep(uniform(_PAUSE, 10 * _PAUSE))  # noqa: S311 - jitter

    async def _catch_up(self, reader: LogReader) -> None:
        began, total, said_at = self._loop.time(), reader.left, self._loop.time()
        while reader.left:
            for stored in await reader.read(_READ):
                self._apply(stored)
            done = total - reader.left
            self.progress = f"reading the journal back: {done} of {total} entries"
            if self._loop.time() - said_at > _SAY_EVERY:
                said_at = self._loop.time()
                _log.info("idempotency journal replaying", entries=done, of=total)
            await asyncio.sleep(0)
        await self._close_gaps(whole=self._peers.whole or not reader.from_first)
        self.complete, self._afresh = True, False
        _log.info(
            "idempotency journal replayed",
            entries=total,
            ids=self._memory.ids,
            recovered=self.recovered,
            seconds=round(self._loop.time() - began, 3),
        )

    async def _close_gaps(self, *, whole: bool) -> None:
        """Read back what the journal may lack: of its writers, or all where it is not whole."""
        others = self._peers.others(self._own)
        if not whole:
            await self.read_back(self._memory.begin)
            self._writer.say(Kind.WHOLE)
        elif others:
            await self.read_back(min(peer.covered for peer in others))
        for peer in self._peers.silent(self._own, SILENT_SECONDS):
            self._writer.say(Kind.RECOVERED, peer.writer)

    async def _follow(self, reader: LogReader) -> None:
        while True:
            for stored in await reader.read(_READ):
                self._heard_at = self._loop.time()
                self._apply(stored)
            for peer in self._peers.silent(self._own, SILENT_SECONDS):
                if peer.writer not in self._gaps:
                    self._gaps[peer.writer] = self._loop.create_task(self._close_gap(peer))
            if self._loop.time() - self._heard_at > _DEAF_AFTER:
                raise LogFailed("nothing was heard of the journal")

    async def _close_gap(self, peer: Peer) -> None:
        """Read back what a silent writer may have left unmarked, unless another replica does."""
        try:
            await asyncio.sleep(uniform(0, _JITTER))  # noqa: S311 - spreads the replicas
            if peer in self._peers.silent(self._own, SILENT_SECONDS):
                found = await self.read_back(peer.covered)
                self._writer.say(Kind.RECOVERED, peer.writer)
                _log.info("a replica fell silent", events_recovered=found)
                await asyncio.sleep(SILENT_SECONDS)  # until the journal tells us so
        except LogFailed as error:
            _log.warning("a silent replica's events not read back", problem=str(error))
            await asyncio.sleep(1.0)
        finally:
            del self._gaps[peer.writer]

    def _apply(self, stored: Stored) -> None:
        entry = decode_entry(stored.value)
        if entry is None:
            return
        self._peers.note(entry, stored.time)
        if entry.writer == self._own:
            self._writer.heard(entry)
        elif entry.rows:
            self._memory.load(entry.rows, stored.time, afresh=self._afresh)

    async def read_back(self, since: float) -> int:
        """Mark what the output topics have from `since` on; return how many were not known.

        Raises:
            LogFailed: they cannot be read.
        """
        found = 0
        async with self._log.open(self._outputs, since - _SLACK) as reader:
            total = reader.left
            while reader.left:
                for stored in await reader.read(_READ):
                    new = self._memory.add(self._recovery.identities(stored), stored.time)
                    if new:
                        found += len(new)
                        self.recovered += len(new)
                        self._writer.append(new, stored.time)
                if not self.complete:
                    done = total - reader.left
                    self.progress = f"reading the output topics back: {done} of {total} records"
                await asyncio.sleep(0)
                while self._writer.unwritten > _MOST_UNWRITTEN:  # noqa: ASYNC110 - bounds memory only
                    await asyncio.sleep(_PAUSE)
        return found

    async def stop(self) -> None:
        """End what is being read back; return when it has let go of its connections."""
        tasks = [*self._gaps.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
