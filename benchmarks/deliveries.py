"""Deliveries: signed as cStar signs them, each with an id of its own, made before they are sent.

The events are the simulator's. What differs from one to the next of a type and team is the id, so
the rest is made once: a hundred thousand take about a second.
"""

import random
import time
import uuid
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from gateway.events.catalogue import CATALOGUE, CATEGORIES
from gateway.simulator import DEV_SECRET, DEV_WEBHOOK
from gateway.simulator.occurrence import happen
from gateway.simulator.signing import sign

__all__ = ["PATH", "Mix", "Signed", "Types", "deliveries", "event_types"]

PATH = "/webhooks/cstar"
Types = Literal["one", "all"]

_ONE = "ticket.created"
_ID = 24  # characters of an id
_TITLE = b'"title":"'  # where a body is made larger


class Mix(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent.

    Attributes:
        types: one type, or all; of all, each comes as often as the others.
        seed: of teams and order; the ids differ each time.
        teams: how many there are; as many keys. 64 are enough that every partition has some.
        topics: of so many categories, the catalogue's first.
        size: at least so many bytes a body; only of one type.
    """

    types: Types = "all"
    seed: int = 1
    teams: int = 64
    topics: int = len(CATEGORIES)
    size: int = 0


class Signed(NamedTuple):
    """One delivery.

    Attributes:
        event_id: the event's.
        headers: as cStar sends them, but for those of HTTP itself.
        body: the signed bytes.
    """

    event_id: str
    headers: dict[str, str]
    body: bytes

    def request(self) -> bytes:
        """Return the whole request."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


class _Template(NamedTuple):
    """A body around its event id."""

    event_type: str
    before: bytes
    after: bytes


def event_types(mix: Mix) -> tuple[str, ...]:
    """Return which event types are meant."""
    if mix.types == "one":
        return (_ONE,)
    categories = CATEGORIES[: mix.topics]
    return tuple(name for name, row in CATALOGUE.items() if row.category in categories)


def deliveries(mix: Mix, *, secret: str = DEV_SECRET) -> Iterator[Signed]:
    """Yield deliveries without end, signed for now: they are good for cStar's 300 seconds."""
    choice = random.Random(mix.seed)  # noqa: S311 - samples, not secrets
    templates = _templates(mix)
    signed_at = int(time.time())
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(signed_at))
    run = uuid.uuid4().hex[:12]
    number = 0
    while True:
        choice.shuffle(templates)
        for event_type, before, after in templates:
            number += 1
            event_id = f"evt_{run}{number:08x}"
            body = before + event_id.encode() + after
            headers = {
                "Content-Type": "application/json",
                "User-Agent": "cStar-Webhooks/1.0",
                "X-Signature": sign(body, secret, signed_at),
                "X-Event-Type": event_type,
                "X-Event-ID": event_id,
                "X-Webhook-ID": DEV_WEBHOOK,
                "X-Timestamp": moment,
                "X-Delivery-Attempt": "1",
                "x-cstar-request-id": f"req_{run}{number:08x}",
            }
            yield Signed(event_id, headers, body)


def _templates(mix: Mix) -> list[_Template]:
    teams = [f"team_{number:024x}" for number in range(mix.teams)]
    return [_template(name, team, mix.size) for name in event_types(mix) for team in teams]


def _template(event_type: str, team_id: str, size: int) -> _Template:
    occurrence = happen(event_type, team_id=team_id)
    before, _, after = occurrence.body.partition(occurrence.id.encode())
    lacking = b"x" * (size - len(before) - _ID - len(after))
    after = after.replace(_TITLE, _TITLE + lacking, 1)
    return _Template(event_type, before, after)
