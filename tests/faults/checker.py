"""Checker: what was sent and answered, held against everything that is in Kafka.

```
lost         answered with 2xx and in no topic
phantom      in a topic and never sent
quarantined  in the quarantine, which is where only what is unusable belongs
misplaced    in another topic, partition or under another key than its own
altered      not the sent bytes with `flat` spliced in
disordered   after an event of its partition that was first sent when it was acked already
twice        once more than once: which request put it there, and which before
```
It trusts nothing of the gateway: partitions are the Java client's by a murmur2 of its own.
"""

from array import array
from typing import NamedTuple

import msgspec
from aiokafka.structs import ConsumerRecord

from tests.faults.events import Events
from tests.faults.history import History
from tests.faults.murmur import partition_of

__all__ = ["Checker", "Findings", "Twice"]

_NEVER = float("inf")
_SPLICE = b',"flat":'
_UNTRACED = "a record of {} names request {}, which was not made for it"


class Twice(NamedTuple):
    """An event's record beyond its first: indexes of the requests that put both there."""

    number: int
    first: int
    again: int


class Findings(NamedTuple):
    """What is wrong. Events by number, records by a few words."""

    lost: list[int]
    phantom: list[str]
    misplaced: list[str]
    altered: list[str]
    disordered: list[int]
    twice: list[Twice]
    quarantined: list[int]


class Checker:
    """Takes every record of every topic, partition by partition in order; then tells.

    Args:
        events: that were sent.
        history: of the requests, all ended.
        prefix: of the topics.
        partitions: that each topic has.
        again_from: index of the first request made only to see that nothing comes of it: an
            accepted event that is there by such a request alone had been lost.
    """

    def __init__(
        self,
        events: Events,
        history: History,
        prefix: str,
        partitions: int,
        again_from: int | None = None,
    ) -> None:
        self._events = events
        self._history = history
        self._prefix = prefix
        self._partitions = partitions
        self._sent = array("d", [_NEVER]) * len(events)
        self._acked = array("d", [_NEVER]) * len(events)
        self._found = array("q", [-1]) * len(events)
        self._newest: dict[tuple[str, int], float] = {}
        self._findings = Findings([], [], [], [], [], [], [])
        self._again_from = len(history) if again_from is None else again_from
        for index, attempt in enumerate(history):
            number = attempt.number
            self._sent[number] = min(self._sent[number], attempt.begin)
            if attempt.succeeded and index < self._again_from:
                self._acked[number] = min(self._acked[number], attempt.end)

    def take(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        """Judge one record."""
        headers = dict(record.headers)
        quarantined = record.topic == f"{self._prefix}.quarantine"
        event_id = headers.get("cstar-event-id" if quarantined else "ce_id", b"").decode()
        where = f"{record.topic}-{record.partition}@{record.offset}"
        number = self._events.number(event_id)
        if number is None or self._sent[number] == _NEVER:
            self._findings.phantom.append(f"{where}: {event_id or 'without an id'}")
            return
        request = headers.get("cstar-request-id", b"").decode().removeprefix("req_")
        index = int(request, 16) if request else -1
        if not 0 <= index < len(self._history) or self._history[index].number != number:
            self._findings.phantom.append(f"{where}: {_UNTRACED.format(event_id, request)}")
            return
        if quarantined:
            self._findings.quarantined.append(number)
            if record.value != self._events.body(number):
                self._findings.altered.append(where)
        else:
            self._place(number, record, where)
            self._read(number, record.value or b"", where)
        if self._found[number] >= 0:
            self._findings.twice.append(Twice(number, self._found[number], index))
            return
        self._found[number] = index
        self._order(number, (record.topic, record.partition))

    def findings(self) -> Findings:
        """Tell; every record has been taken."""
        for number, index in enumerate(self._found):
            there = 0 <= index < self._again_from
            if not there and self._acked[number] != _NEVER:
                self._findings.lost.append(number)
        return self._findings

    def name(self, number: int) -> str:
        """Return an event's id, for people."""
        return self._events.id(number)

    @property
    def acked(self) -> int:
        """How many events were answered with 2xx."""
        return sum(moment != _NEVER for moment in self._acked)

    @property
    def sent(self) -> int:
        """How many events were sent at least once."""
        return sum(moment != _NEVER for moment in self._sent)

    def _place(self, number: int, record: "ConsumerRecord[bytes, bytes]", where: str) -> None:
        kind = self._events.kind(number)
        topic = f"{self._prefix}.{kind.category}"
        partition = partition_of(kind.key, self._partitions)
        if (record.topic, record.key, record.partition) != (topic, kind.key, partition):
            should = f"{topic}-{partition} under {kind.key.decode()}"
            self._findings.misplaced.append(f"{where} under {record.key!r}: belongs to {should}")

    def _read(self, number: int, value: bytes, where: str) -> None:
        body = self._events.body(number)
        flat = value[len(body) - 1 + len(_SPLICE) : -1]
        if value != b"%b%b%b}" % (body[:-1], _SPLICE, flat) or not _is_flat(flat):
            self._findings.altered.append(where)

    def _order(self, number: int, partition: tuple[str, int]) -> None:
        """Note an event that was acked before one that lies before it was sent at all."""
        newest = self._newest.get(partition, 0.0)
        if self._acked[number] < newest:
            self._findings.disordered.append(number)
        self._newest[partition] = max(newest, self._sent[number])


def _is_flat(value: bytes) -> bool:
    """Tell whether it is a JSON object that is not empty and has no objects within but `{}`."""
    try:
        flat = msgspec.json.decode(value)
    except msgspec.DecodeError:
        return False
    return isinstance(flat, dict) and bool(flat) and not any(map(_nests, flat.values()))


def _nests(value: object) -> bool:
    return isinstance(value, dict) and bool(value)
