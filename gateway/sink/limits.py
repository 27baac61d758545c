"""Limits: how large a record a topic takes, asked for every one of them.

May live here: what Kafka told, and what is safe where it did not. May not: asking it.
"""

from collections.abc import Mapping
from typing import final

__all__ = ["Limits"]

_BROKER_LIMIT = 1_048_588  # bytes: Kafka's default for `message.max.bytes`
_BATCH_HEADER = 61  # bytes: record batch v2 (KIP-98); `max.message.bytes` is of the whole batch
_VARINTS = 16  # bytes: lengths and deltas of a large record


@final
class Limits:
    """What topics take."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def learn(self, limits: Mapping[str, int]) -> None:
        """Take note of the largest batches that topics take, bytes."""
        self._known.update(limits)

    def known(self, topics: Mapping[str, object]) -> bool:
        """Tell whether Kafka has told of all of these topics."""
        return self._known.keys() >= topics.keys()

    def batch(self, topic: str) -> int:
        """Return the largest batch that `topic` takes, bytes; what is safe where it is unknown."""
        return self._known.get(topic, _BROKER_LIMIT)

    def record(self, topic: str) -> int:
        """Return the largest `Record.size` that the topic takes, in bytes."""
        return self.batch(topic) - _BATCH_HEADER - _VARINTS
