"""Slow, silent, many and vanishing senders, to `cstar-gateway serve` over a real Kafka."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from gateway.embedded import Kafka
from tests.e2e.delivering import ids_in_kafka
from tests.e2e.running import Client, environment
from tests.e2e.serving import Served, served
from tests.inputs.case import MARK
from tests.inputs.manners import MANNERS, MOST, heard, leave, signed_request

PREFIX = "manners"
STEPS = 40


@pytest.fixture(scope="module")
def gateway(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One gateway that takes few connections and has little patience."""
    variables = environment(
        kafka.bootstrap_servers,
        PREFIX,
        INGRESS__BODY_TIMEOUT="0.5",
        INGRESS__KEEPALIVE_TIMEOUT="1",
        INGRESS__MAX_CONNECTIONS=str(MOST),
    )
    with served(variables, tmp_path_factory.mktemp("manners") / "log") as serving:
        yield serving


async def test_each_manner_has_its_answer(gateway: Served, kafka: Kafka) -> None:
    """Each is answered as it must be, is in Kafka once or not at all, and is not in the log."""
    *few, crowd = MANNERS.values()
    async with gateway.client() as client:
        answers = await asyncio.gather(*(one.play(gateway.port) for one in few))
        answers.append(await crowd.play(gateway.port))
        assert dict(zip(MANNERS, answers, strict=True)) == {
            name: one.answer for name, one in MANNERS.items()
        }
        await at_rest(client)
        assert (await client.ledger())["received"] > 0
        assert await client.metric("cstar_gateway_http_connections") <= MOST
    expected = sum(one.published is True for one in MANNERS.values())
    unsure = sum(one.published is None for one in MANNERS.values())
    found = await ids_in_kafka(kafka.bootstrap_servers, PREFIX)
    assert set(found.values()) == {1}
    assert expected <= len(found) <= expected + unsure
    check_log(gateway)


async def test_a_sender_may_leave_at_any_byte(gateway: Served, kafka: Kafka) -> None:
    """Wherever a sender breaks off, its event is in Kafka once or not at all; nothing is logged."""
    request = signed_request("left_0")
    places = sorted({*range(1, len(request), len(request) // STEPS), len(request)})
    before = await ids_in_kafka(kafka.bootstrap_servers, PREFIX)
    async with gateway.client() as client:
        for number, place in enumerate(places):
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            writer.write(signed_request(f"left_{number}")[:place])
            if place == len(request):
                await reader.read(number % 3 * 40)  # of the answer, too, it may leave a part unread
            leave(writer, reset=bool(number % 2))
        await at_rest(client)
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(signed_request("stayed"))
        assert await heard(reader) == "202 accepted"
        writer.close()
    found = await ids_in_kafka(kafka.bootstrap_servers, PREFIX) - Counter(before)
    assert set(found.values()) == {1}
    assert found.keys() <= {"evt_stayed", f"evt_left_{len(places) - 1}"}
    check_log(gateway)


async def at_rest(client: Client) -> None:
    """Return when nothing is in flight, and the ledger balances."""
    async with asyncio.timeout(20):
        while await client.metric("cstar_gateway_in_flight_deliveries"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    counts = await client.ledger()
    assert counts.pop("received") == sum(counts.values())


def check_log(gateway: Served) -> None:
    """Check that the process lives, and has said nothing of what it was sent."""
    assert gateway.process.poll() is None
    assert MARK not in gateway.log
    assert "fault" not in gateway.log
    assert not [line for line in gateway.log.splitlines() if '"level":"error"' in line]
