"""Connection: one TCP connection of the public listener, from a parsed request to its answer.

A request that came whole is answered without a task: in the call that brought it, or in the one
that brings Kafka's word. The connection's task is woken for whatever must be waited for: the rest
of a body, a sender slow to take its answers, the end. Malformed HTTP is answered without an echo or
a log of its bytes.
May not live here: parsing (`framing`), what is answered (`webhook`, `answers`), which connections
there are (`connections`).
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, Protocol, cast

from aiohttp import StreamReader, hdrs, web
from aiohttp.http import HttpVersion10
from aiohttp.http_exceptions import HttpProcessingError

from gateway.ingress.answers import Answer
from gateway.ingress.exchange import CLOSE, may_follow, send
from gateway.ingress.fault import report_fault
from gateway.ingress.framing import Framing
from gateway.ingress.malformed import reason_of
from gateway.ingress.request import Request
from gateway.pipeline.reasons import Reason

__all__ = ["Connection", "Owner"]

_KEEP = b"Connection: keep-alive\r\n"  # HTTP/1.0 closes unless told


class Owner(Protocol):
    """Whoever holds the connections.

    Attributes:
        retiring: whether each answer is the last of its connection.
    """

    retiring: bool

    def make_room(self) -> Answer | None:
        """Make room for one more connection, or return what to refuse it with."""

    def begin(self, request: Request) -> Answer | None:
        """Answer a request that is whole: at once, or else by `Line.answered`, later."""

    def answer(self, request: Request) -> Awaitable[Answer]:
        """Answer a request, having waited for its body."""

    def refuse(self, reason: Reason) -> Answer:
        """Count and answer what could not be parsed."""


class Connection(Framing):
    """One connection.

    Args:
        owner: an aiohttp `Server` that is also the `Owner`.
        loop: of the listener.
        options: of aiohttp's `RequestHandler`.

    Attributes:
        owner: as given.
    """

    __slots__ = ("_parked", "owner")

    def __init__(
        self, owner: web.Server, *, loop: asyncio.AbstractEventLoop, **options: Any
    ) -> None:
        super().__init__(owner, loop=loop, **options)
        self.owner = cast("Owner", owner)
        self._parked: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or refuse where there is no room."""
        refusal = self.owner.make_room()
        if refusal is None:
            super().connection_made(transport)
            return
        self._force_close = True  # what it may still send is not parsed
        stream = cast("asyncio.Transport", transport)
        stream.write(refusal.on_wire(CLOSE))
        stream.close()

    def serve(self, waiter: "asyncio.Future[None]") -> None:
        """Answer what is whole, in order; wake the task, by `waiter`, for anything else."""
        self._waiter = None  # we are not idle, to aiohttp and to whatever comes meanwhile
        messages = self._messages
        while messages and not self._force_close:
            message, content = messages[0]
            if not content.is_eof() or isinstance(message, HttpProcessingError):
                break
            messages.popleft()
            request = self._begin(message, content)
            answer = self.owner.begin(request)
            if answer is None:
                self._parked = waiter
                return
            if not self._finish(request, answer):
                break
        if messages or self._force_close or self.writing_paused:
            _wake(waiter)
        else:
            self._waiter = waiter

    def answered(self, answer: Answer) -> None:
        """Go on after Kafka's word on the current request."""
        waiter, self._parked = self._parked, None
        request = cast("Request", self._current_request)
        assert waiter is not None  # noqa: S101 - parked when the request was begun
        if self._finish(request, answer):
            self.serve(waiter)
        else:
            _wake(waiter)

    def _finish(self, request: Request, answer: Answer) -> bool:
        """Write the answer to a request that came whole; return whether another may come."""
        try:
            stays = self._end(request, answer)
        except ConnectionError:
            stays = False  # the sender is gone, and its delivery was counted
        except Exception as error:  # noqa: BLE001 - the last line: nobody would wake the task
            report_fault(error)
            stays = False
        if not stays:
            self._force_close = True
        return stays

    async def start(self) -> None:
        """Do what must be waited for, request after request, until the connection ends."""
        try:
            while not self._force_close:
                if self.writing_paused:
                    await self._wait_until_taken()
                elif self._messages:
                    if not await self._exchange(*self._messages.popleft()):
                        break
                else:
                    await self._wait_for_work()
        except ConnectionError:
            pass  # the sender is gone, and its delivery was counted
        except Exception as error:  # noqa: BLE001 - the last line: a task must not die of it
            report_fault(error)
        self._task_handler = None
        if self.transport is not None:
            self.transport.close()

    async def _wait_for_work(self) -> None:
        self._waiter = waiter = self._loop.create_future()
        try:
            await waiter
        finally:
            self._waiter = None

    async def _exchange(self, message: Any, content: StreamReader) -> bool:
        """Answer one request; return whether another may come."""
        if isinstance(message, HttpProcessingError):
            send(self, self.owner.refuse(reason_of(message)), CLOSE)
            return False
        request = self._begin(message, content)
        answer = None
        try:
            answer = await self.owner.answer(request)
        finally:
            if answer is None:
                self._release()
        stays = self._end(request, answer)
        if self.writing_paused:
            await self._wait_until_taken()
        if not content.is_eof():
            await self._linger(content)
        return stays

    def _begin(self, message: Any, content: StreamReader) -> Request:
        request = Request(message, content, self)
        self._current_request = cast("web.BaseRequest", request)
        self._request_in_progress = True
        return request

    def _end(self, request: Request, answer: Answer) -> bool:
        """Write the answer to the current request; return whether another may come."""
        self._release()
        head = request.head
        stays = not head.should_close and request.content.is_eof() and may_follow(self)
        field = b""
        if not stays:
            field = CLOSE
        elif head.version is HttpVersion10:
            field = _KEEP
        send(self, answer, field, bodiless=head.method == hdrs.METH_HEAD)
        if stays:
            self._expect_next()
        return stays

    def _release(self) -> None:
        self._request_in_progress = False
        self._current_request = None
        waiter = self._handler_waiter  # of a shutdown
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
