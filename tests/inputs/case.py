"""Case: one bad input as data: what is sent, and the one answer there may be.

May live here: the shape of a case, and the events that cases are made of. May not: how a case is
sent and what is looked at afterwards (tests/e2e/test_inputs.py).
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.signing import sign

__all__ = ["MARK", "SIGNATURE", "Case", "Value", "event", "usual"]

MARK = "zq7-never-to-be-seen"
"""Is in every request, and must be in no answer and no log."""

SIGNATURE = "<signature>"
"""Stands in a request where the value of its X-Signature goes."""

Value = Callable[[bytes, int], bytes]
"""What X-Signature says of a body at a time, seconds since the epoch."""


def usual(body: bytes, now: int) -> bytes:
    """Sign as cStar does."""
    return sign(body, now).encode()


class Case(NamedTuple):
    """One input.

    Attributes:
        name: in a few words.
        request: the bytes on the wire, `SIGNATURE` where a signature goes.
        answer: status, and the reason of a refusal or the outcome; then the category that an
            accepted event is found in, or the reason of a quarantined one.
        body: what is signed: the body as HTTP delivers it.
        value: signs it.
        answers: how many there are; all but the first say `duplicate`.
        reset: whether the connection may end without one, since the sender was still sending.
    """

    name: str
    request: bytes
    answer: str
    body: bytes = b""
    value: Value = usual
    answers: int = 1
    reset: bool = False

    @property
    def refused(self) -> bool:
        """Whether it must touch nothing."""
        return self.answer.startswith("4")

    def wire(self, now: int) -> bytes:
        """Return the bytes to send now."""
        return self.request.replace(SIGNATURE.encode(), self.value(self.body, now))


def event(event_id: str, **fields: Any) -> bytes:
    """Return an event that is good, but for some fields; None leaves one out."""
    whole = {
        "id": event_id,
        "type": "customer.deleted",
        "created_at": "2026-04-27T18:42:11.000Z",
        "team_id": "team_1",
        "data": {"id": "cus_1", "note": MARK},
    } | fields
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()
