"""Events: one of a kind each, and made again, byte for byte, from their number alone.

The simulator's true events, of all types, for many teams. A million need no memory but four bytes
each: when they happened. May not live here: sending (`sender`), judging (`checker`).
"""

import random
import time
import uuid
from array import array
from typing import NamedTuple

from gateway.events.catalogue import CATALOGUE
from gateway.simulator.occurrence import happen
from gateway.simulator.samples import VARIANTS

__all__ = ["Events", "Kind"]

_TEAMS = 48  # enough that every partition of every topic has some
_LARGE_ONE_IN = 50
_ID = "evt_00000000-0000-0000-0000-000000000000"
_MOMENT = b"2001-01-01T00:00:00.000Z"


class Kind(NamedTuple):
    """What events of one type, variant and team have in common.

    Attributes:
        category: names their topic.
        key: of their records.
        template: their bytes, with a stand-in for the id and for the moment.
    """

    type: str
    category: str
    key: bytes
    template: bytes


class Events:
    """Numbered events; the same numbers are of the same kinds for the same seed.

    Args:
        seed: of types and teams.
        large: bytes by which one event in 50 is larger.
    """

    def __init__(self, seed: int, *, large: int = 0) -> None:
        self._padding = b'"data":{"padding":"%b",' % (b"x" * large) if large else b""
        self._kinds = _kinds(seed)
        self._run = uuid.uuid4().hex[:12]
        self._happened = array("I")

    def __len__(self) -> int:
        return len(self._happened)

    def happen(self) -> int:
        """Let one happen now; return its number."""
        self._happened.append(int(time.time()))
        return len(self._happened) - 1

    def kind(self, number: int) -> Kind:
        """Return what it is."""
        return self._kinds[number % len(self._kinds)]

    def id(self, number: int) -> str:
        """Return its id."""
        return f"evt_{self._run}_{number:x}"

    def number(self, event_id: str) -> int | None:
        """Return the number of an id; None where it never happened."""
        run, _, digits = event_id.removeprefix("evt_").partition("_")
        if run != self._run:
            return None
        try:
            number = int(digits, 16)
        except ValueError:
            return None
        return number if 0 <= number < len(self) else None

    def body(self, number: int) -> bytes:
        """Return the bytes cStar sends of it."""
        moment = time.gmtime(self._happened[number])
        template = self.kind(number).template
        body = template.replace(_ID.encode(), self.id(number).encode(), 1)
        if self._padding and number % _LARGE_ONE_IN == 0:
            body = body.replace(b'"data":{', self._padding, 1)
        return body.replace(_MOMENT, time.strftime("%Y-%m-%dT%H:%M:%S.000Z", moment).encode())


def _kinds(seed: int) -> list[Kind]:
    kinds = [
        _kind(event_type, variant, f"team_{team:024x}")
        for event_type in CATALOGUE
        for variant in VARIANTS[event_type]
        for team in range(_TEAMS)
    ]
    random.Random(seed).shuffle(kinds)  # noqa: S311 - samples, not secrets
    return kinds


def _kind(event_type: str, variant: str, team_id: str) -> Kind:
    happened = happen(event_type, team_id=team_id, variant=variant)
    moment = happened.body.partition(b'"created_at":"')[2].partition(b'"')[0]
    body = happened.body.replace(happened.id.encode(), _ID.encode(), 1).replace(moment, _MOMENT)
    return Kind(event_type, CATALOGUE[event_type].category, team_id.encode(), body)
