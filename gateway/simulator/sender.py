"""Sender: delivers events as cStar does, and tells what was answered.

From cStar's documentation: its headers, 10 s for an answer, any non-2xx a failure, six retries over
31 hours, each freshly signed. Its patience can be sped up; its signatures keep the true time.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp

from gateway.simulator import DEV_WEBHOOK
from gateway.simulator.occurrence import Occurrence
from gateway.simulator.signing import sign, sign_legacy
from gateway.simulator.tamper import Tamper

__all__ = ["RETRY_DELAYS", "Attempt", "Sender", "Sent"]

RETRY_DELAYS = (30.0, 120.0, 600.0, 3600.0, 21_600.0, 86_400.0)
"""Seconds from each failure to the next attempt."""

_ANSWER_SECONDS = 10.0
_STALE_SECONDS = 600  # twice the replay window
_SUCCESS = range(200, 300)


class Attempt(NamedTuple):
    """One delivery and its answer.

    Attributes:
        number: what `X-Delivery-Attempt` said.
        status: HTTP status; None where there was no answer.
        seconds: until the answer, or until it was given up.
        answer: the answer's JSON object; empty where it had none.
        error: why there was no answer, for people.
    """

    number: int
    status: int | None
    seconds: float
    answer: dict[str, Any]
    error: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether cStar is content and will not retry."""
        return self.status is not None and self.status in _SUCCESS


class Sent(NamedTuple):
    """An event and all attempts to deliver it, at least one."""

    occurrence: Occurrence
    attempts: tuple[Attempt, ...]

    @property
    def last(self) -> Attempt:
        """The attempt that decided."""
        return self.attempts[-1]


class Sender:
    """One subscription of cStar's: `async with Sender(url, secret) as sender:`.

    Args:
        url: the gateway's `/webhooks/cstar`.
        secret: `whsec_…`; see `rotate`.
        retries: how many of cStar's six retries are made after a failure.
        time_scale: cStar's seconds of waiting in one of ours.
        legacy: sign in the older form, `sha256=…`.
        tamper: spoil each delivery.
        webhook_id: what `X-Webhook-ID` says.
        clock: seconds since the epoch, for signatures.

    Attributes:
        url: where deliveries go.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        retries: int = 0,
        time_scale: float = 1.0,
        legacy: bool = False,
        tamper: Tamper | None = None,
        webhook_id: str = DEV_WEBHOOK,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.url = url
        self._secret = secret
        self._delays = RETRY_DELAYS[:retries]
        self._time_scale = time_scale
        self._legacy = legacy
        self._tamper = tamper
        self._webhook_id = webhook_id
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=_ANSWER_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def rotate(self, secret: str) -> str:
        """Sign with a new secret from now on, retries too; return the old one."""
        old, self._secret = self._secret, secret
        return old

    async def send(self, occurrence: Occurrence, *, attempt: int = 1) -> Sent:
        """Deliver an event, with the retries this sender makes.

        Args:
            occurrence: the event.
            attempt: number of the first attempt; above 1 it is sent again.
        """
        attempts = [await self._deliver(occurrence, attempt)]
        for delay in self._delays:
            if attempts[-1].succeeded:
                break
            await asyncio.sleep(delay / self._time_scale)
            attempts.append(await self._deliver(occurrence, attempt + len(attempts)))
        return Sent(occurrence, tuple(attempts))

    async def _deliver(self, occurrence: Occurrence, number: int) -> Attempt:
        if self._session is None:
            raise RuntimeError("a Sender is used in `async with`")
        body, signature = self._sign(occurrence.body)
        headers = self._headers(occurrence, signature, number)
        begin = time.perf_counter()
        try:
            async with self._session.post(
                self.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return Attempt(number, None, time.perf_counter() - begin, {}, _reason(error))
        return Attempt(number, response.status, time.perf_counter() - begin, _object(answer))

    def _sign(self, body: bytes) -> tuple[bytes, str]:
        """Return the bytes that go out and what is claimed of them."""
        secret = self._secret[::-1] if self._tamper is Tamper.SIGNATURE else self._secret
        now = int(self._clock()) - (_STALE_SECONDS if self._tamper is Tamper.STALE else 0)
        signature = sign_legacy(body, secret) if self._legacy else sign(body, secret, now)
        if self._tamper is Tamper.BODY:
            body = body[:-1] + b',"tampered":true}'
        return body, signature

    def _headers(self, occurrence: Occurrence, signature: str, number: int) -> dict[str, str]:
        now = datetime.fromtimestamp(self._clock(), UTC)
        return {
            "Content-Type": "application/json",
            "User-Agent": "cStar-Webhooks/1.0",
            "X-Signature": signature,
            "X-Event-Type": occurrence.type,
            "X-Event-ID": occurrence.id,
            "X-Webhook-ID": self._webhook_id,
            "X-Timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "X-Delivery-Attempt": str(number),
            "x-cstar-request-id": f"req_{uuid.uuid4().hex[:20]}",
        }


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {_ANSWER_SECONDS:.0f} s"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"nobody listens there ({error.os_error.strerror or error.os_error})"
    return f"the connection broke ({type(error).__name__})"


def _object(answer: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(answer)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
