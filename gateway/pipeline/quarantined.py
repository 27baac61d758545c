"""Quarantined: a record of the quarantine taken apart, and the marker that one was replayed.

May live here: what the quarantine's records say. May not: reading or writing them.

```
record   body, key, cstar-reason, cstar-detail, cstar-webhook, hints    by `build_quarantine`
marker   no value, the key again, cstar-replayed = place, cstar-outcome  after the ack of a replay
```
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Self

from gateway.pipeline.delivery import Delivery, Hints, read_hints, restore
from gateway.pipeline.envelope import Envelope, read_envelope
from gateway.pipeline.reasons import Ended, Outcome
from gateway.pipeline.record import Record
from gateway.pipeline.webhook import Webhook

__all__ = ["Marker", "Place", "Quarantined"]

_PLACE = re.compile(r"([0-9]{1,9})@([0-9]{1,18})")
_KEPT = {
    "X-Event-ID": "cstar-event-id",
    "X-Event-Type": "cstar-event-type",
    "X-Webhook-ID": "cstar-webhook-id",
    "X-Delivery-Attempt": "cstar-delivery-attempt",
    "x-cstar-request-id": "cstar-request-id",
    "traceparent": "traceparent",
}


class Place(NamedTuple):
    """Where a record of the quarantine is; written `3@17`."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}@{self.offset}"


class _Kept:
    """A record's headers under the names they came by over HTTP."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def get(self, key: str, /) -> str | None:
        return self._headers.get(_KEPT[key])


class Quarantined:
    """One record of the quarantine.

    Attributes:
        place: where it is.
        arrived_at: when its delivery came, seconds since the epoch.
        key: the team; None where none could be read.
        body: the raw bytes that were signed.
        reason: why it is there; a word of `Reason`, unless another version wrote it.
        detail: the same, for people.
        webhook: the name, in the configuration of that time, whose secret proved it.
        hints: what the unsigned headers claimed.
    """

    def __init__(
        self,
        place: Place,
        arrived_at: float,
        key: bytes | None,
        body: bytes,
        headers: Sequence[tuple[str, bytes]],
    ) -> None:
        said = {name: value.decode("utf-8", "replace") for name, value in headers}
        self.place = place
        self.arrived_at = arrived_at
        self.key = key
        self.body = body
        self.reason = said.get("cstar-reason", "")
        self.detail = said.get("cstar-detail", "")
        self.webhook = said.get("cstar-webhook", "")
        self.hints: Hints = read_hints(_Kept(said))

    @cached_property
    def envelope(self) -> Envelope | None:
        """The envelope, where this version can read it."""
        try:
            return read_envelope(self.body)
        except Ended:
            return None

    @property
    def id(self) -> str | None:
        """The event's id: from the body, else as an unsigned header claimed it."""
        return self.envelope.id if self.envelope is not None else self.hints.event_id

    @property
    def type(self) -> str | None:
        """The event's type, likewise."""
        return self.envelope.type if self.envelope is not None else self.hints.event_type

    @property
    def team(self) -> str | None:
        """The event's team: from the body, else from the key."""
        if self.envelope is not None:
            return self.envelope.team_id
        return self.key.decode("utf-8", "replace") if self.key is not None else None

    def delivery(self, webhook: Webhook, now: float) -> Delivery:
        """Return the delivery it was, arriving now."""
        return restore(self.body, webhook, self.hints, now=now)


class Marker(NamedTuple):
    """Says, on the quarantine's own topic, that one of its records was replayed.

    Attributes:
        place: of the record that was replayed.
        outcome: how that ended.
    """

    place: Place
    outcome: str

    @classmethod
    def read(cls, headers: Sequence[tuple[str, bytes]]) -> Self | None:
        """Return the marker that a record is; None where it is none."""
        said = {name: value.decode("utf-8", "replace") for name, value in headers}
        place = _PLACE.fullmatch(said.get("cstar-replayed", ""))
        if place is None:
            return None
        return cls(Place(int(place[1]), int(place[2])), said.get("cstar-outcome", ""))

    @staticmethod
    def record(topic: str, kept: Quarantined, outcome: Outcome, now: float) -> Record:
        """Return the record that marks `kept` as replayed, to be written after the ack."""
        headers = (
            ("cstar-replayed", str(kept.place).encode()),
            ("cstar-outcome", outcome.encode()),
        )
        return Record(topic, kept.key, b"", headers, int(now * 1000))
