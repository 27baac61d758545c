"""Connection: one keep-alive connection that sends a request, reads the answer, sends the next.

It reads of an answer what it needs to know where the next begins: the status and the length.
"""

import asyncio
import re
from typing import Protocol, cast

__all__ = ["CUT", "UNREADABLE", "Connection", "Owner"]

CUT = "connection closed"
"""What is counted where the server closes a connection that it still owes an answer."""

UNREADABLE = "unreadable answer"
"""What is counted where an answer is not `HTTP/1.1` with a `Content-Length`."""

_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


class Owner(Protocol):
    """Whoever has requests to send and counts the answers."""

    def next_request(self) -> bytes | None:
        """Return what to send next; None: nothing more."""

    def answered(self, status: str) -> None:
        """Count an answer, or what came in place of one."""

    def ended(self) -> None:
        """Note that a connection is no more."""


class Connection(asyncio.Protocol):
    """One connection; it closes when there is nothing more to send."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._owed = False
        self._begun = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport; nothing is sent before `begin`."""
        self._transport = cast("asyncio.Transport", transport)

    def begin(self) -> None:
        """Send the first request."""
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is whole, and send the next request."""
        answer = self._begun + data if self._begun else data
        end = answer.find(_END)
        if end < 0:
            self._begun = answer
            return
        status, length = _STATUS.match(answer), _LENGTH.search(answer, 0, end + 2)
        missing = end + len(_END) + int(length[1]) - len(answer) if length else -1
        if missing > 0:
            self._begun = answer
            return
        self._begun = b""
        self._owed = False
        if status is None or missing < 0:
            self._owner.answered(UNREADABLE)
            self._transport.abort()
            return
        self._owner.answered(status[1].decode())
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """Count what the server still owed."""
        if self._owed:
            self._owner.answered(CUT)
        self._owner.ended()

    def _send(self) -> None:
        request = self._owner.next_request()
        if request is None:
            self._transport.close()
        else:
            self._owed = True
            self._transport.write(request)
