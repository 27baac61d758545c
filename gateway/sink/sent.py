"""Sent: a batch on its way to a broker, in the shape that aiokafka's sender handles.

aiokafka's own `MessageBatch` makes two futures, and keeps more for each record; here the producer
is told once how it ended. May live here: that shape. May not: who is told, and why.
"""

from asyncio import AbstractEventLoop
from collections.abc import Callable

from aiokafka.structs import TopicPartition

from gateway.sink.batch import Batch
from gateway.sink.encoding import frame
from gateway.sink.queues import Queue

__all__ = ["Sent"]


class Sent:
    """A batch of one partition.

    Args:
        queue: of its partition.
        batch: its records; nothing is added any more.
        loop: in whose next turn `told` is called.
        told: called once, when it is acked or has failed; not where `acked` ends it.

    Attributes:
        tp: its partition; named as aiokafka names it.
        sealed: from behind its checksum on, as it goes over the wire.
        record_count: how many records it has.
        retry_count: how often it was, or is being, sent.
        offset: of its first record, once acked; -1 where the broker did not say.
        error: what it failed of; None: it did not.
        ended: whether it was acked or has failed.
    """

    __slots__ = (
        "_loop",
        "_told",
        "batch",
        "ended",
        "error",
        "offset",
        "queue",
        "record_count",
        "retry_count",
        "sealed",
        "tp",
    )

    def __init__(
        self, queue: Queue, batch: Batch, loop: AbstractEventLoop, told: Callable[["Sent"], None]
    ) -> None:
        self.tp: TopicPartition = queue.partition
        self.queue = queue
        self.batch = batch
        self.record_count = batch.count
        self.sealed = b""
        self._loop = loop
        self._told = told
        self.retry_count = 0
        self.offset = -1
        self.error: Exception | None = None
        self.ended = False

    def seal(self, producer_id: int, epoch: int, sequence: int) -> None:
        """Write who sends it and its place in the partition's sequence, and count its first send.

        Args:
            producer_id: who.
            epoch: the sender's.
            sequence: its first record's place.
        """
        self.retry_count = 1  # first: what cannot be sealed cannot be sent again either
        self.sealed = self.batch.seal(producer_id, epoch, sequence)

    def get_data_buffer(self) -> bytes:
        """Return it as it goes over the wire."""
        return frame(self.sealed) + self.sealed

    def drain_ready(self) -> None:
        """Count a send."""
        self.retry_count += 1

    def reset_drain(self) -> None:
        """Be sent again; nobody waits for a batch to be sent."""

    def remaining_linger(self) -> float | None:
        """Return how long it should still wait for company: it does not."""
        return None

    def expired(self) -> bool:
        """Tell whether its time is over: deadlines are the publisher's."""
        return False

    def is_empty(self) -> bool:
        """Tell whether it has no record."""
        return not self.record_count

    def acked(self, offset: int) -> None:
        """End with the broker's ack; whoever calls tells of it."""
        self.offset = offset
        self.ended = True

    def done(
        self,
        base_offset: int,
        timestamp: int | None = None,  # noqa: ARG002 - aiokafka's signature
        log_start_offset: int | None = None,  # noqa: ARG002 - as above
    ) -> None:
        """End with the broker's ack."""
        self.offset = base_offset
        self._end()

    def failure(self, exception: Exception) -> None:
        """End with an error."""
        if not self.ended:
            self.error = exception
        self._end()

    def _end(self) -> None:
        if not self.ended:
            self.ended = True
            self._loop.call_soon(self._told, self)
