"""Line: one keep-alive connection to a gateway: a request, its answer, the next.

Below any HTTP client: they hide what happens on a connection, and cost more than the gateway.
"""

import asyncio
import re
from typing import cast

from tests.faults.history import CUT

__all__ = ["Line"]

_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close\r\n", re.IGNORECASE)


class Line(asyncio.Protocol):
    """One connection.

    Attributes:
        usable: whether another request may be sent.
    """

    def __init__(self) -> None:
        self.usable = True
        self._transport: asyncio.Transport
        self._waiter: asyncio.Future[int] | None = None
        self._begun = b""

    @classmethod
    async def open(cls, port: int, within: float) -> "Line":
        """Connect.

        Raises:
            OSError, TimeoutError: nobody takes the connection.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(within):
            _, line = await loop.create_connection(cls, "127.0.0.1", port)
        return line

    async def exchange(self, request: bytes, within: float) -> int:
        """Send a request; return the answer's status, or `CUT`."""
        if not self.usable:
            return CUT
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(within, self.close)
        self._transport.write(request)
        try:
            return await self._waiter
        finally:
            timer.cancel()

    def close(self) -> None:
        """End it; a request under way is cut."""
        self.usable = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """End the exchange once its answer is whole."""
        answer = self._begun + data
        end = answer.find(_END)
        status, length = _STATUS.match(answer), _LENGTH.search(answer, 0, end + 2)
        if end < 0 or (length and len(answer) < end + len(_END) + int(length[1])):
            self._begun = answer
            return
        self._begun = b""
        if status is None or length is None:
            self.close()
            return
        if _CLOSE.search(answer, 0, end + 2):
            self.usable = False
            self._transport.close()
        self._tell(int(status[1]))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """Cut the exchange under way."""
        self.usable = False
        self._tell(CUT)

    def _tell(self, status: int) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(status)
