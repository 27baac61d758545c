"""Wire: our bytes of Produce v7 are those of the client's own code, both ways."""

from io import BytesIO
from typing import Any

from aiokafka.protocol.produce import ProduceRequest_v7, ProduceResponse_v7
from hypothesis import given
from hypothesis import strategies as st

from gateway.sink import wire

_numbers = st.integers(0, 2**31 - 1)
_longs = st.integers(-1, 2**63 - 1)
_topics = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
_batches = st.lists(st.tuples(_numbers, st.binary(max_size=200)), max_size=4)
_results = st.tuples(_numbers, st.integers(-1, 99), _longs, _longs, _longs)


@given(
    acks=st.integers(-1, 1),
    timeout=_numbers,
    topics=st.lists(st.tuples(_topics, _batches), max_size=4),
)
def test_a_request_is_written_as_the_client_writes_it(
    acks: int, timeout: int, topics: list[tuple[str, list[tuple[int, bytes]]]]
) -> None:
    """Whatever topics, partitions and batches: the same bytes as by schema."""
    assert (
        wire._write(acks, timeout, topics)
        == ProduceRequest_v7(None, acks, timeout, topics).encode()
    )


@given(
    topics=st.lists(st.tuples(_topics, st.lists(_results, max_size=4)), max_size=4),
    throttled=_numbers,
    before=st.binary(max_size=8),
)
def test_an_answer_is_read_as_the_client_reads_it(
    topics: list[tuple[str, list[Any]]], throttled: int, before: bytes
) -> None:
    """Whatever became of each batch: the same results as by schema."""
    written = ProduceResponse_v7(topics, throttled).encode()
    data = BytesIO(before + written)
    data.seek(len(before))  # the header of a response is read first
    general: Any = ProduceResponse_v7.decode(written)
    quick: Any = wire._Answer.decode(data)
    assert quick.topics == general.topics
    assert quick.API_VERSION == general.API_VERSION


def test_brokers_of_today_are_sent_our_bytes() -> None:
    """Of what a broker takes (Kafka 4: versions 3 to 13), the client picks the one written here."""
    request = wire._Request(None, -1, 1000, [])
    assert isinstance(request.prepare({request.API_KEY: (3, 13)}), wire._Quick)
    assert not isinstance(request.prepare({request.API_KEY: (3, 6)}), wire._Quick)
