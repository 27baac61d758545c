"""Quarantine: what its topic holds, listed without bodies, and the bodies of those one wants.

May live here: reading it. May not: writing to it (`replaying`, `lease`).
"""

import contextlib
import hashlib
from collections.abc import AsyncGenerator, Iterable
from typing import NamedTuple, Self

import msgspec
from aiokafka.structs import ConsumerRecord
from msgspec import UNSET, Raw, UnsetType

from gateway.cli.choice import Choice
from gateway.cli.consuming import Passed, read
from gateway.pipeline.quarantined import Marker, Place, Quarantined
from gateway.sink.settings import KafkaSettings

__all__ = ["Listing", "Row", "bodies", "list_rows", "say"]

_SAID_BYTES = 16


class Row(NamedTuple):
    """A record of the quarantine, without its body.

    Attributes:
        said: a digest of the event's data; None where the envelope cannot be read.
        The others are those of `Quarantined`, and `size` is of the body, bytes.
    """

    place: Place
    arrived_at: float
    key: bytes | None
    reason: str
    detail: str
    webhook: str
    id: str | None
    type: str | None
    team: str | None
    size: int
    said: bytes | None

    @classmethod
    def of(cls, kept: Quarantined) -> Self:
        """Return the row of a record."""
        envelope = kept.envelope
        return cls(
            kept.place,
            kept.arrived_at,
            kept.key,
            kept.reason,
            kept.detail,
            kept.webhook,
            kept.id,
            kept.type,
            kept.team,
            len(kept.body),
            say(envelope.data) if envelope is not None else None,
        )


class Listing(NamedTuple):
    """What was found.

    Attributes:
        rows: the records meant that were not replayed yet, oldest first.
        replayed: how many of those meant were replayed before.
    """

    rows: list[Row]
    replayed: int


async def list_rows(
    settings: KafkaSettings, topic: str, choice: Choice, passed: Passed | None = None
) -> Listing:
    """Read the whole quarantine, up to where it ends now, and list what is meant.

    Raises:
        KafkaError, OSError, TimeoutError: Kafka cannot be read.
    """
    meant: dict[Place, Row] = {}
    replayed: set[Place] = set()
    async for record in read(settings, [topic], passed=passed):
        marker = Marker.read(record.headers)
        if marker is not None:
            replayed.add(marker.place)
        elif _is_kept(record):
            kept = _kept(record)
            if choice.takes(kept):
                meant[kept.place] = Row.of(kept)
    rows = [row for place, row in meant.items() if place not in replayed]
    rows.sort(key=lambda row: (row.arrived_at, row.place))
    return Listing(rows[: choice.limit], len(meant.keys() & replayed))


async def bodies(
    settings: KafkaSettings, topic: str, rows: Iterable[Row]
) -> AsyncGenerator[tuple[Row, Quarantined], None]:
    """Yield each row with its record, those of one partition in order.

    What retention has taken meanwhile is left out.

    Raises:
        KafkaError, OSError, TimeoutError: Kafka cannot be read.
    """
    wanted = {row.place: row for row in rows}
    starts: dict[int, int] = {}
    for place in wanted:
        starts[place.partition] = min(place.offset, starts.get(place.partition, place.offset))
    async with contextlib.aclosing(read(settings, [topic], starts=starts)) as records:
        async for record in records:
            row = wanted.pop(Place(record.partition, record.offset), None)
            if row is not None:
                yield row, _kept(record)
            if not wanted:
                return


def say(data: Raw | UnsetType) -> bytes:
    """Return a digest of what an event's data says, however it is spaced."""
    if data is UNSET:
        return b""
    try:
        plain = msgspec.json.encode(msgspec.json.decode(data))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        plain = bytes(data)
    return hashlib.blake2b(plain, digest_size=_SAID_BYTES).digest()


def _is_kept(record: ConsumerRecord[bytes, bytes]) -> bool:
    return any(name == "cstar-reason" for name, _ in record.headers)


def _kept(record: ConsumerRecord[bytes, bytes]) -> Quarantined:
    return Quarantined(
        Place(record.partition, record.offset),
        record.timestamp / 1000,
        record.key,
        record.value or b"",
        record.headers,
    )
