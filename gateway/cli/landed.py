"""Landed: which events their topics hold already, as the log itself tells.

An event may be there though its quarantine was never marked as replayed: cStar sent it again and it
was accepted, or a replay died between ack and marker. The idempotency window knows that for its
hours; the topics know it for as long as they keep records.
"""

from collections.abc import Callable, Iterable, Sequence

from aiokafka.structs import ConsumerRecord

from gateway.cli.consuming import Passed, read
from gateway.cli.quarantine import Row, say
from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.reasons import Ended
from gateway.sink.settings import KafkaSettings

__all__ = ["Destined", "Landed"]

_EARLIER = 300.0  # seconds: clocks of several replicas, and records that wait for their batch

Destined = Callable[[Row], Sequence[str]]
"""Tells which topics a row's event goes to."""


class Landed:
    """What was found in the topics, of the events that were looked for.

    Args:
        destined: where each event should be.
    """

    def __init__(self, destined: Destined) -> None:
        self._destined = destined
        self._found: dict[tuple[str, bytes | None, bytes], set[bytes | None]] = {}

    async def look(
        self, settings: KafkaSettings, rows: Iterable[Row], passed: Passed | None = None
    ) -> None:
        """Read the topics that these events go to, from the first event's arrival on.

        Raises:
            KafkaError, OSError, TimeoutError: Kafka cannot be read.
        """
        sought: set[tuple[str, bytes | None, bytes]] = set()
        since = float("inf")
        for row in rows:
            spots = self._spots(row)
            if spots:
                sought.update(spots)
                since = min(since, row.arrived_at)
        topics = sorted({topic for topic, _, _ in sought})
        if not topics:
            return
        async for record in read(settings, topics, since=since - _EARLIER, passed=passed):
            spot = record.topic, record.key, _id_of(record)
            if spot in sought:
                self._found.setdefault(spot, set()).add(_said(record.value or b""))

    def has(self, row: Row) -> bool:
        """Tell whether every topic of an event has it, with the same data as far as that tells."""
        spots = self._spots(row)
        return bool(spots) and all(
            not {row.said, None}.isdisjoint(self._found.get(spot, ())) for spot in spots
        )

    def _spots(self, row: Row) -> list[tuple[str, bytes | None, bytes]]:
        if row.said is None or row.id is None or row.team is None:
            return []
        key, event_id = row.team.encode(), row.id.encode()
        return [(topic, key, event_id) for topic in self._destined(row)]


def _id_of(record: ConsumerRecord[bytes, bytes]) -> bytes:
    return next((value for name, value in record.headers if name == "ce_id"), b"")


def _said(value: bytes) -> bytes | None:
    """Return what an event's record says; None where its form has no `data` to tell."""
    try:
        envelope = read_envelope(value)
    except Ended:
        return None
    return say(envelope.data) or None
