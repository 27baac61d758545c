"""Memory: the sink's contract without Kafka, for tests, demos and benchmarks.

May live here: what Kafka would do, in a dict, and hooks to have it go wrong. May not: shortcuts
that the contract suite would not catch.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import count

from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.publication import Ack, Publication
from gateway.sink.partition import partition_of

__all__ = ["MemorySink"]

_MIB = 1024 * 1024


class MemorySink:
    """Keeps records in memory; acks them in the next turn of the loop.

    Attributes:
        records: what was acked, by topic and partition; a record's index is its offset.
        refusal: set it to have `publish` raise `Ended`, and `unready` say the words.
        queued_bytes: bytes of values not acked yet.
        queue_limit: above it `publish` raises `queue_full`.

    Args:
        partitions: of every topic; all topics exist.
        publish_timeout: seconds until a held record's `answer` is `publish_timeout`.
        queue_bytes: see `queue_limit`.
        limits: `record_limit` of topics; 3 MiB where not given.
    """

    def __init__(
        self,
        partitions: int = 6,
        *,
        publish_timeout: float = 7.0,
        queue_bytes: int = 64 * _MIB,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.records: dict[tuple[str, int], list[Record]] = {}
        self.refusal: tuple[Reason, str] | None = (Reason.STARTING, "not started yet")
        self.queued_bytes = 0
        self.queue_limit = queue_bytes
        self._partitions = partitions
        self._publish_timeout = publish_timeout
        self._limits = dict(limits or {})
        self._keyless = count()
        self._waiting: deque[tuple[Sequence[Record], Publication]] = deque()
        self._held = False
        self._failing: Reason | None = None
        self._drained: asyncio.Future[None] | None = None

    def hold(self) -> None:
        """Ack nothing until `release`."""
        self._held = True

    def release(self) -> None:
        """Ack what was held, and all that comes."""
        self._held = False
        self._write()

    def fail(self, reason: Reason | None) -> None:
        """Settle what comes, or is held, with `reason` and keep none of it; None: ack again."""
        self._failing = reason

    def of_topic(self, topic: str) -> list[Record]:
        """Return the records of `topic`, partition by partition."""
        return [
            record
            for (name, _), records in sorted(self.records.items())
            if name == topic
            for record in records
        ]

    def publish(self, records: Sequence[Record]) -> Publication:
        """Take all of the records or none; see `gateway.publication.Sink`."""
        if self.refusal is not None:
            raise Ended(*self.refusal)
        size = sum(len(record.value) for record in records)
        if self.queued_bytes + size > self.queue_limit:
            raise Ended(Reason.QUEUE_FULL, f"{self.queued_bytes} bytes wait")
        self.queued_bytes += size
        loop = asyncio.get_running_loop()
        publication = Publication(loop.create_future(), loop.create_future())
        self._waiting.append((tuple(records), publication))
        loop.call_soon(self._write)
        if self._held:
            loop.call_later(self._publish_timeout, _answer, publication, Reason.PUBLISH_TIMEOUT)
        return publication

    def _write(self) -> None:
        while self._waiting and not self._held:
            records, publication = self._waiting.popleft()
            outcome = self._failing or tuple([self._append(record) for record in records])
            self._settle(records, publication, outcome)
        if not self._waiting and self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def _append(self, record: Record) -> Ack:
        if record.key is None:
            partition = next(self._keyless) % self._partitions
        else:
            partition = partition_of(record.key, self._partitions)
        log = self.records.setdefault((record.topic, partition), [])
        log.append(record)
        return Ack(record.topic, partition, len(log) - 1)

    def _settle(
        self, records: Sequence[Record], publication: Publication, outcome: tuple[Ack, ...] | Reason
    ) -> None:
        self.queued_bytes -= sum(len(record.value) for record in records)
        if not publication.settled.done():
            publication.settled.set_result(outcome)
        _answer(publication, outcome)

    def record_limit(self, topic: str) -> int:
        """Return the largest `Record.size` that the topic takes, in bytes."""
        return self._limits.get(topic, 3 * _MIB)

    @property
    def unready(self) -> str | None:
        """Why records cannot be taken now, for people; None when they can."""
        return self.refusal[1] if self.refusal is not None else None

    async def start(self) -> None:
        """Take records from now on."""
        if self.refusal is not None and self.refusal[0] is Reason.STARTING:
            self.refusal = None

    async def flush(self, within: float) -> bool:
        """Wait up to `within` seconds until all that was taken is settled; tell whether it is."""
        if self._waiting:
            self._drained = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._drained], timeout=within)
        return not self._waiting

    async def stop(self, within: float) -> None:
        """Take no more; ack what waits, or give it up after `within` seconds."""
        self.refusal = (Reason.DRAINING, "the gateway is shutting down")
        await self.flush(within)
        while self._waiting:
            records, publication = self._waiting.popleft()
            self._settle(records, publication, Reason.DRAINING)


def _answer(publication: Publication, outcome: tuple[Ack, ...] | Reason) -> None:
    if not publication.answer.done():
        publication.answer.set_result(outcome)
