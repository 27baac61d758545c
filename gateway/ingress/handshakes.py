"""Handshakes: connections between their arrival and the end of their TLS handshake.

A loop's own TLS server tells of a connection once its handshake is over: whoever opens sockets and
says nothing is in no count, and holds a file each for a minute. So here is one task a handshake,
each bounded in time, and all of them bounded together with the connections that stand.
May not live here: certificates (`gateway.config`), requests.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress

from gateway.ingress.connections import Connections

__all__ = ["Handshakes"]

_WITHIN = 5.0  # seconds a handshake may take; cStar gives the whole answer ten
_FAREWELL = 1.0  # seconds a peer has to answer our close_notify
_AT_ONCE = 100  # connections accepted before others on the loop have their turn
_OUT_OF_FILES = 0.1  # seconds between attempts to accept while the process has no file left


class Handshakes:
    """Takes accepted sockets to connections.

    Args:
        connections: where they end up.
        tls: the handshake's context; without it they are connections at once.
        most: handshakes and connections at once; one more, and the oldest handshake is cut.
        count: told how each ends: `done`, `failed`, `timeout` or `evicted`.
    """

    def __init__(
        self,
        connections: Connections,
        tls: ssl.SSLContext | None,
        *,
        most: int,
        count: Callable[[str], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._connections = connections
        self._tls = tls
        self._most = most
        self._count = count
        self._under_way: dict[asyncio.Task[None], None] = {}
        self._evicted: set[asyncio.Task[None]] = set()
        self._listeners: list[socket.socket] = []

    def accept_from(self, listeners: Sequence[socket.socket]) -> None:
        """Accept from these sockets, which do not block, until `stop`."""
        self._listeners += listeners
        for listener in listeners:
            self._loop.add_reader(listener, self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        """Accept what has come; not in a task, which may lose what it was given when cancelled."""
        for _ in range(_AT_ONCE):
            try:
                accepted = listener.accept()[0]
            except (BlockingIOError, ConnectionError):  # none left, or gone before we came to it
                return
            except OSError:
                self._loop.remove_reader(listener)
                self._loop.call_later(_OUT_OF_FILES, self._resume, listener)
                return
            accepted.settimeout(0)
            self.begin(accepted)

    def _resume(self, listener: socket.socket) -> None:
        if listener in self._listeners:
            self._loop.add_reader(listener, self._accept, listener)

    def begin(self, accepted: socket.socket) -> None:
        """Begin the handshake of an accepted connection."""
        while self._under_way and len(self._under_way) + self._connections.count >= self._most:
            self._evict(next(iter(self._under_way)))
        task = self._loop.create_task(self._shake(accepted))
        self._under_way[task] = None
        task.add_done_callback(self._forget)

    def _evict(self, task: "asyncio.Task[None]") -> None:
        del self._under_way[task]
        self._evicted.add(task)
        self._loop.call_soon(task.cancel)  # after its first step: the socket has an owner then
        self._count("evicted")

    def _forget(self, task: "asyncio.Task[None]") -> None:
        self._under_way.pop(task, None)
        self._evicted.discard(task)

    async def _shake(self, accepted: socket.socket) -> None:
        if self._tls is None:
            with suppress(OSError):
                await self._loop.connect_accepted_socket(self._connections, accepted)
            return
        try:
            await self._loop.connect_accepted_socket(
                self._connections,
                accepted,
                ssl=self._tls,
                ssl_handshake_timeout=_WITHIN,
                ssl_shutdown_timeout=_FAREWELL,
            )
        except ConnectionAbortedError:
            self._count("timeout")
        except OSError:  # ssl.SSLError is one
            self._count("failed")
        else:
            self._count("done")

    def stop(self) -> None:
        """Accept no more; handshakes go on."""
        for listener in self._listeners:
            self._loop.remove_reader(listener)
        self._listeners.clear()

    async def finish(self, within: float) -> None:
        """Wait for the handshakes under way, and cut those that take longer."""
        if self._under_way:
            await asyncio.wait({*self._under_way}, timeout=min(within, _FAREWELL))
        for task in [*self._under_way]:
            self._evict(task)
        if self._evicted:
            await asyncio.wait({*self._evicted}, timeout=_FAREWELL)
