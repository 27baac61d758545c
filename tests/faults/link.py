"""Link: one client's connection through the proxy, and the bytes on it.

May live here: carrying, holding, losing, cutting. May not: deciding which (`proxy`).
"""

import asyncio
import socket
import struct
from collections import deque
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tests.faults.proxy import Proxy

__all__ = ["End", "Link"]

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: closing sends RST


class End(asyncio.Protocol):
    """One end of a link: the gateway's (near) or the broker's (far)."""

    def __init__(self, link: "Link", *, near: bool) -> None:
        self._link = link
        self._near = near
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self.transport = cast("asyncio.Transport", transport)
        self._link.made(near=self._near)

    def data_received(self, data: bytes) -> None:
        """Pass on what came."""
        if self._near:
            self._link.requested(data)
        else:
            self._link.replied(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """End the other end, too."""
        self._link.lost()

    def pause_writing(self) -> None:
        """Have the other end read no more until what is buffered here is gone."""
        self._link.other(self).listen(on=False)

    def resume_writing(self) -> None:
        """Have the other end read again."""
        self._link.other(self).listen(on=not self._link.held)

    @property
    def is_open(self) -> bool:
        """Whether bytes can be written."""
        return self.transport is not None and not self.transport.is_closing()

    def write(self, data: bytes) -> None:
        """Write, where there is still a socket."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def listen(self, *, on: bool) -> None:
        """Read from the socket, or leave what comes to the kernel."""
        if self.transport is None or self.transport.is_closing():
            return
        if on:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def reset(self) -> None:
        """End with RST rather than FIN."""
        if self.transport is None:
            return
        raw = self.transport.get_extra_info("socket")
        if raw is not None and raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def close(self) -> None:
        """End with what is buffered written first."""
        if self.transport is not None:
            self.transport.close()


class Link:
    """One client's connection to the broker, in two halves.

    Attributes:
        near: the client's end.
        far: the broker's end.
        client: port of the client.
        held: nothing passes.
    """

    def __init__(self, proxy: "Proxy") -> None:
        self._proxy = proxy
        self.near = End(self, near=True)
        self.far = End(self, near=False)
        self.client = 0
        self.held = False
        self._mute = False
        self._waiting: list[bytes] = []
        self._late: deque[bytes] = deque()
        self._connecting: asyncio.Task[None] | None = None
        self._over = False

    def other(self, end: End) -> End:
        """Return the end that is not this one."""
        return self.far if end is self.near else self.near

    def made(self, *, near: bool) -> None:
        """Connect to the broker when the client has come; unless held, until it is not."""
        if near:
            assert self.near.transport is not None
            self.client = self.near.transport.get_extra_info("peername")[1]
            self.held = self._proxy.holds(self.client)
            self._proxy.joined(self)
            if self.held:
                self.near.listen(on=False)
            else:
                self._connect()
        elif self._over:
            self.far.reset()
        else:
            for data in self._waiting:
                self.far.write(data)
            self._waiting.clear()
            if self.held:
                self.far.listen(on=False)

    def _connect(self) -> None:
        self._connecting = asyncio.get_running_loop().create_task(self._reach())

    async def _reach(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self.far, "127.0.0.1", self._proxy.target)
        except OSError:
            self.reset()

    def requested(self, data: bytes) -> None:
        """Carry bytes towards the broker."""
        if self._proxy.cuts():
            self.far.write(data[: len(data) // 2])
            asyncio.get_running_loop().call_soon(self.reset)
        elif self.far.transport is None:
            self._waiting.append(data)
        else:
            self.far.write(data)

    def replied(self, data: bytes) -> None:
        """Carry bytes towards the client."""
        self._mute = self._mute or self._proxy.swallowing
        if self._mute:
            return
        if self._proxy.delay or self._late:
            self._late.append(data)
            asyncio.get_running_loop().call_later(self._proxy.delay, self._deliver_late)
        else:
            self.near.write(data)

    def _deliver_late(self) -> None:
        if self._late:
            self.near.write(self._late.popleft())

    def hold(self) -> None:
        """Let nothing pass."""
        self.held = True
        self.near.listen(on=False)
        self.far.listen(on=False)

    def heal(self) -> None:
        """Let pass what was held; a link that lost replies is of no more use."""
        if self._mute:
            self.reset()
            return
        while self._late:
            self._deliver_late()
        if self.held:
            self.held = False
            self.near.listen(on=True)
            self.far.listen(on=True)
            if self._connecting is None:
                self._connect()

    def lost(self) -> None:
        """End both halves when one has ended."""
        if not self._over:
            self._over = True
            self._proxy.left(self)
            self.near.close()
            self.far.close()

    def reset(self) -> None:
        """End both halves with RST."""
        self._over = True
        self._proxy.left(self)
        self.near.reset()
        self.far.reset()
