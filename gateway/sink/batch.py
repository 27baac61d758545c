"""Batch: records of one partition that travel, and are acked, together.

May live here: the batch, and the promises it makes to those who wait for it. May not: when it goes
(`publisher`) or where (`partition`).
"""

from asyncio import AbstractEventLoop, Future
from typing import Final

from gateway.pipeline.reasons import Reason
from gateway.pipeline.record import Record
from gateway.publication import Ack, Publication
from gateway.sink.encoding import HEADER_BYTES, encode, seal

__all__ = ["Batch", "Outcome", "join"]

Outcome = tuple[Ack, ...] | Reason

_SHARED_FOR: Final = 0.25  # seconds: how much sooner than its own deadline a record may be answered


class Batch:
    """One produce batch and one promise for all of its records.

    Args:
        size_limit: bytes of a batch of several records.
        codec: the record format's number of a compression; 0: none.
        loop: makes the promises.
        now: when the first record comes, by the loop's clock.
        timeout: seconds until a record is answered at the latest.

    Attributes:
        opened: when the first record came, by the loop's clock.
        publication: what the next record's publisher is promised.
        size: bytes, before compression.
        count: records.
    """

    __slots__ = (
        "_answers",
        "_codec",
        "_first",
        "_latest",
        "_loop",
        "_pieces",
        "_promised",
        "_size_limit",
        "_timeout",
        "count",
        "opened",
        "publication",
        "size",
    )

    def __init__(
        self, size_limit: int, codec: int, loop: AbstractEventLoop, now: float, timeout: float
    ) -> None:
        self.opened = now
        self.size = 0
        self.count = 0
        self._size_limit = size_limit
        self._codec = codec
        self._pieces: list[bytes] = []
        self._first = self._latest = 0
        self._loop = loop
        self._timeout = timeout
        self._promised = now
        self._answers: list[tuple[float, Future[Outcome]]] | None = None
        self.publication = Publication(loop.create_future(), loop.create_future())

    def append(self, record: Record) -> int | None:
        """Take the record; return its size in bytes, None where the batch is full."""
        count, time = self.count, record.timestamp_ms
        if not count:
            self._first = self._latest = time
        pieces, size = encode(record, count, time - self._first)
        if not count:
            self._pieces = pieces
        elif HEADER_BYTES + self.size + size > self._size_limit:
            return None
        else:
            self._pieces.extend(pieces)
            self._latest = max(self._latest, time)
        self.count = count + 1
        self.size += size
        return size

    def seal(self, producer_id: int, epoch: int, sequence: int) -> bytes:
        """Return it from behind its checksum on; nothing is added, or sealed, any more.

        Args:
            producer_id: who sends it.
            epoch: the sender's.
            sequence: of the first record, in what it sends to the partition.
        """
        pieces, self._pieces = self._pieces, []
        times = (self._first, self._latest)
        return seal(pieces, self._codec, self.count, times, (producer_id, epoch, sequence))

    def promise(self, now: float) -> Publication:
        """Return the promise for a record that came `now`.

        Records that come close together share an `answer`; all share `settled`.
        """
        if now - self._promised > _SHARED_FOR:
            if self._answers is None:
                self._answers = []
            self._answers.append((self._promised, self.publication.answer))
            self._promised = now
            self.publication = Publication(self._loop.create_future(), self.publication.settled)
        return self.publication

    def expire(self, now: float) -> None:
        """Answer those whose time is over; `settled` stays open until Kafka's word."""
        if self._answers is not None:
            for promised, answer in self._answers:
                if now < promised + self._timeout:
                    return
                if not answer.done():
                    answer.set_result(Reason.PUBLISH_TIMEOUT)
        if now >= self._promised + self._timeout and not self.publication.answer.done():
            self.publication.answer.set_result(Reason.PUBLISH_TIMEOUT)

    def settle(self, outcome: Outcome) -> None:
        """End every promise with the acks or with the reason of failure, `settled` first."""
        publication = self.publication
        if not publication.settled.done():
            publication.settled.set_result(outcome)
        if self._answers is not None:
            for _, answer in self._answers:
                if not answer.done():
                    answer.set_result(outcome)
        if not publication.answer.done():
            publication.answer.set_result(outcome)


def join(publications: list[Publication], loop: AbstractEventLoop) -> Publication:
    """Return one promise for several: acked when all are, failed when any is.

    `answer` fails with the first failure; `settled` waits for the last word of all.
    """
    return Publication(
        _joined([each.answer for each in publications], loop, hasty=True),
        _joined([each.settled for each in publications], loop, hasty=False),
    )


def _joined(
    parts: list["Future[Outcome]"], loop: AbstractEventLoop, *, hasty: bool
) -> "Future[Outcome]":
    whole: Future[Outcome] = loop.create_future()
    waiting = len(parts)

    def part_done(part: "Future[Outcome]") -> None:
        nonlocal waiting
        waiting -= 1
        if whole.done():
            return
        if hasty and isinstance(part.result(), Reason):
            whole.set_result(part.result())
        elif not waiting:
            whole.set_result(_sum([each.result() for each in parts]))

    for part in parts:
        part.add_done_callback(part_done)
    return whole


def _sum(outcomes: list[Outcome]) -> Outcome:
    acks: list[Ack] = []
    for outcome in outcomes:
        if isinstance(outcome, Reason):
            return outcome
        acks.extend(outcome)
    return tuple(acks)
