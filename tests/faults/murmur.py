"""Murmur: the Java client's partitioner, written from its source and not from the gateway's."""

from functools import cache

__all__ = ["partition_of"]

_M = 0x5BD1E995


@cache  # the keys are the teams of Events: a few dozen
def partition_of(key: bytes, partitions: int) -> int:
    """Return where `org.apache.kafka.clients.producer.internals.BuiltInPartitioner` puts a key."""
    return (_murmur2(key) & 0x7FFFFFFF) % partitions


def _murmur2(data: bytes) -> int:
    hashed = 0x9747B28C ^ len(data)
    whole = len(data) - len(data) % 4
    for at in range(0, whole, 4):
        word = int.from_bytes(data[at : at + 4], "little") * _M & 0xFFFFFFFF
        word = (word ^ word >> 24) * _M & 0xFFFFFFFF
        hashed = (hashed * _M & 0xFFFFFFFF) ^ word
    for place, byte in reversed([*enumerate(data[whole:])]):
        hashed ^= byte << 8 * place
    if len(data) % 4:
        hashed = hashed * _M & 0xFFFFFFFF
    hashed = (hashed ^ hashed >> 13) * _M & 0xFFFFFFFF
    return hashed ^ hashed >> 15
