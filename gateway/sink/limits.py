"""Limits: how large a record a topic takes, asked for every one of them.

May live here: what Kafka told, and what is safe where it did not. May not: asking it.
"""

from collections.abc import Mapping
from typing import Final, final

from gateway.sink.encoding import HEADER_BYTES

__all__ = ["Limits"]

_BROKER_LIMIT: Final = 1_048_588  # bytes: Kafka's default for `message.max.bytes`
# Bytes: the header of a batch (record batch v2, KIP-98; `max.message.bytes` is of the whole batch),
# and the lengths and deltas of a large record.
_BESIDE: Final = HEADER_BYTES + 16


@final
class Limits:
    """What topics take."""

    __slots__ = ("_batches",)

    def __init__(self) -> None:
        self._batches: dict[str, int] = {}

    def learn(self, limits: Mapping[str, int]) -> None:
        """Take note of the largest batches that topics take, bytes."""
        self._batches.update(limits)

    def known(self, topics: Mapping[str, object]) -> bool:
        """Tell whether Kafka has told of all of these topics."""
        return self._batches.keys() >= topics.keys()

    def batch(self, topic: str) -> int:
        """Return the largest batch that `topic` takes, bytes; what is safe where it is unknown."""
        most = self._batches.get(topic)
        return most if most is not None else _BROKER_LIMIT

    def record(self, topic: str) -> int:
        """Return the largest `Record.size` that the topic takes, in bytes."""
        return self.batch(topic) - _BESIDE
