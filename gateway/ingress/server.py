"""Server: the public listener, from start to drain.

```
server = IngressServer(intake, telemetry, unready=…, limits=Limits(…))
port = await server.start("0.0.0.0", 8080)
server.retire()               # SIGTERM: unready, still serving; each answer ends its connection
server.stop_listening()
cut = await server.drain(10)  # every request that was begun is answered
```
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

import msgspec
from aiohttp.http_parser import HttpRequestParser, HttpRequestParserPy

from gateway.ingress.answers import Answers
from gateway.ingress.connections import Connections
from gateway.ingress.descriptors import raise_limit
from gateway.ingress.handshakes import Handshakes
from gateway.ingress.load import Load
from gateway.ingress.webhook import Intake, WebhookHandler
from gateway.metrics.telemetry import Telemetry
from gateway.pipeline.reasons import Reason

__all__ = ["IngressServer", "Limits", "SlowParserError"]

_BACKLOG = 1024  # connections the kernel holds while the loop is busy
_LINGER = 1.0  # how long an unread body is read away, so that its sender sees the refusal
_READ_BUFFER = 64 * 1024  # a connection holds twice this of a body that is not being read
_LINE = 8190  # bytes of the request line, and of a field
_FIELDS = 64


class SlowParserError(RuntimeError):
    """aiohttp's C parser is missing; its Python one has let requests be smuggled before."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the public listener takes.

    Attributes:
        max_body_bytes: largest body.
        body_timeout: seconds a body may take to arrive after its head.
        max_connections: most connections at once; fewer, where the system allows few descriptors.
        max_in_flight: most deliveries worked on at once.
        max_in_flight_bytes: most bytes of their bodies.
        keepalive_timeout: seconds after which an idle connection is closed, and within which the
            head of a request must have arrived.
    """

    max_body_bytes: int = 1024 * 1024
    body_timeout: float = 2.5
    max_connections: int = 1000
    max_in_flight: int = 4096
    max_in_flight_bytes: int = 64 * 1024 * 1024
    keepalive_timeout: float = 75.0


class IngressServer:
    """The public listener: `POST /webhooks/cstar` and nothing else.

    Args:
        intake: takes deliveries.
        telemetry: counts; gauges of what is in flight are opened in it.
        unready: why deliveries cannot be taken now; None when they can.
        limits: what is taken.

    Raises:
        SlowParserError: aiohttp runs without its C parser.
    """

    def __init__(
        self,
        intake: Intake,
        telemetry: Telemetry,
        *,
        unready: Callable[[], Reason | None],
        limits: Limits,
    ) -> None:
        if HttpRequestParser is HttpRequestParserPy:
            raise SlowParserError(
                "aiohttp has no C parser here; reinstall it from a wheel, "
                "and unset AIOHTTP_NO_EXTENSIONS"
            )
        self._limits = limits
        self._meter = telemetry.requests
        self._load = Load(limits.max_in_flight, limits.max_in_flight_bytes)
        self._handler = WebhookHandler(
            intake=intake,
            telemetry=telemetry,
            answers=Answers(),
            load=self._load,
            unready=unready,
            max_body_bytes=limits.max_body_bytes,
            body_timeout=limits.body_timeout,
        )
        self._connections: Connections | None = None
        self._handshakes: Handshakes | None = None
        self._listener: asyncio.Server | None = None
        self._taken: list[socket.socket] = []
        self._watch(telemetry)

    async def start(self, host: str, port: int, *, tls: ssl.SSLContext | None = None) -> int:
        """Listen.

        Args:
            host: address to bind.
            port: to bind; 0 lets the system choose.
            tls: context of the certificate to serve; plain HTTP without.

        Returns:
            The port that is bound.

        Raises:
            OSError: the address cannot be bound.
        """
        limits = self._limits
        most = raise_limit(limits.max_connections)
        self._connections = Connections(
            self._handler,
            self._meter,
            most,
            access_log=None,
            auto_decompress=False,  # the signature is over the bytes as they were sent
            keepalive_timeout=limits.keepalive_timeout,
            lingering_time=_LINGER,
            max_line_size=_LINE,
            max_field_size=_LINE,
            max_headers=_FIELDS,
            read_bufsize=_READ_BUFFER,
        )
        self._handshakes = Handshakes(
            self._connections, tls, most=most, count=self._meter.handshake
        )
        self._listener = await asyncio.get_running_loop().create_server(
            self._connections, host, port, backlog=_BACKLOG, start_serving=tls is None
        )
        bound: int = self._listener.sockets[0].getsockname()[1]
        if tls is not None:
            self._take_over(self._listener)
        return bound

    def _take_over(self, listener: asyncio.Server) -> None:
        """Accept from the listener's sockets ourselves: handshakes must be counted."""
        assert self._handshakes is not None  # noqa: S101 - made just before
        self._taken = _copies(listener)
        for taken in self._taken:
            taken.listen(_BACKLOG)
        self._handshakes.accept_from(self._taken)

    def retire(self) -> None:
        """Go on serving, but end each connection with its next answer."""
        if self._connections is not None:
            self._connections.retiring = True

    def stop_listening(self) -> None:
        """Take no new connections; those that are open, to the kernel's word, are served on."""
        self.retire()
        if self._listener is None or self._handshakes is None:
            return
        listener, self._listener = self._listener, None
        taken, self._taken = self._taken or _copies(listener), []
        self._handshakes.stop()
        listener.close()
        for accepted in _left(taken):
            self._handshakes.begin(accepted)

    async def drain(self, within: float) -> int:
        """Close what is idle and answer what was begun; after this nothing is served.

        Args:
            within: seconds until the requests that are left are cut.

        Returns:
            How many were cut.
        """
        self.stop_listening()
        if self._handshakes is not None:
            await self._handshakes.finish(within)
        return await self._connections.drain(within) if self._connections is not None else 0

    def _watch(self, telemetry: Telemetry) -> None:
        telemetry.watch("cstar_gateway_http_connections", self._count_connections)
        telemetry.watch("cstar_gateway_in_flight_deliveries", lambda: self._load.deliveries)
        telemetry.watch("cstar_gateway_in_flight_bytes", lambda: self._load.bytes)

    def _count_connections(self) -> int:
        return self._connections.count if self._connections is not None else 0


def _copies(listener: asyncio.Server) -> list[socket.socket]:
    """Return sockets of ours on the listener's addresses, ready for `sock_accept`."""
    copies = [socket.fromfd(each.fileno(), each.family, each.type) for each in listener.sockets]
    for copy in copies:
        copy.settimeout(0)
    return copies


def _left(takers: list[socket.socket]) -> list[socket.socket]:
    """Close listening sockets; return the connections that only the kernel had accepted.

    It would reset them, and with them the requests that their senders have already written.
    """
    accepted: list[socket.socket] = []
    for taker in takers:
        with taker, suppress(BlockingIOError):
            while len(accepted) < _BACKLOG:
                accepted.append(taker.accept()[0])
                accepted[-1].settimeout(0)
    return accepted
