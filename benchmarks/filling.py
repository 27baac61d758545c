"""Filling: a journal as a replica leaves it that has accepted so many events and said goodbye."""
# mypy: allow-untyped-calls
# aiokafka carries no types.

import asyncio
import os
import time
from collections.abc import Mapping

from aiokafka import AIOKafkaProducer

from gateway import parts
from gateway.config import load
from gateway.idempotency.entry import ROW, Entry, Kind, encode_entry

__all__ = ["PER_ENTRY", "ROOM", "fill"]

PER_ENTRY = 100
"""Marks of an entry: what 4 ms gather at 25,000 events/s, the worst case for their number."""

ROOM = {"CSTAR_GATEWAY__IDEMPOTENCY__MEMORY_LIMIT": str(1 << 30)}
"""What a gateway is told so that it keeps every mark."""

_AT_ONCE = 200  # entries handed to the producer together


async def fill(variables: Mapping[str, str], entries: int) -> None:
    """Write a whole journal.

    Args:
        variables: the configuration of a gateway that has made its topics.
        entries: of `PER_ENTRY` marks each.
    """
    config = load(None, variables)
    topic, writer = parts.journal_topics(config).journal, os.urandom(8)
    servers = list(config.kafka.bootstrap_servers)
    async with AIOKafkaProducer(bootstrap_servers=servers, max_batch_size=1 << 20) as producer:
        for first in range(0, entries, _AT_ONCE):
            sending = [
                await producer.send(
                    topic,
                    encode_entry(
                        Entry(Kind.MARKS, writer, time.time(), os.urandom(PER_ENTRY * ROW))
                    ),
                    writer,
                )
                for _ in range(min(_AT_ONCE, entries - first))
            ]
            await asyncio.gather(*sending)
        for kind in (Kind.WHOLE, Kind.BYE):
            entry = encode_entry(Entry(kind, writer, time.time()))
            await producer.send_and_wait(topic, entry, writer)
