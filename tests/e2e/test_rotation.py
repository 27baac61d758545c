"""A mounted secret rotated, emptied, unreadable and mended under a gateway that serves."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import BinaryIO

from gateway.embedded import Kafka
from tests.e2e.delivering import event, ids_in_kafka
from tests.e2e.running import Client, Command, environment, gateway_command, signed
from tests.mounting import Mount
from tests.waiting import until

SPENT, FIRST, SECOND, THIRD = (f"whsec_{letter * 32}" for letter in "0123")
FAILED = "secret not reloaded, its last good content stays live"


class Traffic:
    """Deliveries of one of a kind each, signed with whatever secret.

    Attributes:
        accepted: the ids that were answered 202.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sent = 0
        self.accepted: list[str] = []

    async def send(self, secret: str) -> str:
        """Send one; return the outcome, or the reason it was refused for."""
        self._sent += 1
        event_id = f"evt_{self._sent}"
        body = event(event_id)
        answer = await self._client.post(body, signed(body, secret))
        if answer.status == 202:
            self.accepted.append(event_id)
        what: str = answer.body.get("reason") or answer.body["status"]
        return what

    async def send_on(self, secret: str, stop: asyncio.Event) -> set[str]:
        """Send one after another until told to stop; return every outcome there was."""
        outcomes = set()
        while not stop.is_set():
            outcomes.add(await self.send(secret))
        return outcomes

    async def becomes(self, secret: str, outcome: str) -> None:
        """Return when a delivery of this secret has this outcome."""
        async with asyncio.timeout(30):
            while await self.send(secret) != outcome:  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.05)


async def place(client: Client, number: int) -> dict[str, float]:
    """Return what the metrics say of one of the webhook's secrets."""
    names = {
        "matches": "signature_matches_total",
        "last": "signature_last_match_timestamp_seconds",
        "loaded": "secret_loaded_timestamp_seconds",
        "stale": "secret_stale",
        "reloads": "secret_reloads_total",
        "failures": "secret_reload_failures_total",
    }
    return {
        short: await client.metric(f'cstar_gateway_{name}{{secret="{number}",webhook="crm"}}')
        for short, name in names.items()
    }


async def failures(command: Command, count: int) -> str:
    """Return the last problem that was logged, once there are so many."""
    await until(lambda: len(command.lines(FAILED)) == count)
    line = command.lines(FAILED)[-1]
    assert (line["level"], line["webhook"], line["secret"]) == ("error", "crm", 0)
    assert line["fix"]
    problem: str = line["problem"]
    return problem


async def writing(pipe: Path) -> BinaryIO:
    """Return a pipe's other end, once somebody reads it."""
    async with asyncio.timeout(30):
        while True:
            try:
                return os.fdopen(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), "wb")
            except OSError:  # nobody yet
                await asyncio.sleep(0.02)


async def test_a_rotation_loses_nothing(kafka: Kafka, unique_prefix: str, tmp_path: Path) -> None:
    """In the overlap old and new prove, without a gap; in the end the new alone; all in Kafka once.

    The series stay with their places: the old secret is at rest when the last match of its place
    stands still.
    """
    mount = Mount(tmp_path / "mount", current=FIRST.encode(), previous=SPENT.encode())
    references = f"file:{mount.path('current')},file:{mount.path('previous')}"
    settings = environment(kafka.bootstrap_servers, unique_prefix, WEBHOOKS__0__SECRETS=references)
    async with gateway_command(settings) as command:
        client = await command.listening()
        await client.wait_ready()
        traffic = Traffic(client)
        assert await traffic.send(FIRST) == await traffic.send(SPENT) == "accepted"
        assert await traffic.send(SECOND) == "signature_mismatch"
        before = await place(client, 1)
        stop = asyncio.Event()
        old = asyncio.create_task(traffic.send_on(FIRST, stop))
        changed = time.time()
        mount.put(current=SECOND.encode(), previous=FIRST.encode())
        await traffic.becomes(SECOND, "accepted")
        await traffic.becomes(SPENT, "signature_mismatch")
        stop.set()
        assert await old == {"accepted"}
        current, previous = await place(client, 0), await place(client, 1)
        assert previous["matches"] > before["matches"]
        assert (current["reloads"], previous["reloads"]) == (1, 1)
        assert min(current["last"], previous["last"], current["loaded"]) >= changed
        assert await traffic.send(SECOND) == "accepted"
        after = await place(client, 1)
        assert after["last"] == previous["last"]
        mount.put(previous=THIRD.encode())
        await traffic.becomes(FIRST, "signature_mismatch")
        retired = await place(client, 1)
        assert retired["last"] < retired["loaded"]
        assert await traffic.send(THIRD) == "accepted"
        assert (await place(client, 1))["last"] > retired["loaded"]
        assert len(command.lines("secret reloaded")) == 3
        assert not command.lines(FAILED)
        assert not [secret for secret in (SPENT, FIRST, SECOND, THIRD) if secret in command.log]
    found = await ids_in_kafka(kafka.bootstrap_servers, unique_prefix)
    assert found == dict.fromkeys(traffic.accepted, 1)


async def test_a_bad_file_costs_nothing_but_an_alarm(
    kafka: Kafka, unique_prefix: str, tmp_path: Path
) -> None:
    """Emptied, cut short, gone: the last good secret proves on, and each is told once; it heals."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    settings = environment(
        kafka.bootstrap_servers, unique_prefix, WEBHOOKS__0__SECRETS=f"file:{file}"
    )
    async with gateway_command(settings) as command:
        client = await command.listening()
        await client.wait_ready()
        traffic = Traffic(client)
        file.write_text("")
        assert "is empty" in await failures(command, 1)
        assert await traffic.send(FIRST) == "accepted"
        file.write_text("whsec_1")
        assert "too few to be safe" in await failures(command, 2)
        file.unlink()
        assert "cannot be read: No such file" in await failures(command, 3)
        assert await traffic.send(FIRST) == "accepted"
        assert await client.ready()
        said = await place(client, 0)
        assert (said["stale"], said["failures"], said["reloads"]) == (1, 3, 0)
        file.write_text(f"{SECOND}\n")
        await traffic.becomes(SECOND, "accepted")
        await until(lambda: bool(command.lines("secret can be read again")))
        assert await traffic.send(FIRST) == "signature_mismatch"
        said = await place(client, 0)
        assert (said["stale"], said["failures"], said["reloads"]) == (0, 3, 1)
        assert len(command.lines(FAILED)) == 3
        assert not [secret for secret in (FIRST, SECOND) if secret in command.log]
    found = await ids_in_kafka(kafka.bootstrap_servers, unique_prefix)
    assert found == dict.fromkeys(traffic.accepted, 1)


async def test_a_mount_that_hangs_holds_no_exit_up(
    kafka: Kafka, unique_prefix: str, tmp_path: Path
) -> None:
    """While a file cannot be read to its end, deliveries are taken and SIGTERM drains, exit 0."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    settings = environment(
        kafka.bootstrap_servers, unique_prefix, WEBHOOKS__0__SECRETS=f"file:{file}"
    )
    async with gateway_command(settings) as command:
        client = await command.listening()
        await client.wait_ready()
        file.unlink()
        os.mkfifo(file)
        with await writing(file):  # nothing is ever written
            assert await Traffic(client).send(FIRST) == "accepted"
            command.signal(signal.SIGTERM)
            assert await command.exit_code(within=30) == 0
