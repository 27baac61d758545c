"""Sent: a batch on its way to a broker, in the shape that aiokafka's sender handles.

aiokafka's own `MessageBatch` makes two futures, and keeps more for each record; here whoever handed
the batch over is told once how it ended. May live here: that shape. May not: who is told, and why.
"""

from asyncio import AbstractEventLoop
from collections.abc import Callable

from aiokafka.structs import TopicPartition

from gateway.sink.batch import Batch

__all__ = ["Sent"]


class Sent:
    """A batch of one partition.

    Args:
        tp: its partition; named as aiokafka names it.
        batch: its records; nothing is added any more.
        loop: in whose next turn `settled` is called.
        settled: called once, when it is acked or has failed.
        told: whom `settled` is to tell.

    Attributes:
        record_count: how many records it has.
        retry_count: how often it was, or is being, sent.
        offset: of its first record, once acked; -1 where the broker did not say.
        error: what it failed of; None: it did not.
        ended: whether it was acked or has failed.
    """

    __slots__ = (
        "_builder",
        "_data",
        "_loop",
        "_settled",
        "ended",
        "error",
        "offset",
        "record_count",
        "retry_count",
        "told",
        "tp",
    )

    def __init__(
        self,
        tp: TopicPartition,
        batch: Batch,
        *,
        loop: AbstractEventLoop,
        settled: Callable[["Sent"], None],
        told: Callable[["Sent"], None],
    ) -> None:
        self.tp = tp
        self.record_count = batch.count
        self.told = told
        self._builder = batch.builder
        self._data: bytearray | None = None
        self._loop = loop
        self._settled = settled
        self.retry_count = 0
        self.offset = -1
        self.error: Exception | None = None
        self.ended = False

    def number(self, producer_id: int, epoch: int, sequence: int) -> None:
        """Write who sends it and its place in the partition's sequence, before its first send."""
        self._builder.set_producer_state(producer_id, epoch, sequence)

    def get_data_buffer(self) -> bytearray:
        """Return it as it goes over the wire; the builder makes it once."""
        if self._data is None:
            self._data = self._builder.build()
        return self._data

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
            self._loop.call_soon(self._settled, self)
