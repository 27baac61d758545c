"""Connections: all that are open on the public listener, and room for one more.

Where there are as many as there may be, one gives way: whoever opens connections and stays silent,
or sends a head or a body a byte at a time, cannot keep deliveries out. Only where every one has a
whole delivery at work is the new one refused.
"""

import asyncio
from typing import Any, cast

from aiohttp import web

from gateway.ingress.answers import Answer
from gateway.ingress.connection import Connection
from gateway.ingress.front import Front
from gateway.ingress.webhook import WebhookHandler
from gateway.metrics.requests import RequestMeter
from gateway.pipeline.reasons import Reason

__all__ = ["Connections"]

_FRESH = 0.25  # how long a new connection may take to bring its first request, seconds
_CUT = 0.1  # what a handler that is cut may still take, seconds


class Connections(web.Server):
    """aiohttp's low-level server, with a limit and an orderly end.

    Args:
        handler: answers requests, and what never becomes one.
        meter: counts connections closed for want of room.
        most: open at once.
        options: of aiohttp's `RequestHandler`.

    Attributes:
        retiring: whether each answer is the last of its connection.
        closed: whether no connection is taken any more.
    """

    def __init__(
        self,
        handler: WebhookHandler,
        meter: RequestMeter,
        most: int,
        **options: Any,
    ) -> None:
        super().__init__(_unused, handler_cancellation=False)
        self._loop = asyncio.get_running_loop()
        self._options = options
        self._meter = meter
        self._most = most
        self._open: dict[Connection, None] = {}
        self._none_open = asyncio.Event()
        self._none_open.set()
        self._handler = handler
        self.answer = handler.answer
        self.begin = handler.begin
        self.refuse = handler.refuse
        self._turn_away = handler.turn_away
        self.retiring = False
        self.closed = False

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def __call__(self) -> web.RequestHandler:
        """Return the protocol of a connection that is about to be made."""
        front = Front(Connection(self, loop=self._loop, **self._options), self._handler)
        # It has a protocol's methods, which is all that a transport asks for; compiled, it cannot
        # inherit from asyncio's class of that name, nor from aiohttp's, whose signature this is.
        return cast("web.RequestHandler", front)

    def make_room(self) -> Answer | None:
        """Make room for one more connection, or return what to refuse it with."""
        if self.closed:
            return self._turn_away(Reason.DRAINING)
        if len(self._open) < self._most:
            return None
        dispensable = self._dispensable()
        if dispensable is None:
            self._meter.over_limit("refused")
            return self._turn_away(Reason.OVERLOADED)
        self._meter.over_limit("evicted")
        dispensable.force_close()
        return None

    def _dispensable(self) -> Connection | None:
        """Return the oldest that has brought nothing whole yet, or else is idle, or at a body."""
        idle = arriving = None
        for one in self._open:
            if one.transport is None or not (one.idle or one.arriving):
                continue
            if not one.answers:
                return one
            if one.idle:
                idle = idle or one
            else:
                arriving = arriving or one
        return idle or arriving

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Take note of a connection."""
        super().connection_made(handler, transport)
        self._open[cast("Connection", handler)] = None
        self._none_open.clear()

    def connection_lost(
        self, handler: web.RequestHandler, exc: BaseException | None = None
    ) -> None:
        """Forget a connection."""
        super().connection_lost(handler, exc)
        self._open.pop(cast("Connection", handler), None)
        if not self._open:
            self._none_open.set()

    async def drain(self, within: float) -> int:
        """Take no more connections, close the idle, and see the busy to the end of their answer.

        Args:
            within: seconds until those that are left are cut.

        Returns:
            How many were cut while a request of theirs was being worked on.
        """
        self.retiring = True
        fresh = any(not connection.answers for connection in self._open)
        arriving = min(_FRESH, within) if fresh else 0.0
        await asyncio.sleep(arriving)  # a request may have been written, and not read yet
        self.closed = True
        for connection in tuple(self._open):
            if connection.idle:
                connection.force_close()
        try:
            async with asyncio.timeout(within - arriving):
                await self._none_open.wait()
        except TimeoutError:
            left = tuple(self._open)
            cut = sum(not connection.idle for connection in left)
            transports = [connection.transport for connection in left]
            await self.shutdown(_CUT)
            for transport in transports:
                if transport is not None:
                    transport.abort()
            return cut
        return 0


async def _unused(_request: web.BaseRequest) -> web.StreamResponse:
    """Stand where aiohttp wants a handler; `Connection` asks `WebhookHandler` itself."""
    raise NotImplementedError
