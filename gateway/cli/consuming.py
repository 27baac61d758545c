"""Consuming: a consumer without a group, and what topics hold up to where they end now.

May live here: connecting, and reading to an end. May not: following without end (`reader`), and
what records mean.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from gateway.sink.client import sever
from gateway.sink.settings import KafkaSettings
from gateway.sink.topics import Admin

__all__ = ["Passed", "connected", "read"]

_CONNECT_SECONDS = 15.0
_STOP_SECONDS = 5.0
_SILENT_SECONDS = 30.0
_POLL_MS = 200

Passed = Callable[[int, int], None]
"""Told, now and then, how many records were passed of how many."""


@contextlib.asynccontextmanager
async def connected(settings: KafkaSettings) -> AsyncIterator[tuple[AIOKafkaConsumer, Admin]]:
    """Connect a consumer that commits nothing, and who tells it what topics there are.

    Raises:
        KafkaError, OSError, TimeoutError: Kafka cannot be reached, refuses us, or is too slow.
    """
    consumer = AIOKafkaConsumer(
        **settings.client_options(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # where retention overtakes us, go on with what is left
    )
    admin = Admin(settings)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await admin.start()
            await consumer.start()
        yield consumer, admin
    finally:
        await _stop(consumer)
        await admin.close()


async def _stop(consumer: AIOKafkaConsumer) -> None:
    """Disconnect, in bounded time, whatever becomes of it: nothing is committed.

    aiokafka's own stop raises where the tasks of its start have not had a turn yet, ends as if
    cancelled where Kafka went away, and may wait for what does not answer.
    """
    await asyncio.sleep(0)
    stopping = asyncio.ensure_future(consumer.stop())
    await asyncio.wait([stopping], timeout=_STOP_SECONDS)
    if not stopping.done():
        stopping.cancel()
        await sever(consumer._client)  # noqa: SLF001 - the sockets are nowhere else
    elif not stopping.cancelled():
        stopping.exception()  # retrieved: there is nothing to do about it


async def read(
    settings: KafkaSettings,
    topics: Sequence[str],
    *,
    since: float | None = None,
    starts: Mapping[int, int] | None = None,
    passed: Passed | None = None,
) -> AsyncGenerator[ConsumerRecord[bytes, bytes], None]:
    """Yield what the topics hold, each partition in order, up to where it ends at this moment.

    Args:
        settings: how to reach Kafka.
        topics: whole names; one that is not there holds nothing.
        since: leave out what is older, by the records' timestamps, seconds since the epoch.
        starts: read these partitions only, of every topic, each from this offset.
        passed: told of the progress.

    Raises:
        KafkaError, OSError, TimeoutError: Kafka cannot be reached, or falls silent.
    """
    async with connected(settings) as (consumer, admin):
        async with asyncio.timeout(_CONNECT_SECONDS):
            found = (await admin.view(topics)).partitions
            partitions = [
                TopicPartition(topic, number)
                for topic, count in found.items()
                for number in range(count)
                if starts is None or number in starts
            ]
            span = await _span(consumer, partitions, since, starts)
        total = sum(end - start for start, end in span.values())
        open_ends = {each: end for each, (start, end) in span.items() if start < end}
        loop = asyncio.get_running_loop()
        left, moved_at = total, loop.time()
        while open_ends:
            for partition, batch in (await consumer.getmany(timeout_ms=_POLL_MS)).items():
                for record in batch:
                    if record.offset < span[partition][1]:
                        yield record
            # By position, not by record: the last offsets may be of what is no record.
            at = {each: await consumer.position(each) for each in open_ends}
            over = [each for each, end in open_ends.items() if at[each] >= end]
            consumer.pause(*over)
            for each in over:
                del open_ends[each]
            before, left = left, sum(end - at[each] for each, end in open_ends.items())
            if left < before:
                moved_at = loop.time()
            elif loop.time() - moved_at > _SILENT_SECONDS:
                raise TimeoutError(f"no record came for {_SILENT_SECONDS:.0f} s")
            if passed is not None:
                passed(total - left, total)


async def _span(
    consumer: AIOKafkaConsumer,
    partitions: list[TopicPartition],
    since: float | None,
    starts: Mapping[int, int] | None,
) -> dict[TopicPartition, tuple[int, int]]:
    """Return from where to where each partition is read, and go there."""
    if not partitions:
        return {}
    consumer.assign(partitions)
    ends = await consumer.end_offsets(partitions)
    firsts = await consumer.beginning_offsets(partitions)
    if starts is not None:
        firsts = {each: max(first, starts[each.partition]) for each, first in firsts.items()}
    elif since is not None:
        moment = max(0, int(since * 1000))
        found = await consumer.offsets_for_times(dict.fromkeys(partitions, moment))
        firsts = {each: found[each].offset if found[each] else ends[each] for each in partitions}
    for partition, first in firsts.items():
        consumer.seek(partition, first)
    return {each: (firsts[each], ends[each]) for each in partitions}
