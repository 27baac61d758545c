"""Request: what aiohttp's parser made of a head, the body that follows it, and what is held for it.

aiohttp's own request object builds a URL, a scheme, a peer and a cache for each; a delivery needs
none of them, and one object from its head to its answer.
"""

from time import perf_counter
from typing import Protocol, final

from aiohttp import StreamReader
from aiohttp.http import HttpVersion
from yarl import URL

from gateway.ingress.answers import Answer
from gateway.pipeline.delivery import Headers, Hints
from gateway.publication import Pending

__all__ = ["Head", "Line", "Request"]


class Head(Protocol):
    """What a request line and its fields came to: aiohttp's, or `usual`'s."""

    @property
    def method(self) -> str:
        """As it was written."""

    @property
    def path(self) -> str:
        """The request target as it was written (RFC 9112 3.2)."""

    @property
    def url(self) -> URL:
        """The target, parsed and not normalised."""

    @property
    def version(self) -> HttpVersion:
        """Of HTTP."""

    @property
    def headers(self) -> Headers:
        """Names matched without regard to case."""

    @property
    def should_close(self) -> bool:
        """Whether the sender wants the connection closed after the answer."""


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
        body: all of it, where it came with its head and `content` has none of it.

    Attributes:
        began: when its head was taken up, by `perf_counter`.
        admitted: whether it counts in the load.
        held: bytes that the load holds for it.
        hints: what its unsigned headers claim; set once its signature holds.
        pending: how it ends, once Kafka has spoken.
    """

    __slots__ = ("admitted", "began", "body", "content", "head", "held", "hints", "line", "pending")

    def __init__(
        self, head: Head, content: StreamReader, line: Line, body: bytes | None = None
    ) -> None:
        self.head = head
        self.content = content
        self.line = line
        self.body = body
        self.began = perf_counter()
        self.admitted = False
        self.held = 0
        self.hints: Hints | None = None
        self.pending: Pending | None = None

    def _cancel(self, error: BaseException) -> None:
        """Tell whoever waits for the body that it will not come; called by aiohttp's protocol."""
        self.content.set_exception(error)
