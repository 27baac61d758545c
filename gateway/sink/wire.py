"""Wire: Produce requests and their answers as bytes, in one go.

aiokafka writes and reads them field by field, by schema; with a batch of one or two records for
each of forty partitions that costs more than the records. The general code stays for every other
version. May live here: the layout of Produce v7, the newest that aiokafka sends (Kafka's protocol
guide). May not: what an answer means. tests/sink/test_wire_hypothesis.py holds both codes equal.
"""

from io import BytesIO
from itertools import groupby
from operator import attrgetter
from struct import Struct
from typing import Any

from aiokafka.producer.sender import SendProduceReqHandler
from aiokafka.protocol.produce import ProduceRequest, ProduceRequest_v7, ProduceResponse_v7

__all__ = ["Exchange"]

_HEAD = Struct(">hhiI")  # no transactional id, acks, timeout, topics
_COUNT = Struct(">I")
_PARTITION = Struct(">iI")  # partition, bytes of its batch
_RESULT = Struct(">ihqqq")  # partition, error, offset, time, log start

_topic_of = attrgetter("topic")


class _Answer(ProduceResponse_v7):
    """What a broker says of each partition of a request."""

    @classmethod
    def decode(cls, data: BytesIO) -> "_Answer":  # type: ignore[override]
        """Read an answer; its last field, how long we are throttled, is nothing to aiokafka."""
        return cls(topics=_read(data.getbuffer(), data.tell()), throttle_time_ms=0)


def _read(data: memoryview, at: int) -> list[tuple[str, list[Any]]]:
    topics = []
    (count,) = _COUNT.unpack_from(data, at)
    at += 4
    for _ in range(count):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        name = str(data[at + 2 : end], "utf-8")
        (number,) = _COUNT.unpack_from(data, end)
        begin = end + 4
        at = begin + number * _RESULT.size
        topics.append((name, list(_RESULT.iter_unpack(data[begin:at]))))
    return topics


class _Quick(ProduceRequest_v7):
    """Produce v7 with its bytes made already."""

    RESPONSE_TYPE = _Answer

    def __init__(self, written: bytes) -> None:
        self._written = written

    def encode(self) -> bytes:
        """Return the bytes."""
        return self._written

    def __repr__(self) -> str:
        return f"Produce v7 of {len(self._written)} bytes"


class _Request(ProduceRequest):
    """A request; the version is chosen by the connection."""

    def build(self, request_struct_class: type[Any]) -> Any:
        """Return the request in a version."""
        if request_struct_class is ProduceRequest_v7 and self._transactional_id is None:
            return _Quick(_write(self._required_acks, self._timeout, self._topics))
        return super().build(request_struct_class)


def _write(acks: int, timeout: int, topics: list[tuple[str, list[tuple[int, Any]]]]) -> bytes:
    pieces: list[Any] = [_HEAD.pack(-1, acks, timeout, len(topics))]
    for topic, partitions in topics:
        name = topic.encode()
        pieces += (len(name).to_bytes(2, "big"), name, _COUNT.pack(len(partitions)))
        for partition, batch in partitions:
            pieces += (_PARTITION.pack(partition, len(batch)), batch)
    return b"".join(pieces)


class Exchange(SendProduceReqHandler):
    """One Produce request and what follows from its answer: aiokafka's, but for the bytes."""

    def create_request(self) -> ProduceRequest:
        """Return the request."""
        topics = [
            (topic, [(each.partition, self._batches[each].get_data_buffer()) for each in own])
            for topic, own in groupby(sorted(self._batches), _topic_of)
        ]
        return _Request(
            transactional_id=None,
            required_acks=self._sender._acks,  # noqa: SLF001 - as its base does
            timeout=self._sender._request_timeout_ms,  # noqa: SLF001 - as its base does
            topics=topics,
        )
