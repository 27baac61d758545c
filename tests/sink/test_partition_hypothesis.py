"""Laws of the partition, for any key."""

from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from hypothesis import given
from hypothesis import strategies as st

from gateway.sink.partition import murmur2, partition_of

KEYS = st.binary(max_size=300)


@given(KEYS)
def test_hash_is_murmur2(key: bytes) -> None:
    """The quick hash is the plain one."""
    assert murmur2(key) == aiokafka_murmur2(key)


@given(KEYS, st.integers(1, 1000))
def test_partition_is_one_of_them_and_always_the_same(key: bytes, partitions: int) -> None:
    """A key has one partition, of those there are."""
    partition = partition_of(key, partitions)
    assert 0 <= partition < partitions
    assert partition_of(bytes(key), partitions) == partition
