"""Journal: marks kept in Kafka, shared by every replica, there again after every restart.

```
append ──▶ writing ──▶ journal topic ──▶ recall ──▶ the windows of all replicas
                       output topics ──▶ recovery ─┘   where a writer died before its mark
```

May live here: the store's face, put together from its parts. May not: their work.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple

import structlog

from gateway.idempotency.horizon import Horizon
from gateway.idempotency.recall import Recall
from gateway.idempotency.recovery import Recovery
from gateway.idempotency.remembering import Remembering
from gateway.idempotency.writing import JournalWriter
from gateway.pipeline.record import Record
from gateway.publication import Publication
from gateway.retrieval import Log, LogFailed

__all__ = ["Journal", "JournalTopics"]

_READY_WITHIN = 120.0  # seconds; then deliveries are taken, and marked as possible duplicates
_LANDED_AFTER = 3.0  # seconds: what a broker had received of a producer that was cut off
_AGAIN = 1.0  # seconds
_LOOKS = 40  # attempts to read back what became of it, some minutes
_SURE = 2  # readings: a broker that wakes up may answer us before it takes what it had received

_log = structlog.get_logger(__name__)


class JournalTopics(NamedTuple):
    """Topics of a journal.

    Attributes:
        journal: its own.
        outputs: whose records tell of accepted events.
    """

    journal: str
    outputs: Sequence[str]


class Journal:
    """Keeps marks in a topic; see `gateway.idempotency.marks.MarkStore`.

    Args:
        topics: where it writes, and what it reads.
        log: reads topics.
        publish: takes records to Kafka.
        memory: what is remembered.
        recovery: reads identities off output records.
        oldest: when the oldest event in flight came; None: none is.
        wall: seconds since the epoch, as deliveries' arrivals have them.

    Attributes:
        append: keeps the marks of one ack; see `MarkStore`.
        horizon: how much of what others accepted is known.
        cold_starts: 1 where deliveries were taken before the window was complete.
    """

    def __init__(
        self,
        topics: JournalTopics,
        *,
        log: Log,
        publish: Callable[[Sequence[Record]], Publication],
        memory: Remembering,
        recovery: Recovery,
        oldest: Callable[[], float | None],
        wall: Callable[[], float],
    ) -> None:
        own = secrets.token_bytes(8)
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._stopping = False
        self.cold_starts = 0
        self._reading: asyncio.Task[None] | None = None
        self.writer = JournalWriter(topics.journal, own, publish, oldest, wall)
        self.append = self.writer.append  # for each batch: no frame of ours in between
        self.recall = Recall(
            log,
            topics.journal,
            topics.outputs,
            own=own,
            memory=memory,
            recovery=recovery,
            writer=self.writer,
        )
        # Each delivery asks both: no frame of ours in between.
        self.horizon = Horizon(self.recall, self.writer, self._loop, wall)
        self.complete_since = self.horizon.complete_since
        self.behind = self.horizon.behind

    @property
    def unwritten(self) -> int:
        """How many marks are not in the topic yet."""
        return self.writer.unwritten

    @property
    def unready(self) -> str | None:
        """What is being read back; None when it is, or has taken too long to be waited for."""
        if self.behind():
            return f"the journal was not heard for {self.horizon.age():.0f} s"
        if self.recall.complete and self.writer.fresh_at > -inf:
            return None
        doing = "announcing us in the journal" if self.recall.complete else self.recall.progress
        if self._loop.time() - self._began < _READY_WITHIN:
            return doing
        if not self.cold_starts:
            self.cold_starts = 1
            _log.error("idempotency window incomplete", problem=doing)
        return None

    async def start(self) -> None:
        """Begin to read back what is kept; return at once."""
        self.writer.start()
        self._read_on()

    def _read_on(self) -> None:
        """Read the journal, again where that ended of what nobody foresaw."""
        self._reading = self._loop.create_task(self.recall.run(), name="journal-reader")
        self._reading.add_done_callback(self._ended)

    def _ended(self, reading: asyncio.Task[None]) -> None:
        if self._stopping:
            return
        error = None if reading.cancelled() else reading.exception()
        _log.error("idempotency journal reader ended", fault=type(error).__name__)
        self._loop.call_later(_AGAIN, self._read_on)

    async def read_back(self, since: float) -> None:
        """Mark what Kafka has from `since` on; give up, with a warning, where it cannot be read."""
        problem, read = "", 0
        for _ in range(_LOOKS):
            await asyncio.sleep(_LANDED_AFTER)
            try:
                await self.recall.read_back(since)
            except LogFailed as error:
                problem = str(error)
            else:
                read += 1
            if read == _SURE:
                return
        _log.warning("events of unknown outcome not looked up", problem=problem)

    async def stop(self, within: float) -> None:
        """Write what is left within so many seconds, and say goodbye."""
        self._stopping = True
        await self.writer.stop(within)
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        await self.recall.stop()
