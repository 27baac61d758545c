"""Batch: records of one partition that travel, and are acked, together.

May live here: the batch, and the promises it makes to those who wait for it. May not: when it goes
(`publisher`) or where (`partition`).
"""

from asyncio import AbstractEventLoop, Future

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from gateway.pipeline.reasons import Reason
from gateway.pipeline.record import Record
from gateway.publication import Ack, Publication

__all__ = ["Batch", "Outcome", "join"]

Outcome = tuple[Ack, ...] | Reason

_MAGIC = 2  # of the record format
_UNNUMBERED = (0, -1, -1, 0)  # in no transaction; the producer numbers it when it sends it
_SHARED_FOR = 0.25  # seconds: how much sooner than its own deadline a record may be answered


class Batch:
    """One produce batch and one promise for all of its records.

    Attributes:
        builder: writes its records.
        opened: when the first record came, by the loop's clock.
        publication: what the next record's publisher is promised.
        size: bytes, before compression.
        count: records.
    """

    __slots__ = (
        "_answers",
        "_loop",
        "_timeout",
        "builder",
        "count",
        "opened",
        "publication",
        "size",
    )

    def __init__(
        self, size_limit: int, codec: int, loop: AbstractEventLoop, now: float, timeout: float
    ) -> None:
        self.builder = DefaultRecordBatchBuilder(_MAGIC, codec, *_UNNUMBERED, size_limit)
        self.opened = now
        self.size = 0
        self.count = 0
        self._loop = loop
        self._timeout = timeout
        answer = loop.create_future()
        self._answers = [(now, answer)]
        self.publication = Publication(answer, loop.create_future())

    def append(self, record: Record) -> int | None:
        """Take the record; return its size in bytes, None where the batch is full."""
        written = self.builder.append(
            self.count, record.timestamp_ms, record.key, record.value, [*record.headers]
        )
        if written is None:
            return None
        self.count += 1
        size: int = written.size
        self.size += size
        return size

    def promise(self, now: float) -> Publication:
        """Return the promise for a record that came `now`.

        Records that come close together share an `answer`; all share `settled`.
        """
        if now - self._answers[-1][0] > _SHARED_FOR:
            answer = self._loop.create_future()
            self._answers.append((now, answer))
            self.publication = Publication(answer, self.publication.settled)
        return self.publication

    def expire(self, now: float) -> None:
        """Answer those whose time is over; `settled` stays open until Kafka's word."""
        for opened, answer in self._answers:
            if now < opened + self._timeout:
                return
            if not answer.done():
                answer.set_result(Reason.PUBLISH_TIMEOUT)

    def settle(self, outcome: Outcome) -> None:
        """End every promise with the acks or with the reason of failure, `settled` first."""
        settled = self.publication.settled
        if not settled.done():
            settled.set_result(outcome)
        for _, answer in self._answers:
            if not answer.done():
                answer.set_result(outcome)


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
