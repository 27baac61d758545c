"""Consumer: reads partitions without a group: nothing is committed, nobody's offsets move.

May live here: how one is built, and where it begins. May not: what is read, and how far (`log`,
`gateway.cli.consuming`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from gateway.sink.client import log_in_afresh
from gateway.sink.settings import KafkaSettings

__all__ = ["Span", "begin", "groupless"]


class Span(NamedTuple):
    """Offsets of a partition as they were when a consumer began.

    Attributes:
        first: of the oldest record there is.
        start: where it begins.
        end: of the next record that comes.
    """

    first: int
    start: int
    end: int


def groupless(settings: KafkaSettings, **options: Any) -> AIOKafkaConsumer:
    """Return a consumer, not connected yet; end it with `client.end_consumer`."""
    consumer = AIOKafkaConsumer(
        **settings.client_options(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # where retention overtakes us, go on with what is left
        **options,
    )
    log_in_afresh(consumer._client, settings)  # noqa: SLF001 - who connects
    return consumer


async def begin(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], since: float | None = None
) -> dict[TopicPartition, Span]:
    """Go to each partition's first record of `since` (seconds since the epoch) or later.

    Without `since`, to the oldest record there is.
    """
    if not partitions:
        return {}
    consumer.assign(partitions)
    firsts: dict[TopicPartition, int] = await consumer.beginning_offsets(partitions)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    starts = firsts
    if since is not None:
        moment = max(0, round(since * 1000))
        found = await consumer.offsets_for_times(dict.fromkeys(partitions, moment))
        starts = {each: found[each].offset if found[each] else ends[each] for each in partitions}
    for partition, start in starts.items():
        consumer.seek(partition, start)
    return {each: Span(firsts[each], starts[each], ends[each]) for each in partitions}
