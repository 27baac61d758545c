"""Records know what they weigh."""

from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.record import Record

HEADERS = st.lists(st.tuples(st.text("abc-", max_size=40), st.binary(max_size=200)), max_size=15)


@given(st.none() | st.binary(max_size=300), st.binary(max_size=20_000), HEADERS)
def test_size_is_an_upper_bound(
    key: bytes | None, value: bytes, headers: list[tuple[str, bytes]]
) -> None:
    """A batch of the one record, as the client writes it, is never larger than `size`."""
    record = Record("t", key, value, tuple(headers), 1_777_315_331_000)
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=False,
        producer_id=1,
        producer_epoch=0,
        base_sequence=0,
        batch_size=1 << 20,
    )
    builder.append(0, record.timestamp_ms, record.key, record.value, list(record.headers))
    assert len(builder.build()) <= record.size
