"""Partition: which partition of a topic a key lands on, as the Java client has it.

May live here: Java's murmur2 and the choice built on it. May not: queues, or what a topic is.
"""

from functools import lru_cache
from struct import unpack_from

__all__ = ["murmur2", "partition_of"]

_M = 0x5BD1E995
_SEED = 0x9747B28C
_MASK = 0xFFFFFFFF
_LONGEST_CACHED = 128  # bytes; with the entry count it bounds the cache's memory


def murmur2(data: bytes) -> int:
    """Return the unsigned 32-bit MurmurHash2 of `data`, with the Java client's seed.

    Source: `org.apache.kafka.common.utils.Utils.murmur2`.
    """
    length = len(data)
    words = length >> 2
    hashed = _SEED ^ length
    for word in unpack_from(f"<{words}I", data):
        mixed = word * _M & _MASK
        mixed ^= mixed >> 24
        hashed = (hashed * _M ^ mixed * _M) & _MASK
    if length & 3:
        hashed = (hashed ^ int.from_bytes(data[words << 2 :], "little")) * _M & _MASK
    hashed = (hashed ^ hashed >> 13) * _M & _MASK
    return hashed ^ hashed >> 15


@lru_cache(maxsize=32_768)
def _cached(key: bytes) -> int:
    return murmur2(key) & 0x7FFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of `key` in a topic of `partitions` partitions.

    The same as the Java, and so every well-behaved, producer's: `toPositive(murmur2(key)) % n`
    (`org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey`).
    """
    positive = _cached(key) if len(key) <= _LONGEST_CACHED else murmur2(key) & 0x7FFFFFFF
    return positive % partitions
