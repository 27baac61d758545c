"""Writing: marks into the journal, after the ack, many at a time.

One entry is in flight at a time, so that the order of a writer's entries is the order of its
acks; the next entry is whatever was marked meanwhile. May live here: when an entry is written, and
what is done where it cannot be. May not: reading (`recall`).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from gateway.idempotency.entry import ROW, Entry, Kind, encode_entry
from gateway.idempotency.identity import Identity
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.publication import Ack, Publication

__all__ = ["BEAT_SECONDS", "JournalWriter", "pack"]

BEAT_SECONDS = 3.0
"""How often a writer says that it lives, at least."""

_LINGER = 0.004  # seconds marks wait for company; a peer knows of an ack so much later
_LOADED_LINGER = 0.025  # where company is sure to come: every entry is read back by every replica
_LOADED = 16  # marks of an entry
_RETRY = 0.2  # seconds
_MOST_ROWS = 4096  # of an entry: read back in a millisecond or two, so that no loop stalls
_MOST_SENT = 10_000  # entries on their way back, half a minute of the most there can be
_MOST_UNWRITTEN = 2_000_000  # marks, 48 MB: half an hour at 1,000 events/s without the journal

_log = structlog.get_logger(__name__)

Marks = tuple[float, bytes]
"""When the first of them came, and the rows."""


class _Draft(NamedTuple):
    """What an entry is made of, kept until Kafka has it."""

    marks: Sequence[Marks]
    note: tuple[Kind, bytes] | None

    @property
    def rows(self) -> bytes:
        return b"".join([rows for _, rows in self.marks])


class JournalWriter:
    """Writes one process's entries.

    Args:
        topic: the journal's.
        writer: who we are: random bytes.
        publish: takes records to Kafka.
        oldest: when the oldest event in flight came, seconds since the epoch; None: none is.
        wall: seconds since the epoch, as deliveries' arrivals have them.

    Attributes:
        unwritten: marks that are not in the journal yet.
        dropped: marks given up because too many were unwritten.
        fresh_at: when that entry of ours was sent which came back last, by the loop's clock: all
            that others wrote before it has been read, too.
    """

    def __init__(
        self,
        topic: str,
        writer: bytes,
        publish: Callable[[Sequence[Record]], Publication],
        oldest: Callable[[], float | None],
        wall: Callable[[], float],
    ) -> None:
        self._topic = topic
        self._writer = writer
        self._publish = publish
        self._oldest = oldest
        self._wall = wall
        self._loop = asyncio.get_running_loop()
        self._marks: deque[Marks] = deque()
        self._notes: deque[tuple[Kind, bytes]] = deque()
        self._in_flight: asyncio.Future[tuple[Ack, ...] | Reason] | None = None
        self._timer: asyncio.Handle | None = None
        self._due = 0.0  # when it fires: uvloop's handles of less than a millisecond cannot tell
        self._linger = _LINGER
        self._failing = False
        self._warned = False
        self._ending = False
        self.unwritten = 0
        self.dropped = 0
        self.fresh_at = float("-inf")
        self._sent: deque[tuple[float, float]] = deque(maxlen=_MOST_SENT)

    def start(self) -> None:
        """Say that we live: whoever dies without a word is never read back."""
        self._schedule(0.0)

    def heard(self, entry: Entry) -> None:
        """Take note of an entry of ours that was read back."""
        for place, (covered, sent_at) in enumerate(self._sent):
            if covered == entry.covered:
                self.fresh_at = sent_at
                for _ in range(place + 1):
                    self._sent.popleft()
                return

    def append(self, identities: Sequence[Identity], since: float) -> None:
        """Write marks soon; see `MarkStore`."""
        self._marks.append((since, pack(identities)))
        self.unwritten += len(identities)
        while self.unwritten > _MOST_UNWRITTEN:
            lost = len(self._marks.popleft()[1]) // ROW
            self.unwritten -= lost
            self.dropped += lost
        self._hurry()

    def say(self, kind: Kind, about: bytes = b"") -> None:
        """Write an entry of a kind, once every mark of before is written."""
        self._notes.append((kind, about))
        self._hurry()

    @property
    def lag(self) -> float:
        """Seconds since the oldest mark came that is not in the journal yet; 0 where all are."""
        return max(0.0, self._wall() - self._marks[0][0]) if self._marks else 0.0

    @property
    def idle(self) -> bool:
        """Whether all that was marked and said is in the journal."""
        return not (self._marks or self._notes or self._in_flight)

    def _hurry(self) -> None:
        if self._in_flight is None and not self._failing:
            self._schedule(self._linger)

    def _schedule(self, within: float) -> None:
        """Write within so many seconds, sooner where that was the plan."""
        due = self._loop.time() + within
        if self._timer is not None:
            if self._due <= due:
                return
            self._timer.cancel()
        self._due = due
        self._timer = self._loop.call_at(due, self._write)

    def _write(self) -> None:
        """Write what waits; where nothing does, say that we live."""
        self._timer = None
        if self._in_flight is not None:
            return
        draft = self._draft()
        kind, about = draft.note or (Kind.MARKS, b"")
        entry = Entry(kind, self._writer, self._covered(), draft.rows, about)
        # The key keeps a writer's entries in order, should the journal have several partitions.
        record = Record(self._topic, self._writer, encode_entry(entry), (), _ms(self._wall()))
        try:
            self._in_flight = self._publish([record]).settled
        except Ended as refusal:
            self._failed(draft, refusal.reason)
        else:
            self._sent.append((entry.covered, self._loop.time()))
            self._in_flight.add_done_callback(lambda done: self._settled(draft, done.result()))

    def _draft(self) -> _Draft:
        taken: list[Marks] = []
        room = _MOST_ROWS * ROW
        while self._marks and (room >= len(self._marks[0][1]) or not taken):
            taken.append(self._marks.popleft())
            room -= len(taken[-1][1])
        note = self._notes.popleft() if self._notes and not (taken or self._marks) else None
        return _Draft(taken, note)

    def _covered(self) -> float:
        """Return up to when every record of ours is marked, this entry's included."""
        waiting = self._marks[0][0] if self._marks else None
        known = [at for at in (self._oldest(), waiting) if at is not None]
        return min([*known, self._wall()])

    def _settled(self, draft: _Draft, outcome: tuple[Ack, ...] | Reason) -> None:
        self._in_flight = None
        if isinstance(outcome, Reason):
            self._failed(draft, outcome)
            return
        written = len(draft.rows) // ROW
        self.unwritten -= written
        self._linger = _LOADED_LINGER if written >= _LOADED else _LINGER
        self._failing = False
        if self._warned:
            self._warned = False
            _log.info("idempotency journal written again", unwritten=self.unwritten)
        if self._marks or self._notes:
            self._schedule(self._linger)
        elif not self._ending:
            self._schedule(BEAT_SECONDS)

    def _failed(self, draft: _Draft, reason: Reason) -> None:
        """Try again soon: the events are in Kafka, and only we know it."""
        self._marks.extendleft(reversed(draft.marks))
        if draft.note is not None:
            self._notes.appendleft(draft.note)
        self._failing = True
        if self.unwritten and not self._warned:
            self._warned = True
            _log.warning("idempotency journal not written", reason=reason.value)
        self._schedule(_RETRY)

    async def stop(self, within: float) -> None:
        """Write what is left within so many seconds, and say goodbye."""
        deadline = self._loop.time() + within
        self._ending = True
        if self._oldest() is None:
            self.say(Kind.BYE)
        while not self.idle and self._loop.time() < deadline:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(_LINGER)
        if self._timer is not None:
            self._timer.cancel()


def pack(identities: Sequence[Identity]) -> bytes:
    """Return identities as the rows of an entry."""
    if len(identities) == 1:  # a batch of one record: as often as not
        return identities[0].key + identities[0].data
    return b"".join([each.key + each.data for each in identities])


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
