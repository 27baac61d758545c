"""Wire: Produce requests and their answers as bytes, in one go.

aiokafka writes and reads them field by field, by schema; with a batch of one or two records for
each of forty partitions that costs more than the records. May live here: the layout of Produce v7,
the newest that aiokafka sends (Kafka's protocol guide). May not: what an answer means.
tests/sink/test_wire_hypothesis.py holds our bytes equal to aiokafka's.
"""

from collections.abc import Iterable
from struct import Struct
from typing import Final

from gateway.sink.encoding import frame
from gateway.sink.sent import Sent

__all__ = ["API_KEY", "VERSION", "Result", "read", "write"]

API_KEY: Final = 0
VERSION: Final = 7

Result = tuple[str, int, int, int]
"""Topic, partition, error code, and the offset of the batch's first record."""

_HEAD: Final = Struct(">IhhI")  # bytes that follow, which request, its version, its number
_BODY: Final = Struct(">hhiI")  # no transactional id, acks, timeout, topics
_COUNT: Final = Struct(">I")
_PARTITION: Final = Struct(">iI")  # partition, bytes of its batch
_ALL: Final = -1  # acks: of every replica in sync
_RESULT: Final = Struct(">ihq16x")  # partition, error, offset; not the time, nor the log's start


def _text(content: str) -> bytes:
    encoded = content.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def write(number: int, client: str, timeout: int, batches: Iterable[Sent]) -> bytes:
    """Return a request, from the length before it on.

    Args:
        number: by which its answer is known.
        client: the name brokers log and meter us by.
        timeout: milliseconds the broker waits for its replicas.
        batches: sealed.
    """
    topics: dict[str, list[Sent]] = {}
    for sent in batches:
        topic = sent.queue.topic
        of_topic = topics.get(topic)
        if of_topic is None:
            topics[topic] = [sent]
        else:
            of_topic.append(sent)
    pieces = [b"", _text(client), _BODY.pack(-1, _ALL, timeout, len(topics))]
    for topic, of_topic in topics.items():
        pieces.append(_text(topic))
        pieces.append(_COUNT.pack(len(of_topic)))
        for sent in of_topic:
            sealed = sent.sealed
            framed = frame(sealed)
            pieces.append(_PARTITION.pack(sent.queue.number, len(framed) + len(sealed)))
            pieces.append(framed)
            pieces.append(sealed)
    size = 8
    for piece in pieces:
        size += len(piece)
    pieces[0] = _HEAD.pack(size, API_KEY, VERSION, number)
    return b"".join(pieces)


def read(answer: bytes) -> list[Result]:
    """Return what an answer, without its header, says of each partition.

    Raises:
        struct.error, ValueError: it ends early.
    """
    results: list[Result] = []
    topics: int = _COUNT.unpack_from(answer)[0]
    at = 4
    for _ in range(topics):
        end = at + 2 + int.from_bytes(answer[at : at + 2], "big")
        topic = str(answer[at + 2 : end], "utf-8")
        number: int = _COUNT.unpack_from(answer, end)[0]
        begin = end + 4
        at = begin + number * _RESULT.size
        if at > len(answer):
            raise ValueError("the answer ends early")
        for partition, error, offset in _RESULT.iter_unpack(answer[begin:at]):
            results.append((topic, partition, error, offset))
    return results
