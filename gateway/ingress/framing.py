"""Framing: aiohttp's protocol as it parses, queues and holds back, kept to the letter of HTTP.

May live here: bytes in, requests and their bodies out: what arrives early, late, malformed, not at
all, or faster than it is answered. May not: what becomes of a request (`connection`).
tests/ingress/test_connection.py holds the private parts of aiohttp leaned on.
"""

import asyncio
from abc import abstractmethod
from collections import deque
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import EMPTY_PAYLOAD

from gateway.ingress.exchange import allow_next

__all__ = ["Framing"]

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TAKEN_WITHIN = 10.0  # seconds a sender may leave its answers unread


class Framing(web.RequestHandler):
    """The requests of one TCP connection, in order.

    Args:
        manager: an aiohttp `Server`.
        loop: of the listener.
        options: of aiohttp's `RequestHandler`.

    Attributes:
        answers: how many requests were answered.
    """

    __slots__ = ("_body_cut", "_half_closed", "_parsing_held", "answers")

    def __init__(
        self, manager: web.Server, *, loop: asyncio.AbstractEventLoop, **options: Any
    ) -> None:
        super().__init__(manager, loop=loop, **options)
        self._body_cut = False
        self._half_closed = False
        self._parsing_held = False
        self.answers = 0

    @abstractmethod
    def serve(self, waiter: "asyncio.Future[None]") -> None:
        """See to the requests that came while the task of the connection waits for `waiter`."""

    @property
    def idle(self) -> bool:
        """Whether every request whose head has arrived was answered."""
        return self._request_count == self.answers

    @property
    def arriving(self) -> bool:
        """Whether the request that is worked on waits for the rest of its body."""
        request = self._current_request
        return request is not None and not request.content.is_eof()

    def data_received(self, data: bytes) -> None:
        """Parse, and have what came served; where a body turns out malformed, tell who waits.

        In place of aiohttp's own, which would wake the task for every request. What could not be
        parsed stands in the queue as its error.
        """
        if self._force_close or self._close:
            return
        if self._upgraded:
            super().data_received(data)  # kept up to a limit, and not parsed
            return
        messages: deque[Any] = self._messages
        parser = self._parser
        assert parser is not None  # noqa: S101 - aiohttp drops it once the connection is lost
        try:
            came, self._upgraded, self._message_tail = parser.feed_data(data)
        except HttpProcessingError as error:
            self._request_count += 1
            messages.append((error, EMPTY_PAYLOAD))
            self._end_body(-2, error)
        else:
            self._request_count += len(came)
            messages.extend(came)
        if messages:
            most = self._max_msg_queue_size
            if len(messages) >= most and not self._buffer_paused:
                self._pause_reading_for_buffer()
            if self._request_count - self.answers >= most:
                self._parsing_held = True
            waiter = self._waiter
            if waiter is not None:
                self.serve(waiter)

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

    def _expect_next(self) -> None:
        """Give the next request its time to come, and let aiohttp parse on.

        It has as long to come as an idle connection is kept. The parser counts a request when it
        is whole, so it is told only now that one, whole since it was answered, has left the queue:
        told earlier, it would count it for good, and after a queue's length of them leave what is
        pipelined unparsed.
        """
        allow_next(self)
        if self._parser is not None:
            self._parser.message_consumed()
        if self._parsing_held and len(self._messages) <= self._msg_queue_resume_size:
            self._parsing_held = False
            if self._buffer_paused:
                self._resume_reading_if_drained()
            else:
                self.data_received(b"")

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
