"""Connection: one TCP connection of the public listener, on aiohttp's protocol.

aiohttp parses, queues and holds back; what happens between a parsed request and its answer is here.
A request that came whole is answered without a task: in the call that brought it, or in the one
that brings Kafka's word. The connection's task is woken for whatever must be waited for: the rest
of a body, a sender slow to take its answers, the end. Beyond that: malformed HTTP is answered
without an echo or a log of its bytes, a body that turns out malformed ends its request at once, and
a sender that half-closes is still answered.
May not live here: what is answered (`webhook`, `answers`), which connections there are
(`connections`). tests/ingress/test_connection.py holds the private parts of aiohttp leaned on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

from aiohttp import StreamReader, hdrs, web
from aiohttp.http import HttpVersion10
from aiohttp.http_exceptions import HttpProcessingError

from gateway.ingress.answers import Answer
from gateway.ingress.fault import report_fault
from gateway.ingress.malformed import error_in, reason_of
from gateway.ingress.request import Request
from gateway.pipeline.reasons import Reason

__all__ = ["Connection", "Owner"]

_CLOSE = b"Connection: close\r\n"
_KEEP = b"Connection: keep-alive\r\n"  # HTTP/1.0 closes unless told
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TAKEN_WITHIN = 10.0  # seconds a sender may leave its answers unread


class Owner(Protocol):
    """Whoever holds the connections.

    Attributes:
        retiring: whether each answer is the last of its connection.
    """

    retiring: bool

    def make_room(self) -> Answer | None:
        """Make room for one more connection, or return what to refuse it with."""

    def begin(self, request: Request, answered: Callable[[Answer], None]) -> Answer | None:
        """Answer a request that is whole: at once, or else by `answered`, later."""

    def answer(self, request: Request) -> Awaitable[Answer]:
        """Answer a request, having waited for its body."""

    def refuse(self, reason: Reason) -> Answer:
        """Count and answer what could not be parsed."""


class Connection(web.RequestHandler):
    """One connection.

    Args:
        owner: an aiohttp `Server` that is also the `Owner`.
        loop: of the listener.
        options: of aiohttp's `RequestHandler`.

    Attributes:
        answered: how many requests were answered.
    """

    __slots__ = ("_body_cut", "_half_closed", "_owner", "_parked", "_parsing_held", "answered")

    def __init__(
        self, owner: web.Server, *, loop: asyncio.AbstractEventLoop, **options: Any
    ) -> None:
        super().__init__(owner, loop=loop, **options)
        self._owner = cast("Owner", owner)
        self._body_cut = False
        self._half_closed = False
        self._parsing_held = False
        self._parked: asyncio.Future[None] | None = None
        self.answered = 0

    @property
    def idle(self) -> bool:
        """Whether every request whose head has arrived was answered."""
        return self._request_count == self.answered

    @property
    def arriving(self) -> bool:
        """Whether the request that is worked on waits for the rest of its body."""
        request = self._current_request
        return request is not None and not request.content.is_eof()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or refuse where there is no room."""
        refusal = self._owner.make_room()
        if refusal is None:
            super().connection_made(transport)
            return
        self._force_close = True  # what it may still send is not parsed
        stream = cast("asyncio.Transport", transport)
        stream.write(refusal.on_wire(_CLOSE))
        stream.close()

    def data_received(self, data: bytes) -> None:
        """Parse, and answer what is whole; where a body turns out malformed, tell who waits."""
        waiter, self._waiter = self._waiter, None  # aiohttp would wake the task for every request
        super().data_received(data)
        self._waiter = waiter
        if self._messages:
            error = error_in(self._messages[-1][0])
            if error is not None:
                self._end_body(-2, error)
            if self._request_count - self.answered >= self._max_msg_queue_size:
                self._parsing_held = True
            if waiter is not None:
                self._serve(waiter)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """Go on where there is something to answer: a sender may close its half and wait."""
        if self.idle or self.ssl_context is not None:  # TLS has no half-close
            return None
        self._half_closed = True
        self._end_body(-1, ConnectionResetError("the body ended early"))
        return True

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001, FBT002 - aiohttp's
        """Resume where reading was paused; aiohttp would parse nothing anew for every body."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def say_continue(self) -> None:
        """Tell the sender to go on with the body it announced."""
        if self.transport is not None:
            self.transport.write(_CONTINUE)

    def _serve(self, waiter: "asyncio.Future[None]") -> None:
        """Answer what is whole, in order; wake the task, by `waiter`, for anything else."""
        self._waiter = None  # we are not idle, to aiohttp and to whatever comes meanwhile
        messages = self._messages
        while messages and not self._force_close:
            message, content = messages[0]
            if not content.is_eof() or error_in(message) is not None:
                break
            messages.popleft()
            request = self._begin(message, content)
            answer = self._owner.begin(request, self._answered)
            if answer is None:
                self._parked = waiter
                return
            if not self._finish(request, answer):
                break
        if messages or self._force_close or self.writing_paused:
            _wake(waiter)
        else:
            self._waiter = waiter

    def _answered(self, answer: Answer) -> None:
        """Go on after Kafka's word on the current request."""
        waiter, self._parked = self._parked, None
        request = cast("Request", self._current_request)
        assert waiter is not None  # noqa: S101 - parked when the request was begun
        if self._finish(request, answer):
            self._serve(waiter)
        else:
            _wake(waiter)

    def _finish(self, request: Request, answer: Answer) -> bool:
        """Write the answer to a request that came whole; return whether another may come."""
        try:
            stays = self._end(request, answer)
        except ConnectionError:
            stays = False  # the sender is gone, and its delivery was counted
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
        error = error_in(message)
        if error is not None:
            self._write(self._owner.refuse(reason_of(error)), _CLOSE)
            return False
        request = self._begin(message, content)
        answer = None
        try:
            answer = await self._owner.answer(request)
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
        stays = not request.closes and request.content.is_eof() and self._stays()
        field = (_KEEP if request.version == HttpVersion10 else b"") if stays else _CLOSE
        self._write(answer, field, bodiless=request.method == hdrs.METH_HEAD)
        if stays:
            self._expect_next()
            self._make_place_in_queue()
        return stays

    def _release(self) -> None:
        self._request_in_progress = False
        self._current_request = None
        waiter = self._handler_waiter  # of a shutdown
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _stays(self) -> bool:
        """Tell whether, the current request answered, another may come or is waiting."""
        if self._owner.retiring or self._body_cut or self._upgraded:  # what follows is not HTTP
            return False
        return not self._half_closed or self._request_count - self.answered > 1

    def _write(self, answer: Answer, field: bytes, *, bodiless: bool = False) -> None:
        self.answered += 1
        transport = self.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the sender is gone")
        transport.write(answer.on_wire(field, bodiless=bodiless))

    async def _wait_until_taken(self) -> None:
        transport = self.transport
        try:
            async with asyncio.timeout(_TAKEN_WITHIN):
                await self._drain_helper()
        except TimeoutError:
            if transport is not None:
                transport.abort()
            raise ConnectionResetError("the sender does not read its answers") from None

    async def _linger(self, content: StreamReader) -> None:
        """Read an unwanted body away for a while: closing on it would take the answer along."""
        try:
            async with asyncio.timeout(self._lingering_time):
                while not (content.is_eof() or self._force_close):
                    await content.readany()
        except (OSError, HttpProcessingError, RuntimeError):
            return

    def _make_place_in_queue(self) -> None:
        """Let aiohttp parse on: a request, whole since it was answered, has left its queue.

        The parser counts a request when it is whole: told of it earlier, it would count it for
        good, and after a queue's length of them leave what is pipelined unparsed.
        """
        if self._parser is not None:
            self._parser.message_consumed()
        if self._parsing_held and len(self._messages) <= self._msg_queue_resume_size:
            self._parsing_held = False
            if self._buffer_paused:
                self._resume_reading_if_drained()
            else:
                self.data_received(b"")

    def _expect_next(self) -> None:
        """Give the next request as long to come as an idle connection is kept."""
        closes_at = self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._keepalive_handle is None:
            self._keepalive_handle = self._loop.call_at(closes_at, self._process_keepalive)

    def _end_body(self, place: int, error: Exception) -> None:
        """End the body that was arriving last, of the queue's message at `place` or of the current.

        Where it is whole, or there is none, nothing happens.
        """
        body: StreamReader | None = None
        if len(self._messages) >= -place:
            body = self._messages[place][1]
        elif self._current_request is not None:
            body = self._current_request.content
        if body is not None and not body.is_eof():
            self._body_cut = True
            body.set_exception(error)
            body.feed_eof()


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
