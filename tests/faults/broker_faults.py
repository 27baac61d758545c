"""What befalls the broker: absent, killed, frozen, moved, stingy, refusing our password."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.embedded import Kafka
from tests.faults import broker_commands
from tests.faults.context import Context
from tests.faults.plan import Plan
from tests.faults.proxy import Proxy
from tests.faults.row import Row
from tests.faults.trial import Trial, trial
from tests.signing import SECRET
from tests.waiting import until

__all__ = [
    "addresses_changed",
    "broker_absent",
    "broker_frozen",
    "broker_killed",
    "password_changed",
    "password_rotated",
    "throttled",
]

_DOWN = 2.0
_USER = "gateway"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


async def broker_absent(context: Context) -> Row:
    """No Kafka at start: alive, unready, 503 at once; ready without a restart once it is there."""
    plan = Plan("F1", "Kafka down at start", "no listener; started 3 s after the gateways")
    context.kafka.kill()
    try:
        async with trial(context, plan, begin=False) as under:
            await asyncio.gather(*(replica.start() for replica in under.replicas))
            number = under.events.happen()
            if await under.sender.attempt(number, 0, 1) != 503:
                under.failures.append("without Kafka the answer was not 503")
            under.notes.append(f"503 after {(under.slowest() or 0) * 1000:.0f} ms")
            client = under.replicas[0].client
            probes = (await client.get("/livez"))[0], (await client.get("/readyz"))[0]
            if probes != (200, 503):
                under.failures.append(f"livez and readyz said {probes}")
            await asyncio.sleep(3)
            await context.kafka.restart()
            under.healed()
            await under.sender.send(number)
            await asyncio.gather(*(replica.ready() for replica in under.replicas))
            under.load()
    finally:
        if not context.kafka.runs:
            await context.kafka.restart()
    return under.row


async def broker_killed(context: Context, times: int = 2) -> Row:
    """A broker killed under load and started again."""
    injected = f"SIGKILL, restart after {_DOWN:g} s, {times} times"
    plan = Plan("F2", "broker killed and restarted", injected)
    async with trial(context, plan) as under:
        for time in range(1, times + 1):
            await under.reached(0.3 * time)
            context.kafka.kill()
            await asyncio.sleep(_DOWN)
            await context.kafka.restart()
            under.healed()
    return under.row


async def broker_frozen(context: Context, seconds: float = 12.0) -> Row:
    """A broker frozen for longer than a publish may take."""
    plan = Plan("F3", f"broker frozen {seconds:g} s", "SIGSTOP, SIGCONT")
    async with trial(context, plan) as under:
        await under.reached(0.3)
        context.kafka.pause()
        await asyncio.sleep(seconds)
        context.kafka.resume()
        under.healed()
    return under.row


async def addresses_changed(context: Context) -> Row:
    """Every broker is at another address; only the bootstrap address still leads to one."""
    injected = "broker stopped, started behind another port; the old one refuses"
    with tempfile.TemporaryDirectory() as folder:
        async with Proxy() as door, Proxy() as old, Proxy() as new:
            first = Kafka(advertised_port=old.port, data_dir=Path(folder))
            second = Kafka(advertised_port=new.port, data_dir=Path(folder))
            plan = Plan(
                "F14",
                "all broker addresses change",
                injected,
                bootstrap_servers=f"127.0.0.1:{door.port}",
            )
            try:
                await first.start()
                door.target = old.target = first.port
                async with trial(context._replace(kafka=first), plan) as under:
                    await under.reached(0.3)
                    await first.stop()
                    await old.refuse()
                    door.reset()
                    await second.start()
                    door.target = new.target = second.port
                    under.context = context._replace(kafka=second)
                    under.healed()
            finally:
                await first.stop()
                await second.stop()
    return under.row


async def throttled(context: Context) -> Row:
    """A quota far below the load."""
    plan = Plan("F31", "quota throttle", "client quota of 40 kB/s for 10 s")
    servers = context.kafka.internal_servers
    async with trial(context, plan) as under:
        await under.reached(0.2)
        await broker_commands.set_quota(servers, 40_000)
        await asyncio.sleep(10)
        await broker_commands.lift_quota(servers)
        under.healed()
    return under.row


async def password_changed(context: Context) -> Row:
    """A broker that no longer knows our password, and then does again."""
    injected = "password changed at the broker, connections reset; changed back after the first 503"
    async with _logging_in(context, Plan("F11", "log-in refused", injected)) as (under, _):
        servers = under.context.kafka.internal_servers
        await under.reached(0.3)
        await broker_commands.set_password(servers, _USER, SECRET[::-1])
        under.context.proxy.reset()
        await under.answered(503)
        await broker_commands.set_password(servers, _USER, SECRET)
        under.healed()
    return under.row


async def password_rotated(context: Context) -> Row:
    """A new password at the broker and in our file, and then new connections."""
    injected = "password changed at the broker and in its file, connections reset once it was read"
    async with _logging_in(context, Plan("F11", "password rotated", injected)) as (under, file):
        await under.reached(0.3)
        servers = under.context.kafka.internal_servers
        await broker_commands.set_password(servers, _USER, SECRET[::-1])
        file.write_text(SECRET[::-1])
        commands = [replica.command for replica in under.replicas]
        await until(lambda: all(command.lines("credentials renewed") for command in commands))
        under.context.proxy.reset()
        under.healed()
    return under.row


@asynccontextmanager
async def _logging_in(context: Context, plan: Plan) -> AsyncIterator[tuple[Trial, Path]]:
    """Run a trial on a broker that wants a password; the gateways read it from the file."""
    listener = {
        "listener.name.clients.sasl.enabled.mechanisms": "SCRAM-SHA-256",
        "listener.name.clients.scram-sha-256.sasl.jaas.config": f"{_SCRAM} required;",
    }
    with tempfile.TemporaryDirectory() as folder:
        file = _written(Path(folder, "password"), SECRET)
        login = {
            "KAFKA__SECURITY__PROTOCOL": "SASL_PLAINTEXT",
            "KAFKA__SECURITY__SASL_MECHANISM": "SCRAM-SHA-256",
            "KAFKA__SECURITY__USERNAME": _USER,
            "KAFKA__SECURITY__PASSWORD": f"file:{file}",
        }
        async with (
            Proxy() as proxy,
            Kafka(
                advertised_port=proxy.port, protocol="SASL_PLAINTEXT", overrides=listener
            ) as kafka,
        ):
            proxy.target = kafka.port
            await broker_commands.set_password(kafka.internal_servers, _USER, SECRET)
            context = context._replace(kafka=kafka, proxy=proxy)
            async with trial(context, plan._replace(more=login)) as under:
                yield under, file


def _written(file: Path, content: str) -> Path:
    file.write_text(content)
    return file
