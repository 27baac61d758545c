"""Wire: our bytes of Produce v7 are those of the client's own code, both ways."""

import asyncio
from typing import Any

import pytest
from aiokafka.protocol.produce import ProduceRequest, ProduceRequest_v7, ProduceResponse_v7
from aiokafka.structs import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.record import Record
from gateway.sink import wire
from gateway.sink.batch import Batch
from gateway.sink.queues import Queue
from gateway.sink.sent import Sent

_numbers = st.integers(0, 2**31 - 1)
_longs = st.integers(-1, 2**63 - 1)
_topics = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
_partitions = st.tuples(_topics, st.integers(0, 4))
_results = st.tuples(_numbers, st.integers(-1, 99), _longs, _longs, _longs)


def sent(topic: str, partition: int, value: bytes) -> Sent:
    """Return a sealed batch of one record."""
    loop = asyncio.new_event_loop()
    queue = Queue(TopicPartition(topic, partition), loop, codec=0, size_limit=1, timeout=1.0)
    batch = Batch(1, 0, loop, 0.0, 1.0)
    assert batch.append(Record(topic, None, value, (), 0))
    made = Sent(queue, batch, loop, lambda _: None)
    made.seal(1, 2, 3)
    loop.close()
    return made


@given(
    number=_numbers,
    client=st.text(max_size=20),
    timeout=_numbers,
    places=st.lists(_partitions, max_size=5, unique=True),
    value=st.binary(max_size=200),
)
def test_a_request_is_written_as_the_client_writes_it(
    number: int, client: str, timeout: int, places: list[tuple[str, int]], value: bytes
) -> None:
    """Whatever topics, partitions and batches: the same bytes as by schema."""
    batches = [sent(*place, value) for place in places]
    topics: dict[str, list[tuple[int, bytes]]] = {}
    for each in batches:
        topics.setdefault(each.tp.topic, []).append((each.tp.partition, each.get_data_buffer()))
    general: Any = ProduceRequest_v7(None, -1, timeout, [*topics.items()])
    whole = general.build_request_header(number, client).encode() + general.encode()
    assert wire.write(number, client, timeout, batches) == len(whole).to_bytes(4, "big") + whole


@given(
    topics=st.lists(st.tuples(_topics, st.lists(_results, max_size=4)), max_size=4),
    throttled=_numbers,
)
def test_an_answer_is_read_as_the_client_reads_it(
    topics: list[tuple[str, list[Any]]], throttled: int
) -> None:
    """Whatever became of each batch: the same results as by schema."""
    written = ProduceResponse_v7(topics, throttled).encode()
    general: Any = ProduceResponse_v7.decode(written)
    assert wire.read(written) == [
        (topic, *result[:3]) for topic, results in general.topics for result in results
    ]


@given(cut=st.integers(1, 50))
def test_half_an_answer_is_none(cut: int) -> None:
    """An answer that ends early is not taken for one that says less."""
    written = ProduceResponse_v7([("topic", [(1, 0, 5, -1, 0)])], 0).encode()[:-4]
    with pytest.raises(Exception, match=r"unpack|early"):
        wire.read(written[: -min(cut, len(written))])


def test_brokers_of_today_are_sent_our_bytes() -> None:
    """Of what a broker takes (Kafka 4: versions 3 to 13), the client picks the one written here."""
    request: Any = ProduceRequest(None, -1, 1000, []).prepare({wire.API_KEY: (3, 13)})
    assert request.API_VERSION == wire.VERSION
