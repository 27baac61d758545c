# ruff: noqa: SLF001 - as in `exchange`
"""Front: what the transport talks to. It takes usual requests, and leaves all else to `Connection`.

A usual request that comes whole, while nothing else of its connection is at work, goes from the
read that brought it to the answer without aiohttp. Bytes of any other kind are handed on as they
came, and so are all that follow, until it is certain again that a request begins.
May not live here: HTTP beyond `usual`, and what is answered (`webhook`).
"""

from asyncio import BaseTransport, Future
from collections import deque
from typing import Any, Final, Protocol, final

from aiohttp.streams import EMPTY_PAYLOAD

from gateway.ingress.answers import Answer
from gateway.ingress.exchange import CLOSE, Exchanging, allow_next, may_follow, send
from gateway.ingress.fault import report_fault
from gateway.ingress.request import Request
from gateway.ingress.usual import UsualHead, read_usual
from gateway.ingress.webhook import WebhookHandler

__all__ = ["Front", "General"]

_NOTHING: Final = EMPTY_PAYLOAD
_ANYWHERE: Final = -1  # a request may end at any byte: only aiohttp's parser knows


class General(Exchanging, Protocol):
    """The connection behind: aiohttp's protocol, for whatever HTTP allows."""

    _close: bool
    _force_close: bool
    _messages: "deque[Any]"
    _paused: bool
    _waiter: "Future[None] | None"

    def serve(self, waiter: "Future[None]") -> None:
        """See to what came meanwhile, and to the end."""

    def say_continue(self) -> None:
        """Tell the sender to go on with the body it announced."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin."""

    def data_received(self, data: bytes) -> None:
        """Take bytes."""

    def eof_received(self) -> bool | None:
        """Take the end of what is sent."""

    def connection_lost(self, exc: BaseException | None) -> None:
        """End."""

    def pause_writing(self) -> None:
        """Write no more for now."""

    def resume_writing(self) -> None:
        """Go on writing."""


@final
class Front:
    """One connection, as asyncio's protocol.

    Args:
        general: takes what is not usual.
        handler: answers requests.

    Attributes:
        general: as given.
    """

    __slots__ = ("_ahead", "_handler", "_most", "_waiter", "general")

    def __init__(self, general: General, handler: WebhookHandler) -> None:
        self.general = general
        self._handler = handler
        self._most = handler.max_body_bytes
        self._ahead = 0  # bytes until a request begins, or `_ANYWHERE`
        self._waiter: Future[None] | None = None

    def data_received(self, data: bytes) -> None:
        """Take a usual request, or hand the bytes on."""
        ahead = self._ahead
        if ahead == 0:
            head = read_usual(data, self._most)
            if head is None:
                self._ahead = _ANYWHERE
            else:
                lacks = head.ends - len(data)
                if lacks == 0 and self._take(head, data):
                    return
                self._ahead = lacks if lacks >= 0 else _ANYWHERE
        elif ahead > 0:
            ahead -= len(data)
            self._ahead = ahead if ahead >= 0 else _ANYWHERE
        self.general.data_received(data)

    def _take(self, head: UsualHead, data: bytes) -> bool:
        """Begin a request that is whole; tell whether nothing else was at work."""
        general = self.general
        waiter = general._waiter
        if waiter is None or general._force_close or general._close:
            return False
        general._waiter = None  # we are not idle, to aiohttp and to whatever comes meanwhile
        general._request_count += 1
        self._waiter = waiter
        request = Request(head, _NOTHING, self, data[head.begins :])
        answer = self._handler.begin(request)
        if answer is not None:
            self.answered(answer)
        return True

    def answered(self, answer: Answer) -> None:
        """Answer the request that was taken; never raise."""
        general, waiter = self.general, self._waiter
        assert waiter is not None  # noqa: S101 - kept when the request was taken
        self._waiter = None
        if not self._send(answer):
            general._force_close = True
        elif not (general._messages or general._paused or general._force_close):
            general._waiter = waiter
            return
        general.serve(waiter)

    def _send(self, answer: Answer) -> bool:
        """Send an answer; return whether another request may come."""
        general = self.general
        try:
            stays = may_follow(general)
            send(general, answer, b"" if stays else CLOSE)
            if stays:
                allow_next(general)
        except ConnectionError:
            return False  # the sender is gone, and its delivery was counted
        except Exception as error:  # noqa: BLE001 - the last line: nobody would wake the task
            report_fault(error)
            return False
        return stays

    def say_continue(self) -> None:
        """Tell the sender to go on with the body it announced."""
        self.general.say_continue()

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin."""
        self.general.connection_made(transport)

    def eof_received(self) -> bool | None:
        """Tell whether there is something to answer yet."""
        return self.general.eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        """End."""
        self.general.connection_lost(exc)

    def pause_writing(self) -> None:
        """Write no more for now."""
        self.general.pause_writing()

    def resume_writing(self) -> None:
        """Go on writing."""
        self.general.resume_writing()
