"""Request: what aiohttp's parser made of a head, the body that follows it, and what is held for it.

aiohttp's own request object builds a URL, a scheme, a peer and a cache for each; a delivery needs
none of them, and one object from its head to its answer.
"""

from time import perf_counter
from typing import Protocol, final

from aiohttp import StreamReader
from aiohttp.http import HttpVersion
from multidict import CIMultiDictProxy
from yarl import URL

from gateway.ingress.answers import Answer
from gateway.pipeline.delivery import Hints
from gateway.publication import Pending

__all__ = ["Head", "Line", "Request"]


class Head(Protocol):
    """What aiohttp's parser, in C or in Python, makes of a request line and its fields.

    Attributes:
        method: as it was written.
        path: the request target as it was written (RFC 9112 3.2).
        url: the target, parsed and not normalised.
        version: of HTTP.
        headers: names matched without regard to case.
        should_close: whether the sender wants the connection closed after the answer.
    """

    method: str
    path: str
    url: URL
    version: HttpVersion
    headers: CIMultiDictProxy[str]
    should_close: bool


class Line(Protocol):
    """The connection a request came by."""

    def say_continue(self) -> None:
        """Tell the sender to go on with the body it announced."""

    def answered(self, answer: Answer) -> None:
        """Send the answer to the current request, which was not answered at once; never raise."""


@final
class Request:
    """One request: it is received once, and ends once.

    Args:
        head: as it was parsed; its `path` is the target as it was written (RFC 9112 3.2).
        content: its body, as it arrives.
        line: the connection it came by.

    Attributes:
        began: when its head was taken up, by `perf_counter`.
        admitted: whether it counts in the load.
        held: bytes that the load holds for it.
        hints: what its unsigned headers claim; set once its signature holds.
        pending: how it ends, once Kafka has spoken.
    """

    __slots__ = ("admitted", "began", "content", "head", "held", "hints", "line", "pending")

    def __init__(self, head: Head, content: StreamReader, line: Line) -> None:
        self.head = head
        self.content = content
        self.line = line
        self.began = perf_counter()
        self.admitted = False
        self.held = 0
        self.hints: Hints | None = None
        self.pending: Pending | None = None

    def _cancel(self, error: BaseException) -> None:
        """Tell whoever waits for the body that it will not come; called by aiohttp's protocol."""
        self.content.set_exception(error)
