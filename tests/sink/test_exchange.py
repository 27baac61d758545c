"""Exchange: one request of ours on a connection of aiokafka's, however it ends."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError
from aiokafka.protocol.produce import ProduceResponse_v7
from aiokafka.structs import TopicPartition

from gateway.embedded import Kafka
from gateway.pipeline.record import Record
from gateway.sink.batch import Batch
from gateway.sink.exchange import Exchange, open_to_us
from gateway.sink.queues import Queue
from gateway.sink.sent import Sent
from tests.sink.contract import acked, record
from tests.sink.rigs import opened

_PLACE = TopicPartition("topic", 1)


class _Writer:
    """Where a connection writes; it may be broken."""

    def __init__(self) -> None:
        self.written = b""
        self.broken = False

    def write(self, data: bytes) -> None:
        """Take bytes."""
        if self.broken:
            raise OSError("broken")
        self.written += data

    def close(self) -> None:
        """Close."""


class _Reader:
    """Where a connection reads: nothing came yet."""

    def at_eof(self) -> bool:
        """Tell whether all was read."""
        return False


@pytest.fixture
async def connection() -> AsyncIterator[Any]:
    """Yield a connection of aiokafka's, open, to a broker of today."""
    made: Any = AIOKafkaConnection("host", 1, request_timeout_ms=1000)
    made._reader, made._writer = _Reader(), _Writer()
    made._read_task = asyncio.ensure_future(asyncio.sleep(0))
    made._versions = {0: (3, 13)}
    yield made
    made.close()


def exchange(heard: list[Exchange]) -> Exchange:
    """Return a request of one batch."""
    loop = asyncio.get_running_loop()
    queue = Queue(_PLACE, loop, codec=0, size_limit=1, timeout=1.0)
    batch = Batch(1, 0, loop, 0.0, 1.0)
    batch.append(Record(_PLACE.topic, b"key", b"value", (), 0))
    sent = Sent(queue, batch, loop, lambda _: None)
    sent.seal(1, 0, 0)
    return Exchange(7, {_PLACE: sent}, loop, heard.append)


def answer(number: int, error: int = 0) -> bytes:
    """Return a broker's answer."""
    body = ProduceResponse_v7([(_PLACE.topic, [(_PLACE.partition, error, 42, -1, 0)])], 0)
    return number.to_bytes(4, "big") + body.encode()


async def test_an_answer_is_heard_once(connection: Any) -> None:
    """The client reads it, knows it by its number, and we are told what it says."""
    heard: list[Exchange] = []
    assert open_to_us(connection)
    ours = exchange(heard)
    ours.begin(connection, "us", 1000)
    assert b"value" in connection._writer.written
    assert heard == []
    connection._handle_frame(answer(1, error=6))
    assert not connection._requests
    await asyncio.sleep(0)
    assert heard == [ours]
    assert ours.error is None
    assert ours.results == [(_PLACE.topic, _PLACE.partition, 6, 42)]
    assert ours.answer == answer(1, error=6)[4:]


async def test_an_answer_to_another_is_none(connection: Any) -> None:
    """An answer with another number ends the connection, and we are told."""
    heard: list[Exchange] = []
    ours = exchange(heard)
    ours.begin(connection, "us", 1000)
    connection._handle_frame(answer(2))
    await asyncio.sleep(0)
    assert heard == [ours]
    assert isinstance(ours.error, Exception)
    assert not connection.connected()


async def test_no_answer_in_time_ends_the_connection(connection: Any) -> None:
    """What comes too late is not waited for, nor taken for the answer to another."""
    heard: list[Exchange] = []
    ours = exchange(heard)
    ours.begin(connection, "us", 10)
    await asyncio.sleep(0.05)
    assert heard == [ours]
    assert isinstance(ours.error, RequestTimedOutError)
    assert not connection.connected()
    assert not open_to_us(connection)


async def test_a_connection_that_breaks_ends_it(connection: Any) -> None:
    """Whatever becomes of the connection, we are told."""
    heard: list[Exchange] = []
    ours = exchange(heard)
    ours.begin(connection, "us", 1000)
    connection.close()
    await asyncio.sleep(0)
    assert heard == [ours]
    assert isinstance(ours.error, KafkaConnectionError)


async def test_a_broken_pipe_is_known_at_once(connection: Any) -> None:
    """Where nothing can be written, no answer is waited for, and the connection is closed."""
    connection._writer.broken = True
    with pytest.raises(KafkaConnectionError):
        exchange([]).begin(connection, "us", 1000)
    assert not connection.connected()


async def test_half_an_answer_is_a_fault_of_the_connection(connection: Any) -> None:
    """The client's reader dies of what cannot be read, as of any such answer."""
    ours = exchange([])
    ours.begin(connection, "us", 1000)
    with pytest.raises(Exception, match=r"unpack|early"):
        ours.decode(BytesIO(answer(1)[4:-20]))
    ours.set_exception(KafkaConnectionError())


@pytest.mark.parametrize("versions", [{}, {0: (0, 6)}, {0: (8, 13)}])
async def test_other_brokers_are_left_to_the_client(
    connection: Any, versions: dict[int, tuple[int, int]]
) -> None:
    """Where a broker does not take the version written here, aiokafka chooses another."""
    connection._versions = versions
    assert not open_to_us(connection)
    assert not open_to_us(None)


async def test_what_moved_is_sent_again(broker: Kafka, unique_prefix: str) -> None:
    """One partition's "not leader" has its batch sent again, while others come and go."""
    async with opened(broker, unique_prefix) as rig:
        await acked(rig.sink.publish([record(rig.topic)]))
        producer = rig.sink._supervisor._producer
        assert producer is not None
        connections = [*producer._client._conns.values()]
        connection = next(each for each in connections if open_to_us(each))
        handle = connection._handle_frame

        def once(frame: bytes) -> None:
            number, request, _ = connection._requests[0]
            if isinstance(request, Exchange):
                del vars(connection)["_handle_frame"]
                said: Any = ProduceResponse_v7.decode(frame[4:])
                topic, results = said.topics[0]
                moved = [(partition, 6, *rest) for partition, _, *rest in results]
                frame = (
                    number.to_bytes(4, "big")
                    + ProduceResponse_v7([(topic, moved), *said.topics[1:]], 0).encode()
                )
            handle(frame)

        vars(connection)["_handle_frame"] = once
        values = [b"%d" % number for number in range(200)]
        promised = []
        for number, value in enumerate(values):
            promised.append(rig.sink.publish([record(rig.topic, b"team_%d" % (number % 9), value)]))
            await asyncio.sleep(0.002)
        for each in promised:
            await acked(each)
        stored = [each.value for each in await rig.read(rig.topic)]
        assert sorted(stored) == sorted([b"{}", *values])
