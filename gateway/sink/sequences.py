"""Sequences: the numbers by which a broker tells a batch that is new from one that it has.

May live here: the count of records for each partition, of one producer. May not: who sends them.
"""

from collections.abc import Iterable
from typing import Any, Final

from aiokafka.structs import TopicPartition

from gateway.sink.sent import Sent

__all__ = ["Sequences"]

_HIGHEST: Final = 2**31 - 1  # then it begins again at 0, as the Java client has it


class Sequences:
    """The next number of each partition.

    Our own count: aiokafka's goes on below zero, and what is numbered so no broker takes.
    """

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next: dict[TopicPartition, int] = {}

    def seal(self, producer: Any, batches: Iterable[Sent]) -> None:
        """Number batches and seal them, before their first send.

        Args:
            producer: aiokafka's transaction manager; it has our id and epoch.
            batches: each of a partition of its own.
        """
        producer_id: int = producer.producer_id
        epoch: int = producer.producer_epoch
        for sent in batches:
            sequence = self._next.get(sent.tp, 0)
            sent.seal(producer_id, epoch, sequence)
            self._next[sent.tp] = sequence + sent.record_count & _HIGHEST
