"""Replicas: processes of `cstar-gateway serve`, and what may be done to them.

Each keeps its ports over a restart, as behind a Service. May not live here: patches (`launcher`).
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp

from gateway.embedded.ports import free_ports
from tests.e2e.running import Client, Command, environment
from tests.waiting import until

__all__ = ["Crash", "Replica", "replicas"]

_ROOT = Path(__file__).parents[2]
_END_WITHIN = 60.0


class Crash(NamedTuple):
    """A replica that ended without a chance to say goodbye.

    Attributes:
        replica: which.
        at: when, by the monotonic clock.
        back: when it was ready again.
    """

    replica: int
    at: float
    back: float = float("inf")


class Replica:
    """One process, started again as often as one likes.

    Attributes:
        number: its place among the replicas.
        port: of its public listener.
        in_rotation: whether a balancer would send it anything; scenarios say.
        crashes: every SIGKILL, whoever sent it.
        codes: exit codes so far.
        log: what all its processes wrote, in order.
    """

    def __init__(
        self, number: int, variables: Mapping[str, str], session: aiohttp.ClientSession
    ) -> None:
        self.number = number
        self.port, self._admin_port = free_ports(2)
        self.in_rotation = True
        self.crashes: list[Crash] = []
        self.codes: list[int] = []
        self.log = ""
        self._session = session
        self._variables = {
            **os.environ,
            **variables,
            "CSTAR_GATEWAY__INGRESS__PORT": str(self.port),
            "CSTAR_GATEWAY__ADMIN__PORT": str(self._admin_port),
        }
        self._command: Command | None = None

    @property
    def client(self) -> Client:
        """Asks it as a probe does."""
        return Client(self._session, self.port, self._admin_port)

    @property
    def command(self) -> Command:
        """The process."""
        assert self._command is not None, "it is not started"
        return self._command

    @property
    def pid(self) -> int:
        """Of the process."""
        return self.command.process.pid

    @property
    def runs(self) -> bool:
        """Whether there is a process."""
        return self._command is not None and self._command.process.returncode is None

    async def start(self, *arm: str) -> None:
        """Start it; return when it listens. `arm` are the launcher's arguments, if any."""
        module = ["-m", "tests.faults.launcher", *arm] if arm else ["-m", "gateway"]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *module,
            "serve",
            cwd=_ROOT,
            env=self._variables,
            stderr=asyncio.subprocess.PIPE,
        )
        self._command = Command(process, self._session)
        await until(lambda: bool(self.command.lines("listening")) or not self.runs)

    async def ready(self, within: float = 90.0) -> None:
        """Return when it is ready.

        Raises:
            TimeoutError: it is not, and says why.
        """
        try:
            await self.client.wait_ready(within)
        except TimeoutError:
            _, said = await self.client.get("/readyz")
            raise TimeoutError(f"replica {self.number} is not ready: {said}") from None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        if self.runs:
            self.command.signal(number)

    async def kill(self) -> None:
        """End it by SIGKILL."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def terminate(self) -> int:
        """End it by SIGTERM, out of rotation once it is unready; return its exit code."""
        self.signal(signal.SIGTERM)
        while self.runs and await self.client.ready():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.05)
        self.in_rotation = False
        return await self.ended()

    async def back(self, *arm: str) -> None:
        """Start it again, and put it in rotation once it is ready."""
        await self.start(*arm)
        await self.ready()
        self.in_rotation = True
        if self.crashes:
            self.crashes[-1] = self.crashes[-1]._replace(
                back=min(self.crashes[-1].back, time.monotonic())
            )

    async def ended(self, within: float = _END_WITHIN) -> int:
        """Return its exit code when it has ended, by whatever cause."""
        command, self._command = self.command, None
        code = await command.exit_code(within)
        if code == -signal.SIGKILL:
            self.crashes.append(Crash(self.number, time.monotonic()))
        self.codes.append(code)
        self.log += command.log
        return code

    def owns(self, port: int) -> bool:
        """Tell whether it is the client of that local port."""
        inodes = {
            fields[9]
            for fields in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:])
            if fields[1].endswith(f":{port:04X}")
        }
        return any(
            target.removeprefix("socket:[").removesuffix("]") in inodes
            for target in map(os.readlink, Path(f"/proc/{self.pid}/fd").iterdir())
        )

    def resident_bytes(self) -> int:
        """Return its resident memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    async def close(self) -> None:
        """End it, however it is."""
        if self._command is not None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
            await self.ended()


@asynccontextmanager
async def replicas(
    count: int, bootstrap_servers: str, prefix: str, **more: str
) -> AsyncIterator[Sequence[Replica]]:
    """Run so many gateways of one configuration, not started yet; end them with the block."""
    variables = environment(bootstrap_servers, prefix, **more)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        fleet = [Replica(number, variables, session) for number in range(count)]
        try:
            yield fleet
        finally:
            for replica in fleet:
                await replica.close()
