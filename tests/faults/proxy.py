"""Proxy: stands between gateway and broker on 127.0.0.1, and misbehaves as it is told.

May live here: what a network may do to bytes. May not: what Kafka's bytes mean.

```
hold       a black hole: connections stand, nothing passes; what was sent arrives after `heal`
refuse     connections are reset and no new one is taken
swallow    requests reach the broker, its replies are lost; `heal` resets the connections
delay      replies come so much later
reset      every connection is reset, now
one_in     one in so many chunks towards the broker is cut in half, and its connection reset
```
"""

import asyncio
import random
from collections.abc import Callable
from typing import Self

from tests.faults.link import Link

__all__ = ["Proxy"]


class Proxy:
    """A TCP proxy of one port, started before the broker whose `advertised_port` it is.

    Attributes:
        port: where clients connect; stays the same.
        target: the broker's own port; to be set before the first client comes.
        swallowing: replies are lost.
        delay: seconds that replies are late.
        cut: how many connections `one_in` has cut.
    """

    def __init__(self) -> None:
        self.port = 0
        self.target = 0
        self.swallowing = False
        self.delay = 0.0
        self.cut = 0
        self._cut_one_in = 0
        self._holds: Callable[[int], bool] = _nobody
        self._choice = random.Random(0)  # noqa: S311 - faults, not secrets
        self._links: set[Link] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()

    @property
    def links(self) -> int:
        """How many clients are connected."""
        return len(self._links)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Link(self).near, "127.0.0.1", self.port, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def heal(self) -> None:
        """Let everything pass again, late where it was held."""
        self._holds = _nobody
        self.swallowing = False
        self.delay = 0.0
        self._cut_one_in = 0
        if self._server is None:
            await self._listen()
        for link in [*self._links]:
            link.heal()

    def hold(self, whose: Callable[[int], bool] = lambda _: True) -> None:
        """Let nothing pass, either way, and keep it; of clients whose port is so, or of all."""
        self._holds = whose
        for link in self._links:
            if whose(link.client):
                link.hold()

    def holds(self, client: int) -> bool:
        """Tell whether a new client's bytes are held; by its port."""
        return self._holds(client)

    async def refuse(self) -> None:
        """Take no connection, and reset those there are."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.reset()
        await asyncio.sleep(0)  # the resets are written

    def swallow(self) -> None:
        """Lose the broker's replies from now on."""
        self.swallowing = True

    def reset(self) -> None:
        """Reset every connection."""
        for link in [*self._links]:
            link.reset()

    def one_in(self, chunks: int, seed: int = 0) -> None:
        """Reset the connection in the middle of one in so many chunks towards the broker."""
        self._cut_one_in = chunks
        self._choice.seed(seed)

    def cuts(self) -> bool:
        """Tell whether this chunk is the one."""
        cuts = bool(self._cut_one_in) and self._choice.randrange(self._cut_one_in) == 0
        self.cut += cuts
        return cuts

    def joined(self, link: Link) -> None:
        """Note a client."""
        self._links.add(link)

    def left(self, link: Link) -> None:
        """Forget a client."""
        self._links.discard(link)


def _nobody(_: int) -> bool:
    return False
