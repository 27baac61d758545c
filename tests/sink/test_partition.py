"""A key lands where the Java client would put it."""

import pytest
from aiokafka.partitioner import murmur2 as aiokafka_murmur2

from gateway.sink.partition import murmur2, partition_of

# org.apache.kafka.common.utils.UtilsTest.testMurmur2, signed as Java has them
JAVA = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "expected"), JAVA.items())
def test_hashes_as_java(key: bytes, expected: int) -> None:
    """Kafka's own test vectors hold."""
    assert murmur2(key) == expected & 0xFFFFFFFF


def test_hashes_every_length_as_aiokafka() -> None:
    """Each tail length, and long keys, hash as aiokafka's transcription of the Java code."""
    for length in [*range(40), 1000, 4095]:
        key = bytes((length * 31 + index * 197) % 256 for index in range(length))
        assert murmur2(key) == aiokafka_murmur2(key)


@pytest.mark.parametrize(
    "key", [b"21", b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", b"k" * 5_000]
)
def test_partition_is_java_s(key: bytes) -> None:
    """`toPositive(murmur2(key)) % partitions`, for short keys and for those too long to cache."""
    for partitions in (1, 6, 42):
        assert partition_of(key, partitions) == (aiokafka_murmur2(key) & 0x7FFFFFFF) % partitions
