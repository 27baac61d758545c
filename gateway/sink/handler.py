"""Handler: aiokafka's own way with a Produce request, for all but the usual.

It connects, tells errors that pass from those that stay, asks for metadata, and has its sender send
again. May live here: what leans on private parts of `aiokafka.producer` for that. May not: the
request that goes well (`exchange`).
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.producer.sender import SendProduceReqHandler
from aiokafka.protocol.produce import ProduceResponse_v7
from aiokafka.structs import TopicPartition

from gateway.sink.client import log_in_afresh, pace_metadata
from gateway.sink.exchange import Exchange
from gateway.sink.sent import Sent
from gateway.sink.settings import KafkaSettings

__all__ = ["handle", "idempotent", "mute", "wake"]

_METADATA_PACE = 0.1  # seconds
_METADATA_AGE = 24 * 3_600_000  # ms; the watch refreshes by the second, aiokafka need not


class _Heard:
    """Stands where a client sends a request that was sent already: says how that went.

    Args:
        client: aiokafka's, for all else.
        exchange: the request.
    """

    def __init__(self, client: Any, exchange: Exchange) -> None:
        self._exchange = exchange
        self.force_metadata_update = client.force_metadata_update
        self._maybe_wait_metadata = client._maybe_wait_metadata  # noqa: SLF001 - asked for

    async def send(self, _node: int, _request: Any) -> ProduceResponse_v7:
        """Return the answer, or raise what came instead."""
        if self._exchange.error is not None:
            raise self._exchange.error
        return ProduceResponse_v7.decode(BytesIO(self._exchange.answer))


def idempotent(settings: KafkaSettings) -> AIOKafkaProducer:
    """Return a producer of aiokafka's that takes finished batches, not connected yet."""
    kafka = AIOKafkaProducer(
        **settings.client_options(),
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        metadata_max_age_ms=_METADATA_AGE,
    )
    kafka._message_accumulator._batch_ttl = float("inf")  # noqa: SLF001 - deadlines are ours
    pace_metadata(kafka.client, _METADATA_PACE)
    log_in_afresh(kafka.client, settings)
    return kafka


def mute(sender: Any, batches: Iterable[TopicPartition]) -> None:
    """Have a sender of aiokafka's send nothing to partitions until their batches are handled."""
    sender._muted_partitions.update(batches)  # noqa: SLF001 - no public way


def wake(sender: Any) -> None:
    """Have a sender of aiokafka's send again what was left with it for that."""
    accumulator = sender._message_accumulator  # noqa: SLF001 - no public way
    waiter = accumulator._waiter_future  # noqa: SLF001 - it wakes the sender
    if accumulator._batches and not waiter.done():  # noqa: SLF001 - what is to be resent
        waiter.set_result(None)


async def handle(
    sender: Any, node: int, batches: Mapping[TopicPartition, Sent], heard: Exchange | None
) -> None:
    """Bring batches to their end, or have the sender send them again.

    Args:
        sender: aiokafka's.
        node: the broker's id.
        batches: what it is to take.
        heard: how the request went that was sent; None: it is still to be sent.

    Raises:
        Exception: whatever connecting raises; SASL code is not held to `KafkaError`.
    """
    handler = SendProduceReqHandler(sender, batches)
    if heard is not None:
        handler._client = _Heard(sender.client, heard)  # noqa: SLF001 - what it sends by
    await handler.do(node)
    sender._muted_partitions.difference_update(batches)  # noqa: SLF001 - as its own routine does
