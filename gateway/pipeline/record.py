"""Record: finished bytes, ready for Kafka.

May live here: the shape of a record and what it weighs. May not: choices (topic, key and payload
are decided by `routes` and `building`) and anything of Kafka's client.
"""

from typing import final

from gateway.pipeline.plain import Plain

__all__ = ["Record"]


@final
class Record(Plain):
    """A finished Kafka record; a sink adds the partition and nothing else.

    Attributes:
        topic: from the closed set of topics.
        key: `team_id` in UTF-8; None only in quarantine, where no team could be read.
        value: the payload.
        headers: names and UTF-8 values, in order.
        timestamp_ms: arrival, milliseconds since the epoch.
    """

    __slots__ = ("headers", "key", "timestamp_ms", "topic", "value")

    def __init__(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: tuple[tuple[str, bytes], ...],
        timestamp_ms: int,
    ) -> None:
        self.topic = topic
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp_ms = timestamp_ms

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.topic, self.key, self.value, self.headers, self.timestamp_ms

    @property
    def size(self) -> int:
        """Bytes the record takes in a batch, an upper bound (record format v2, KIP-98)."""
        fixed = 70  # attributes, deltas, varints and a share of the batch header
        key = len(self.key) if self.key is not None else 0
        size = fixed + key + len(self.value)
        for name, value in self.headers:
            size += len(name) + len(value) + 10
        return size
