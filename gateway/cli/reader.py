"""Reader: what consumers of the gateway's topics read, as it comes.

May live here: following topics, those that appear later too. May not: a consumer group (nothing is
committed, nobody's offsets move) and what records look like (`view`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from gateway.cli.consuming import connected
from gateway.sink.settings import KafkaSettings
from gateway.sink.topics import Admin

__all__ = ["Reader"]

_POLL_MS = 200
_LOOK_SECONDS = 1.0
_LOOK_WITHIN = 15.0


class Reader:
    """Reads topics without end: `async with Reader(settings, topics) as reader:`.

    From the moment the block is entered no record is missed: topics that appear later are read from
    their beginning.

    Args:
        settings: how to reach Kafka.
        topics: whole names; they need not exist yet.
        from_beginning: start with the oldest record of each, not with what comes next.
    """

    def __init__(
        self, settings: KafkaSettings, topics: Sequence[str], *, from_beginning: bool = False
    ) -> None:
        self._topics = topics
        self._from_oldest = from_beginning  # of partitions found from now on
        self._next: dict[TopicPartition, int] = {}
        self._settings = settings
        self._consumer: AIOKafkaConsumer
        self._admin: Admin
        self._connection: contextlib.AsyncExitStack

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            KafkaError: Kafka cannot be reached, or refuses us.
            OSError: the same.
            TimeoutError: it did not answer in time.
        """
        async with contextlib.AsyncExitStack() as stack:
            self._consumer, self._admin = await stack.enter_async_context(connected(self._settings))
            async with asyncio.timeout(_LOOK_WITHIN):
                await self._look()
            self._from_oldest = True
            self._connection = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self._connection.aclose()

    async def records(self) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
        """Yield records without end; those fetched together in order of time."""
        loop = asyncio.get_running_loop()
        look_at = loop.time() + _LOOK_SECONDS
        while True:
            if loop.time() >= look_at:
                with contextlib.suppress(KafkaError, OSError, TimeoutError):
                    await self._look()  # Kafka may be away for a while: it will be asked again
                look_at = loop.time() + _LOOK_SECONDS
            if not self._next:
                await asyncio.sleep(_POLL_MS / 1000)
                continue
            fetched = await self._consumer.getmany(timeout_ms=_POLL_MS)
            for partition, batch in fetched.items():
                self._next[partition] = batch[-1].offset + 1
            for record in sorted(
                (record for batch in fetched.values() for record in batch),
                key=lambda record: record.timestamp,
            ):
                yield record

    async def _look(self) -> None:
        """Find partitions that were not there before, and read them too."""
        view = await self._admin.view(self._topics)
        found = [
            TopicPartition(topic, number)
            for topic, count in view.partitions.items()
            for number in range(count)
        ]
        new = [partition for partition in found if partition not in self._next]
        if not new:
            return
        # Set by hand: aiokafka's own reset would race with the positions of the known.
        self._consumer.assign([*self._next, *new])
        offsets = (
            self._consumer.beginning_offsets if self._from_oldest else self._consumer.end_offsets
        )
        self._next.update(await offsets(new))
        for partition, offset in self._next.items():
            self._consumer.seek(partition, offset)
