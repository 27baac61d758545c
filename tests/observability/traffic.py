"""Traffic: deliveries that tell the truth, and deliveries with one thing wrong."""

import asyncio
import itertools
import secrets
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress

import aiohttp

from gateway.simulator.occurrence import Occurrence
from gateway.simulator.traffic import random_occurrences
from tests.signing import SECRET, sign

__all__ = ["Traffic"]

_EVERY = 0.03  # seconds between two deliveries
_MOST = 160  # under way at once
_AGAIN = 25  # one in so many is delivered twice


class Traffic:
    """Sends to replicas by turns, until it is stopped.

    Args:
        session: of connections.
        urls: of the replicas.
        tls: trusts theirs.
    """

    def __init__(
        self, session: aiohttp.ClientSession, urls: Sequence[str], tls: ssl.SSLContext
    ) -> None:
        self._session = session
        self._urls = urls
        self._tls = tls
        self._sending: set[asyncio.Task[int | None]] = set()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Send on and on."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Send no more, and wait for what is under way."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        if self._sending:
            await asyncio.wait(self._sending)

    async def _run(self) -> None:
        urls = itertools.cycle(self._urls)
        for number, occurrence in enumerate(random_occurrences(1)):
            if len(self._sending) < _MOST:
                url = next(urls)
                for _ in range(1 + (number % _AGAIN == 0)):
                    task = asyncio.create_task(self.deliver(occurrence, url))
                    self._sending.add(task)
                    task.add_done_callback(self._sending.discard)
            await asyncio.sleep(_EVERY)

    async def deliver(
        self,
        occurrence: Occurrence | bytes,
        url: str = "",
        *,
        secret: str = SECRET,
        skew: float = 0.0,
        attempt: int = 1,
        **headers: str,
    ) -> int | None:
        """Deliver once, with a trace that is kept; return the status, None where none came."""
        body = occurrence if isinstance(occurrence, bytes) else occurrence.body
        all_headers = {
            "Content-Type": "application/json",
            "X-Signature": sign(body, int(time.time() + skew), secret),
            "X-Delivery-Attempt": str(attempt),
            "traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self._session.post(
                url or self._urls[0], data=body, headers=all_headers, ssl=self._tls
            ) as answer:
                await answer.read()
                return answer.status
        return None
