"""Answers: a verdict as the bytes of an HTTP response.

aiohttp's own response is two fifths of the cost of a bare request: it builds a header map, checks
it, and writes it out. Here the head of each reason is prepared once a second, with its `Date`.
May live here: what is said. May not: how it is written (`connection`).
"""

import json
import time
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Final, final

import orjson

from gateway.pipeline.reasons import ENDINGS, Outcome, Reason
from gateway.pipeline.verdict import Verdict

__all__ = ["RETRY_AFTER", "Answer", "Answers"]

RETRY_AFTER = 5
"""Seconds that every 503 asks for. cStar keeps its own schedule; a proxy in between may listen."""

_PROBLEM = "urn:cstar-gateway:reason:"
"""What RFC 9457's `type` begins with; the reason follows."""

_FIELDS = {
    # RFC 9110: 405 must say Allow, 401 must challenge, 415 should say what would be taken.
    Reason.METHOD_NOT_ALLOWED: "Allow: POST\r\n",
    Reason.CONTENT_ENCODING: "Accept-Encoding: identity\r\n",
    Reason.CONTENT_TYPE: "Accept: application/json\r\n",
}
_OPENINGS: Final = {
    reason: b'{"status":"%b","id":' % ending.outcome.encode()
    for reason, ending in ENDINGS.items()
    if ending.outcome not in (Outcome.REJECTED, Outcome.UNAVAILABLE)
}
"""How the bodies begin of answers that are no problems."""

_USUAL_BYTES: Final = 256  # of a body
_LENGTHS: Final = [b"%d\r\n" % size for size in range(_USUAL_BYTES)]
_dumps: Final = orjson.dumps
_CHALLENGE = "WWW-Authenticate: X-Signature\r\n"


@final
class Answer:
    """An answer's bytes but for the fields that depend on the connection.

    Attributes:
        head: status line and fields, up to and with `Content-Length: `.
        body: JSON.
    """

    __slots__ = ("body", "head")

    def __init__(self, head: bytes, body: bytes) -> None:
        self.head = head
        self.body = body

    def on_wire(self, connection: bytes, *, bodiless: bool = False) -> bytes:
        """Return the whole response.

        Args:
            connection: a `Connection` field with its line end, or nothing.
            bodiless: whether it answers HEAD.
        """
        size = len(self.body)
        length = _LENGTHS[size] if size < _USUAL_BYTES else b"%d\r\n" % size
        body = b"" if bodiless else self.body
        return b"".join([self.head, length, connection, b"\r\n", body])


class Answers:
    """Renders verdicts.

    Args:
        clock: seconds since the epoch, for `Date`.
    """

    __slots__ = ("_clock", "_heads", "_second")

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._second = -1
        self._heads: dict[Reason, bytes] = {}

    def render(self, verdict: Verdict) -> Answer:
        """Return the answer to a delivery that ended so."""
        reason = verdict.reason
        now = int(self._clock())
        if now != self._second:
            self._heads.clear()
            self._second = now
        head = self._heads.get(reason)
        if head is None:
            head = self._heads[reason] = _head(reason, now)
        opening = _OPENINGS.get(reason)
        if opening is None:
            return Answer(head, _problem(verdict))
        try:
            text = _dumps(verdict.event_id)
        except orjson.JSONEncodeError:  # a lone surrogate: JSON can escape it, UTF-8 not hold it
            text = json.dumps(verdict.event_id).encode()
        return Answer(head, opening + text + b"}")


def _head(reason: Reason, now: int) -> bytes:
    ending = ENDINGS[reason]
    problem = ending.outcome in (Outcome.REJECTED, Outcome.UNAVAILABLE)
    fields = _FIELDS.get(reason, "")
    if ending.status == HTTPStatus.UNAUTHORIZED:
        fields += _CHALLENGE
    if ending.status == HTTPStatus.SERVICE_UNAVAILABLE:
        fields += f"Retry-After: {RETRY_AFTER}\r\n"
    return (
        f"HTTP/1.1 {ending.status} {HTTPStatus(ending.status).phrase}\r\n"
        f"Content-Type: application/{'problem+json' if problem else 'json'}\r\n"
        f"Date: {formatdate(now, usegmt=True)}\r\n"
        f"{fields}"
        "Content-Length: "
    ).encode()


def _problem(verdict: Verdict) -> bytes:
    """Return problem details (RFC 9457), with the reason and whether it is worth a retry."""
    ending = ENDINGS[verdict.reason]
    return orjson.dumps(
        {
            "type": _PROBLEM + verdict.reason,
            "title": ending.title,
            "status": ending.status,
            "reason": verdict.reason,
            "detail": verdict.detail or ending.title,
            "retriable": ending.retriable,
        }
    )
