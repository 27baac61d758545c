"""One gateway as it is deployed, for the many tests of a module: `cstar-gateway serve`, kept."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.e2e.running import Client
from tests.waiting import wait_until

__all__ = ["Served", "served"]


class Served:
    """A process of `cstar-gateway serve` that belongs to no event loop.

    Attributes:
        process: its own.
        port: of its public listener.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self._log = log
        self.port = 0
        self._admin_port = 0

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text(encoding="utf-8")

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Return the whole lines of one event that it has logged so far."""
        whole = self.log.rpartition("\n")[0].splitlines()
        return [line for line in map(json.loads, whole) if line["event"] == event]

    def wait_listening(self) -> None:
        """Return when it listens, on ports it says itself."""
        wait_until(lambda: bool(self.lines("listening")) or self.process.poll() is not None)
        (line,) = self.lines("listening")
        self.port, self._admin_port = line["port"], line["admin_port"]

    @property
    def descriptors(self) -> int:
        """How many descriptors it has open."""
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir())

    @property
    def memory(self) -> int:
        """How many bytes of it are in memory."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * resource.getpagesize()

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """Speak to it, once it is ready."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            client = Client(session, self.port, self._admin_port)
            await client.wait_ready()
            yield client


@contextmanager
def served(
    variables: Mapping[str, str], log: Path, *, descriptors: int | None = None
) -> Iterator[Served]:
    """Run `cstar-gateway serve`; kill it at the end.

    Args:
        variables: its configuration, as environment.
        log: the file it writes to.
        descriptors: most it may have open; None: as many as this process.
    """
    command = [sys.executable, "-m", "gateway", "serve"]
    if descriptors is not None:
        command = ["/bin/sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh", *command]
    with log.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            command, env={**os.environ, **variables}, stderr=written
        )
    try:
        serving = Served(process, log)
        serving.wait_listening()
        yield serving
    finally:
        process.kill()
        process.wait(timeout=30)
