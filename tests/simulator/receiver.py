"""A receiver of webhooks on 127.0.0.1, in a thread of its own: the far end of the simulator."""

import asyncio
import threading
import time
from types import TracebackType
from typing import NamedTuple, Self

from aiohttp import web
from multidict import CIMultiDictProxy

__all__ = ["Received", "Receiver"]


class Received(NamedTuple):
    """One request as it came."""

    headers: CIMultiDictProxy[str]
    body: bytes
    at: float


class Receiver:
    """Answers with `statuses` in turn, the last for ever, and keeps what it was sent.

    Args:
        statuses: of the answers; 0 closes the connection without one.
        answer: the body of each.
        delay: seconds before each.
    """

    def __init__(self, *statuses: int, answer: str = "{}", delay: float = 0.0) -> None:
        self.received: list[Received] = []
        self.most_at_once = 0
        self._now = 0
        self._statuses = list(statuses or (202,))
        self._answer = answer
        self._delay = delay
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._runner: web.ServerRunner
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        self._runner = web.ServerRunner(
            web.Server(self._receive, handler_cancellation=True), shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/webhooks/cstar"

    async def _receive(self, request: web.BaseRequest) -> web.StreamResponse:
        self.received.append(Received(request.headers, await request.read(), time.time()))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        await asyncio.sleep(self._delay)
        self._now -= 1
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if not status and request.transport is not None:
            request.transport.abort()
        return web.Response(
            status=status or 503, text=self._answer, content_type="application/json"
        )
