"""Encoding: records and their batches as the bytes of Kafka's record format v2 (KIP-98).

aiokafka's builder passes over each record twice and encodes every header's name anew. May live
here: the layout of a record and of a batch. May not: which records travel together (`batch`).
tests/sink/test_encoding_hypothesis.py holds our bytes equal to aiokafka's.
"""

from collections.abc import Callable, Mapping
from struct import Struct
from typing import Final

from aiokafka import codec
from aiokafka.record.util import calc_crc32c
from typing_extensions import Buffer

from gateway.pipeline.record import Record

__all__ = ["HEADER_BYTES", "Encoded", "codec_of", "encode", "frame", "seal", "varint"]

Encoded = tuple[list[bytes], int]
"""A record in pieces, and how many bytes they are together."""

HEADER_BYTES: Final = 61
"""What a batch has before its first record."""

_FRAME: Final = Struct(">qiibI")  # offset, bytes that follow, leader's epoch, format, checksum
_AFTER_LENGTH: Final = 9  # bytes of the frame that count into the length it says
_SEALED: Final = Struct(">hiqqqhii")  # codec, last place, times, who sends it, its place, records
_FORMAT: Final = 2
_LOW: Final = 0x7F  # what a byte of a number holds of it; its highest bit says that more follow
_KNOWN: Final = 2048  # numbers whose bytes are kept
_MOST_NAMES: Final = 64  # of headers whose beginnings are kept; there are a dozen
_USUAL_BYTES: Final = 256  # of a header's value

_COMPRESSORS: Final[Mapping[int, Callable[[Buffer], bytes]]] = {
    1: codec.gzip_encode,
    2: codec.snappy_encode,
    3: codec.lz4_encode,
    4: codec.zstd_encode,
}
_NUMBERS: Final[Mapping[str, int]] = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
_FIRST: Final = b"\0\0\0"  # attributes, milliseconds and places since the batch's first record
_NOTHING: Final = b"\1"  # in place of a key: -1 as its length


def codec_of(compression: str | None) -> int:
    """Return the record format's number of a compression (attributes, bits 0-2); 0: none."""
    return _NUMBERS[compression] if compression else 0


def _varint(number: int) -> bytes:
    rest = number << 1 if number >= 0 else ~(number << 1)
    groups: list[int] = []
    while rest > _LOW:
        groups.append(rest & _LOW | 0x80)
        rest >>= 7
    groups.append(rest)
    return bytes(groups)


_VARINTS: Final = [_varint(number) for number in range(_KNOWN)]
_beginnings: Final[dict[str, list[bytes]]] = {}


def varint(number: int) -> bytes:
    """Return a signed number in as many bytes as it needs (zigzag, base 128)."""
    return _VARINTS[number] if 0 <= number < _KNOWN else _varint(number)


def _beginnings_of(name: str) -> list[bytes]:
    """Return what stands before a header's value, for each usual length of the value."""
    encoded = name.encode()
    named = varint(len(encoded)) + encoded
    beginnings = [named + varint(size) for size in range(_USUAL_BYTES)]
    if len(_beginnings) < _MOST_NAMES:
        _beginnings[name] = beginnings
    return beginnings


def encode(record: Record, place: int, elapsed: int) -> Encoded:
    """Return a record as it stands in a batch.

    Args:
        record: what is encoded.
        place: how many records of the batch are before it.
        elapsed: milliseconds from the batch's first record to this one.
    """
    key, value, headers = record.key, record.value, record.headers
    front = _FIRST if place == 0 else b"\0" + varint(elapsed) + varint(place)
    pieces = [b"", front]
    size = len(front)
    if key is None:
        pieces.append(_NOTHING)
        size += 1
    else:
        size += _add(pieces, key)
    size += _add(pieces, value)
    number = varint(len(headers))
    pieces.append(number)
    size += len(number)
    for name, content in headers:
        beginnings = _beginnings.get(name)
        if beginnings is None:
            beginnings = _beginnings_of(name)
        length = len(content)
        if length < _USUAL_BYTES:
            beginning = beginnings[length]
        else:
            beginning = beginnings[0][:-1] + varint(length)
        pieces.append(beginning)
        pieces.append(content)
        size += len(beginning) + length
    whole = varint(size)
    pieces[0] = whole
    return pieces, size + len(whole)


def _add(pieces: list[bytes], content: bytes) -> int:
    length = varint(len(content))
    pieces.append(length)
    pieces.append(content)
    return len(length) + len(content)


def seal(
    pieces: list[bytes],
    compression: int,
    count: int,
    times: tuple[int, int],
    sender: tuple[int, int, int],
) -> bytes:
    """Return a batch from behind its checksum on.

    Args:
        pieces: of its records.
        compression: the record format's number of it; 0: none.
        count: records.
        times: of the first record, and the latest, milliseconds since the epoch.
        sender: the producer's id and epoch, and the first record's place in its sequence.
    """
    if compression:
        plain = b"".join(pieces)
        packed = bytes(_COMPRESSORS[compression](plain))
        if len(packed) < len(plain):
            pieces = [packed]
        else:
            compression, pieces = 0, [plain]
    first, latest = times
    producer, epoch, sequence = sender
    head = _SEALED.pack(compression, count - 1, first, latest, producer, epoch, sequence, count)
    return b"".join([head, *pieces])


def frame(sealed: bytes) -> bytes:
    """Return what stands before a sealed batch: its length, and the checksum."""
    return _FRAME.pack(0, len(sealed) + _AFTER_LENGTH, -1, _FORMAT, calc_crc32c(sealed))
