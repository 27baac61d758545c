"""How `cstar-gateway serve` ends: under load, without Kafka, at once, or before it began."""

import asyncio
import itertools
import signal
import socket
from collections import Counter
from typing import NamedTuple

import pytest

from gateway.embedded import Kafka
from tests.e2e.delivering import event, ids_in_kafka
from tests.e2e.running import Client, Command, environment, gateway_command, signed
from tests.waiting import until

CUSTOMERS = 60
IN_FLIGHT = "cstar_gateway_in_flight_deliveries"
PROMPTLY = 10.0
"""Seconds; generous for a busy machine, and far below what an orderly end may take here."""


class Exchange(NamedTuple):
    """One event, sent whole, and what came back: None where the connection ended without a word."""

    event_id: str
    status: int | None
    unready: bool


class Customers:
    """Many connections, each kept, and each sending one event after another as fast as it can.

    Below aiohttp's client, which hides what happens on a connection.

    Attributes:
        exchanges: all so far.
        unready: to be set when the gateway says it is unready.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.exchanges: list[Exchange] = []
        self.unready = False

    async def run(self, number: int) -> None:
        """Send until nobody listens any more."""
        ids = (f"evt_{number}_{count}" for count in itertools.count())
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except ConnectionError:  # refused, or reset while it was being made
                return
            try:
                while await self._exchange(next(ids), number, reader, writer):
                    pass
            finally:
                writer.close()

    async def _exchange(
        self, event_id: str, team: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send one event; return whether the connection may be used on."""
        unready = self.unready
        body = event(event_id, team)
        fields = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
        head = "POST /webhooks/cstar HTTP/1.1\r\nHost: gateway\r\n"
        length = f"Content-Length: {len(body)}\r\n\r\n"
        try:
            writer.write((head + fields + length).encode() + body)
            await writer.drain()
            status, fields, _ = await read_answer(reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.exchanges.append(Exchange(event_id, None, unready))
            return False
        self.exchanges.append(Exchange(event_id, status, unready))
        return "\r\nconnection: close\r\n" not in fields


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, str, bytes]:
    """Read one answer: its status, its head in lower case, and its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("\r\ncontent-length: ")[2].partition("\r\n")[0])
    return int(head.split(" ", 2)[1]), head, await reader.readexactly(length)


async def started(command: Command) -> Client:
    """Return when the gateway is ready."""
    client = await command.listening()
    await client.wait_ready()
    return client


async def test_a_signal_under_load(kafka: Kafka, unique_prefix: str) -> None:
    """SIGTERM: unready but serving, then every request sent is answered; each 2xx is there once.

    A connection that the kernel takes between the listener's last look and its close is reset: a
    matter of microseconds, so two of thousands are borne, and nothing of them is in Kafka.
    """
    settings = environment(kafka.bootstrap_servers, unique_prefix, INGRESS__DRAIN_DELAY="1")
    async with gateway_command(settings) as command:
        client = await started(command)
        customers = Customers(client.port)
        load = asyncio.gather(*(customers.run(number) for number in range(CUSTOMERS)))
        await until(lambda: len(customers.exchanges) > 10 * CUSTOMERS)
        command.signal(signal.SIGTERM)
        async with asyncio.timeout(PROMPTLY):
            while await client.ready():  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.01)
        customers.unready = True
        await load
        assert await command.exit_code(within=30) == 0
    statuses = Counter(exchange.status for exchange in customers.exchanges)
    assert statuses.keys() <= {202, 503, None}, statuses
    assert statuses[None] <= 2
    assert any(exchange.unready and exchange.status == 202 for exchange in customers.exchanges)
    accepted = [one.event_id for one in customers.exchanges if one.status == 202]
    found = await ids_in_kafka(kafka.bootstrap_servers, unique_prefix)
    assert found == dict.fromkeys(accepted, 1)
    (last,) = command.lines("drained")
    assert last["requests_cut"] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal(kafka: Kafka, unique_prefix: str, number: signal.Signals) -> None:
    """A second signal ends at once what the first began to end in order, with exit code 1."""
    settings = environment(kafka.bootstrap_servers, unique_prefix, INGRESS__DRAIN_DELAY="5m")
    async with gateway_command(settings) as command:
        client = await started(command)
        command.signal(number)
        await until(lambda: bool(command.lines("draining")))
        assert (await client.send(event("evt_1")))[0] == 202
        command.signal(number)
        assert await command.exit_code(within=PROMPTLY) == 1
    assert "Traceback" not in command.log
    assert await ids_in_kafka(kafka.bootstrap_servers, unique_prefix) == {"evt_1": 1}


async def test_a_signal_before_kafka_was_ever_there(broker: Kafka, unique_prefix: str) -> None:
    """SIGTERM while Kafka has never been there ends in order, with exit code 0."""
    broker.kill()
    await until(lambda: not broker.runs)
    async with gateway_command(environment(broker.bootstrap_servers, unique_prefix)) as command:
        await command.listening()
        command.signal(signal.SIGTERM)
        assert await command.exit_code(within=PROMPTLY) == 0
    assert "Traceback" not in command.log


async def test_a_signal_while_kafka_is_dead(broker: Kafka, unique_prefix: str) -> None:
    """With Kafka dead what waits is told 503, the end comes in time, and no ghost comes later."""
    settings = environment(broker.bootstrap_servers, unique_prefix, KAFKA__PUBLISH_TIMEOUT="3s")
    async with gateway_command(settings) as command:
        client = await started(command)
        assert (await client.send(event("evt_before")))[0] == 202
        broker.kill()
        await until(lambda: not broker.runs)
        waiting = asyncio.gather(*(client.send(event(f"evt_{each}", each)) for each in range(50)))
        async with asyncio.timeout(PROMPTLY):
            while await client.metric(IN_FLIGHT) < 50:  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.02)
        command.signal(signal.SIGTERM)
        answers = await waiting
        assert await command.exit_code(within=30) == 0
    assert {(status, answer["reason"]) for status, answer in answers} == {(503, "publish_timeout")}
    assert "Traceback" not in command.log
    await broker.restart()
    found = await ids_in_kafka(broker.bootstrap_servers, unique_prefix)
    assert found == {"evt_before": 1}


async def test_a_port_that_is_taken(unique_prefix: str) -> None:
    """A port that is taken is told in one line, with the address; exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for listener in ("INGRESS__PORT", "ADMIN__PORT"):
            settings = environment("127.0.0.1:9", unique_prefix, **{listener: str(port)})
            async with gateway_command(settings) as command:
                assert await command.exit_code(within=30) == 1
            assert "Traceback" not in command.log
            (line,) = command.lines("cannot listen")
            assert line["level"] == "error"
            assert f"('127.0.0.1', {port})" in line["problem"]
            assert "in use" in line["problem"]


async def test_a_configuration_that_will_not_do(unique_prefix: str) -> None:
    """A bad configuration is refused whole, every fault named with its fix; exit code 2."""
    settings = environment(
        "no port here",
        unique_prefix,
        IDEMPOTENCY__WINDOW="31h",
        INGRESS__MAX_BODY_BYTES="lots",
        KAFKA__PUBLISH_TIMEOUT="9s",
        WEBHOOKS__0__SECRETS="env:NOT_THERE",
    )
    async with gateway_command(settings) as command:
        assert await command.exit_code(within=30) == 2
    assert "Traceback" not in command.log
    for key in (
        "kafka.bootstrap_servers",
        "idempotency.window",
        "ingress.max_body_bytes",
        "kafka.publish_timeout",
        "webhooks[0].secrets",
    ):
        assert key in command.log, command.log
    assert command.log.count("→") == 5
