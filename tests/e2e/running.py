"""A whole gateway under test: in this process, or as the command that is deployed."""

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp

from gateway.app import Gateway
from gateway.config import load
from tests.signing import SECRET, sign
from tests.waiting import until

__all__ = [
    "Answer",
    "Client",
    "Command",
    "environment",
    "free_port",
    "gateway_command",
    "running_gateway",
    "signed",
]


def environment(bootstrap_servers: str, prefix: str, **more: str) -> dict[str, str]:
    """Return the configuration of a gateway, as environment; `more` with `__` between levels."""
    settings = {
        "KAFKA__BOOTSTRAP_SERVERS": bootstrap_servers,
        "KAFKA__REPLICATION_FACTOR": "1",
        "TOPICS__PREFIX": prefix,
        "WEBHOOKS__0__NAME": "crm",
        "WEBHOOKS__0__SECRETS": "env:TEST_WEBHOOK_SECRET",
        "INGRESS__HOST": "127.0.0.1",
        "INGRESS__PORT": "0",
        "INGRESS__DRAIN_DELAY": "0",
        "ADMIN__PORT": "0",
        "IDEMPOTENCY__STORE": "memory",
    } | more
    variables = {f"CSTAR_GATEWAY__{key}": value for key, value in settings.items()}
    return variables | {"TEST_WEBHOOK_SECRET": SECRET}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the headers that a body needs, signed now."""
    signature = sign(body, int(time.time()), secret)
    return {"X-Signature": signature, "Content-Type": "application/json"}


class Answer(NamedTuple):
    """What the public listener answered."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Client:
    """Speaks to a gateway as cStar, a probe and Prometheus do."""

    def __init__(self, session: aiohttp.ClientSession, port: int, admin_port: int) -> None:
        self._session = session
        self.port = port
        self.url = f"http://127.0.0.1:{port}/webhooks/cstar"
        self.admin = f"http://127.0.0.1:{admin_port}"

    async def send(self, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Send a signed body; return status and the answer's JSON."""
        answer = await self.post(body, signed(body) | dict(headers or {}))
        return answer.status, answer.body

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body with these headers and none of ours."""
        async with self._session.post(self.url, data=body, headers=headers) as response:
            answer = await response.json(content_type=None)
            return Answer(response.status, response.headers, answer)

    async def get(self, path: str) -> tuple[int, str]:
        """Ask the admin listener."""
        async with self._session.get(self.admin + path) as response:
            return response.status, await response.text()

    async def ready(self) -> bool:
        """Tell whether the gateway says it is ready; False also where nobody answers."""
        try:
            return (await self.get("/readyz"))[0] == 200
        except aiohttp.ClientConnectionError:
            return False

    async def wait_ready(self, within: float = 60.0) -> None:
        """Return when the gateway is ready."""
        async with asyncio.timeout(within):
            while not await self.ready():  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.05)

    async def metric(self, name: str) -> float:
        """Return the value of a metric; its labels, sorted, are part of the name."""
        for line in (await self.get("/metrics"))[1].splitlines():
            if line.startswith(f"{name} "):
                return float(line.rpartition(" ")[2])
        raise KeyError(name)

    async def ledger(self) -> dict[str, float]:
        """Return deliveries by outcome, and `received`."""
        counts: dict[str, float] = {"received": 0.0}
        for line in (await self.get("/metrics"))[1].splitlines():
            name, _, value = line.rpartition(" ")
            if name == "cstar_gateway_deliveries_received_total":
                counts["received"] = float(value)
            elif name.startswith("cstar_gateway_deliveries_total{"):
                outcome = name.partition('outcome="')[2].partition('"')[0]
                counts[outcome] = counts.get(outcome, 0.0) + float(value)
        return counts


@asynccontextmanager
async def running_gateway(
    bootstrap_servers: str, prefix: str, *, wait: bool = True, **more: str
) -> AsyncIterator[Client]:
    """Run a gateway in this process; drain it at the end."""
    gateway = Gateway(load(None, environment(bootstrap_servers, prefix, **more)))
    await gateway.start()
    try:
        async with _session() as session:
            if wait:
                await until(lambda: gateway.ready)
            yield Client(session, gateway.port, gateway.admin_port)
    finally:
        await gateway.drain()


class Command:
    """`cstar-gateway serve` as a process.

    Attributes:
        process: its own.
        client: speaks to it, once it is `listening`.
    """

    def __init__(self, process: asyncio.subprocess.Process, session: aiohttp.ClientSession) -> None:
        self.process = process
        self.client = Client(session, 0, 0)
        self._session = session
        self._written = bytearray()
        self._reading = asyncio.create_task(self._read())

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._written.decode()

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Return the whole lines of one event that it has logged so far."""
        whole = self.log.rpartition("\n")[0].splitlines()
        return [line for line in map(json.loads, whole) if line["event"] == event]

    async def listening(self, within: float = 60.0) -> Client:
        """Return when it listens, on ports it says itself."""
        await until(lambda: bool(self.lines("listening")) or self._reading.done(), within=within)
        (line,) = self.lines("listening")
        self.client = Client(self._session, line["port"], line["admin_port"])
        return self.client

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    async def exit_code(self, within: float) -> int:
        """Return its exit code when it has ended, and `log` is whole."""
        async with asyncio.timeout(within):
            await self._reading
            return await self.process.wait()

    async def end(self) -> None:
        """Kill it if it is still there."""
        if self.process.returncode is None:
            self.process.kill()
        await self.exit_code(within=30.0)

    async def _read(self) -> None:
        assert self.process.stderr is not None
        while chunk := await self.process.stderr.read(65_536):
            self._written += chunk


@asynccontextmanager
async def gateway_command(
    variables: Mapping[str, str], module: str = "gateway"
) -> AsyncIterator[Command]:
    """Run `cstar-gateway serve` as a process; kill it at the end if it is still there.

    Args:
        variables: its environment, beside ours.
        module: run as the command; one with faults built in, maybe.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        "serve",
        env={**os.environ, **variables},
        stderr=asyncio.subprocess.PIPE,
    )
    async with _session() as session:
        command = Command(process, session)
        try:
            yield command
        finally:
            await command.end()


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=30)
    )
