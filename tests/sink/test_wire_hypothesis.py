"""Wire: our bytes of Produce v8 are those of the client's own code, both ways."""

from io import BytesIO
from typing import Any

from aiokafka.protocol.produce import ProduceRequest_v8, ProduceResponse_v8
from hypothesis import given
from hypothesis import strategies as st

from gateway.sink import wire

_numbers = st.integers(0, 2**31 - 1)
_longs = st.integers(-1, 2**63 - 1)
_topics = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
_batches = st.lists(st.tuples(_numbers, st.binary(max_size=200)), max_size=4)
_errors = st.lists(st.tuples(_numbers, st.none() | st.text(max_size=9)), max_size=2)
_plain = st.tuples(_numbers, st.just(0), _longs, _longs, _longs, st.just([]), st.none())
_any = st.tuples(
    _numbers, st.integers(-1, 99), _longs, _longs, _longs, _errors, st.none() | st.text(max_size=9)
)


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
        == ProduceRequest_v8(None, acks, timeout, topics).encode()
    )


@given(
    topics=st.lists(st.tuples(_topics, st.lists(_plain | _any, max_size=4)), max_size=4),
    throttled=_numbers,
    before=st.binary(max_size=8),
)
def test_an_answer_is_read_as_the_client_reads_it(
    topics: list[tuple[str, list[Any]]], throttled: int, before: bytes
) -> None:
    """Plain or not, with errors, record errors and messages: the same results as by schema."""
    written = ProduceResponse_v8(topics, throttled).encode()
    data = BytesIO(before + written)
    data.seek(len(before))  # the header of a response is read first
    general: Any = ProduceResponse_v8.decode(written)
    quick: Any = wire._Answer.decode(data)
    assert quick.topics == general.topics


@given(topics=st.lists(st.tuples(_topics, st.lists(_plain, min_size=1, max_size=4)), max_size=4))
def test_a_plain_answer_takes_the_short_way(topics: list[tuple[str, list[Any]]]) -> None:
    """Where every partition was appended to, the general code is not asked."""
    assert wire._read(memoryview(ProduceResponse_v8(topics, 0).encode()), 0) == topics
