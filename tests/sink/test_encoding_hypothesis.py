"""Encoding: our bytes of a batch are those of the client's own builder."""

import pytest
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchBuilderPy
from aiokafka.record.util import encode_varint
from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.record import Record
from gateway.sink import encoding
from gateway.sink.encoding import codec_of, encode, frame, seal, varint
from gateway.sink.settings import Compression

_times = st.integers(0, 2**53)
_names = st.one_of(st.sampled_from(["ce_id", "ce_type", "\u00fc"]), st.text(max_size=20))
_bytes = st.one_of(
    st.binary(max_size=80),
    st.integers(0, 5_000).map(bytes),  # its length has one byte, or two
)
_headers = st.lists(st.tuples(_names.filter(lambda name: name.isprintable()), _bytes), max_size=4)
_records = st.builds(
    Record,
    topic=st.just("t"),
    key=st.none() | _bytes,
    value=_bytes,
    headers=_headers.map(tuple),
    timestamp_ms=_times,
)


@given(number=st.one_of(st.integers(-70_000, 70_000), st.integers(-(2**62), 2**62)))
def test_a_number_is_written_as_the_client_writes_it(number: int) -> None:
    """Whatever its sign and size: the same bytes."""
    written = bytearray()
    encode_varint(number, written.append)
    assert varint(number) == written


@given(
    records=st.lists(_records, min_size=1, max_size=4),
    compression=st.sampled_from([None, "snappy", "lz4", "zstd"]),
    sender=st.tuples(
        st.integers(0, 2**63 - 1), st.integers(0, 2**15 - 1), st.integers(0, 2**31 - 1)
    ),
)
def test_a_batch_is_written_as_the_client_writes_it(
    records: list[Record], compression: Compression | None, sender: tuple[int, int, int]
) -> None:
    """Whatever keys, values, headers and times, compressed or not: the same bytes and sizes."""
    codec, first = codec_of(compression), records[0].timestamp_ms
    builder = _DefaultRecordBatchBuilderPy(2, codec, 0, *sender, 2**30)
    pieces: list[bytes] = []
    for place, each in enumerate(records):
        written = builder.append(place, each.timestamp_ms, each.key, each.value, [*each.headers])
        more, size = encode(each, place, each.timestamp_ms - first)
        assert written is not None
        assert size == written.size == len(b"".join(more))
        pieces += more
    times = (first, max(each.timestamp_ms for each in records))
    sealed = seal(pieces, codec, len(records), times, sender)
    assert frame(sealed) + sealed == builder.build()


def test_a_batch_of_gzip_is_read_as_it_was() -> None:
    """Gzip writes the time of day into its bytes, so it is read back: what came is there."""
    record = Record("t", b"k", b"v" * 500, (("name", b"value"),), 1_000)
    pieces, _ = encode(record, 0, 0)
    sealed = seal(pieces, codec_of("gzip"), 1, (1_000, 1_000), (1, 2, 3))
    assert len(sealed) < 200
    (read,) = DefaultRecordBatch(frame(sealed) + sealed)
    assert (read.key, read.value, read.headers) == (record.key, record.value, [*record.headers])


def test_names_of_headers_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many names there are, what is kept of them is bounded."""
    monkeypatch.setattr(encoding, "_beginnings", {})
    for number in range(200):
        encode(Record("t", None, b"", ((f"name-{number}", b""),), 0), 0, 0)
    assert len(encoding._beginnings) <= 64
