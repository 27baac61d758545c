# ruff: noqa: SLF001 - aiohttp's own name for a state is the only one there is
"""Exchange: how the answer to a connection's current request is sent, and what may follow it.

One truth for both who answer on a connection: `Connection`, which does whatever HTTP allows, and
`Front`, which does what nearly every sender does. May live here: the end of an exchange. May not:
its beginning, or what is answered.
"""

from asyncio import AbstractEventLoop, Handle, Transport
from typing import Final, Protocol

from gateway.ingress.answers import Answer

__all__ = ["CLOSE", "Exchanging", "allow_next", "may_follow", "send"]

CLOSE: Final = b"Connection: close\r\n"


class Retiring(Protocol):
    """Whoever holds the connections.

    Attributes:
        retiring: whether each answer is the last of its connection.
    """

    retiring: bool


class Kept(Protocol):
    """What aiohttp knows of when an idle connection is closed."""

    _keepalive_handle: Handle | None
    _keepalive_timeout: float
    _loop: AbstractEventLoop
    _next_keepalive_close_time: float

    def _process_keepalive(self) -> None: ...


class Exchanging(Kept, Protocol):
    """A connection's state, as aiohttp names it.

    Attributes:
        transport: None once the connection is lost or being closed.
        answers: how many requests were answered.
    """

    transport: Transport | None
    answers: int
    _body_cut: bool
    _half_closed: bool
    _request_count: int
    _upgraded: bool

    @property
    def owner(self) -> Retiring:
        """Of the connections."""


def may_follow(connection: Exchanging) -> bool:
    """Tell whether, the current request answered, another may come or is waiting."""
    if connection.owner.retiring or connection._body_cut or connection._upgraded:
        return False  # what follows an upgrade is not HTTP
    return not connection._half_closed or connection._request_count - connection.answers > 1


def send(connection: Exchanging, answer: Answer, field: bytes, *, bodiless: bool = False) -> None:
    """Write an answer, and count it.

    Args:
        connection: whose current request is answered.
        answer: to it.
        field: a `Connection` field with its line end, or nothing.
        bodiless: whether it answers HEAD.

    Raises:
        ConnectionResetError: the sender is gone.
    """
    connection.answers += 1
    transport = connection.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("the sender is gone")
    transport.write(answer.on_wire(field, bodiless=bodiless))


def allow_next(connection: Kept) -> None:
    """Give the next request as long to come as an idle connection is kept."""
    loop = connection._loop
    closes_at = loop.time() + connection._keepalive_timeout
    connection._next_keepalive_close_time = closes_at
    if connection._keepalive_handle is None:
        connection._keepalive_handle = loop.call_at(closes_at, connection._process_keepalive)
