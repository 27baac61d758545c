"""Stage: a broker, replicas of the gateway, traffic, and a Prometheus that watches them."""

import asyncio
import ssl
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp

from deploy.observability.alert import Clock
from deploy.observability.rules import render
from deploy.observability.written import RUNBOOKS
from gateway.embedded import Kafka
from tests.certificates import Authority
from tests.e2e.conftest import SOON_MISSED
from tests.e2e.running import Client, Command, environment, free_port, gateway_command
from tests.observability.server import Prometheus, running_prometheus
from tests.observability.traffic import Traffic
from tests.signing import SECRET

__all__ = ["SPEED", "Replica", "Stage", "staged"]

SPEED = 60
"""How much faster the rules' windows and waits run than in production: an hour is a minute."""

_SPENT = "whsec_" + "0" * 32
_MOST_CONNECTIONS = 100


class Replica(NamedTuple):
    """One gateway.

    Attributes:
        name: its instance.
        command: its process.
        client: speaks to it.
        url: where deliveries go.
    """

    name: str
    command: Command
    client: Client
    url: str


class Stage:
    """Everything together.

    Attributes:
        kafka: the broker.
        prefix: of topics.
        prometheus: watches.
        traffic: steady, of all types.
        replicas: the first speaks HTTP, the second HTTPS.
        session: of connections.
    """

    def __init__(self, folder: Path, kafka: Kafka, session: aiohttp.ClientSession) -> None:
        self.kafka = kafka
        self.session = session
        self.prefix = f"t{uuid.uuid4().hex[:8]}"
        self.replicas: list[Replica] = []
        self._folder = folder
        self._authority = Authority(folder / "certificates")
        self._faults = folder / "faults"
        self._faults.mkdir()
        self.secret = folder / "current"
        self.secret.write_text(SECRET)
        (folder / "previous").write_text(_SPENT)
        self.tls = ssl.create_default_context(cafile=self._authority.file)
        self.admin_ports = {f"gateway-{number}": free_port() for number in range(3)}
        self.prometheus: Prometheus
        self.traffic: Traffic

    def arm(self, fault: str, *, on: bool = True) -> None:
        """Switch a built-in fault of every replica."""
        path = self._faults / fault
        path.touch() if on else path.unlink(missing_ok=True)

    @asynccontextmanager
    async def replica(self, *, tls: bool = False, wait: bool = True) -> AsyncIterator[Replica]:
        """Run one more replica."""
        name = [*self.admin_ports][len(self.replicas)]
        secrets = f"file:{self.secret},file:{self._folder / 'previous'}"
        more = {"WEBHOOKS__0__SECRETS": secrets, "IDEMPOTENCY__STORE": "kafka"}
        more |= {
            "ADMIN__PORT": str(self.admin_ports[name]),
            "INGRESS__MAX_CONNECTIONS": str(_MOST_CONNECTIONS),
            "KAFKA__QUEUE_BYTES": "2MiB",
            "KAFKA__MAX_RECORD_BYTES": "1.5MiB",
        }
        if tls:
            pair = self._authority.sign("127.0.0.1")
            more |= {"INGRESS__TLS_CERT_FILE": str(pair.certificate)}
            more |= {"INGRESS__TLS_KEY_FILE": str(pair.key)}
        variables = environment(self.kafka.bootstrap_servers, self.prefix, **more)
        variables |= {"OBSERVED_FAULTS": str(self._faults)}
        module = "tests.observability.launcher"
        async with gateway_command(variables, module) as command:
            client = await command.listening()
            scheme = "https" if tls else "http"
            url = f"{scheme}://127.0.0.1:{client.port}/webhooks/cstar"
            replica = Replica(name, command, client, url)
            self.replicas.append(replica)
            if wait:
                await client.wait_ready()
            yield replica


@asynccontextmanager
async def staged(*, replicas: Sequence[bool] = (False, True)) -> AsyncIterator[Stage]:
    """Put everything up, and down again; each replica with TLS or without."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kafka = await stack.enter_async_context(Kafka(overrides=SOON_MISSED))
        timeout = aiohttp.ClientTimeout(total=15)
        connector = aiohttp.TCPConnector(limit=0, force_close=False)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, timeout=timeout)
        )
        stage = Stage(folder, kafka, session)
        for tls in replicas:
            await stack.enter_async_context(stage.replica(tls=tls))
        rules = render(RUNBOOKS, Clock(SPEED))
        stage.prometheus = await stack.enter_async_context(
            running_prometheus(folder, stage.admin_ports, rules)
        )
        urls = [replica.url for replica in stage.replicas]
        stage.traffic = Traffic(session, urls, stage.tls)
        stack.push_async_callback(stage.traffic.stop)
        stage.traffic.start()
        async with asyncio.timeout(60):
            while not await _watched(stage):  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.1)
        async with session.get(urls[0].removesuffix("cstar")):  # a stranger
            yield stage


async def _watched(stage: Stage) -> bool:
    """Tell whether every replica is scraped, and no alert fires any more on their absence."""
    up = await stage.prometheus.at("up == 1")
    return len(up) == len(stage.replicas) and not await stage.prometheus.firing()
