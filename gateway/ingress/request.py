"""Request: what aiohttp's parser made of a head, and the body that follows it.

aiohttp's own request object builds a URL, a scheme, a peer and a cache for each; a delivery needs
five fields of what was parsed.
"""

from typing import Protocol

from aiohttp import StreamReader
from aiohttp.http import HttpVersion, RawRequestMessage
from multidict import CIMultiDictProxy
from yarl import URL

from gateway.pipeline.delivery import Hints

__all__ = ["Line", "Request"]


class Line(Protocol):
    """The connection a request came by."""

    def say_continue(self) -> None:
        """Tell the sender to go on with the body it announced."""


class Request:
    """One request.

    Args:
        message: its head, parsed.
        content: its body, as it arrives.
        line: the connection it came by.

    Attributes:
        method: as it was written.
        target: the request target as it was written (RFC 9112 3.2).
        url: the target, parsed and not normalised.
        version: of HTTP.
        headers: names matched without regard to case.
        closes: whether the sender wants the connection closed after the answer.
        hints: what its unsigned headers claim; set once its signature holds.
    """

    __slots__ = (
        "closes",
        "content",
        "headers",
        "hints",
        "line",
        "method",
        "target",
        "url",
        "version",
    )

    def __init__(self, message: RawRequestMessage, content: StreamReader, line: Line) -> None:
        self.method: str = message.method
        self.target: str = message.path
        self.url: URL = message.url
        self.version: HttpVersion = message.version
        self.headers: CIMultiDictProxy[str] = message.headers
        self.closes: bool = message.should_close
        self.hints: Hints | None = None
        self.content = content
        self.line = line

    def _cancel(self, error: BaseException) -> None:
        """Tell whoever waits for the body that it will not come; called by aiohttp's protocol."""
        self.content.set_exception(error)
