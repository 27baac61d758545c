"""Probe: what the broker takes for a record by itself, `acks=all`, from a plain aiokafka producer.

`pace` sends records while a server is under load; `alternate` sends one event to a server and one
record to the broker by turns, a second for both, so that the two are compared under one sky.
"""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice

import msgspec
import uvloop
from aiokafka import AIOKafkaProducer

from benchmarks.deliveries import Mix, Signed, deliveries
from benchmarks.failure import BenchFailed
from benchmarks.percentiles import Percentiles, percentiles
from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.payload import Content
from gateway.pipeline.routes import Payload

__all__ = ["Alternated", "Probe", "alternate", "pace"]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_ENOUGH = 3  # of the first, not counted: connections and metadata


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What a probe is told.

    Attributes:
        servers: of Kafka.
        topic: that is there.
        count: of records.
        every: seconds from one to the next.
        port: of the server with which it alternates; 0: none.
        mix: of events.
    """

    servers: str
    topic: str
    count: int
    every: float
    port: int = 0
    mix: Mix = Mix()


class Alternated(msgspec.Struct, frozen=True, kw_only=True):
    """What alternating found.

    Attributes:
        answer: of the server, from the first byte sent to the answer.
        ack: of the broker, from `send` to the ack.
        beyond: of each pair, the answer less the ack.
    """

    answer: Percentiles
    ack: Percentiles
    beyond: Percentiles


def _value(signed: Signed) -> bytes:
    """Return the value that the gateway would write."""
    return Content(signed.body, read_envelope(signed.body), flat=True).value(Payload.EVENT)


@asynccontextmanager
async def _producer(probe: Probe) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(
        bootstrap_servers=probe.servers, acks="all", enable_idempotence=True
    ) as producer:
        yield producer


async def _ack(producer: AIOKafkaProducer, topic: str, signed: Signed) -> float:
    value = _value(signed)
    began = time.perf_counter()
    await producer.send_and_wait(topic, value, key=signed.event_id.encode())
    return time.perf_counter() - began


async def pace(probe: Probe) -> Percentiles:
    """Send records one by one, whatever else goes on."""
    found = []
    async with _producer(probe) as producer:
        for signed in islice(deliveries(probe.mix), probe.count + _ENOUGH):
            found.append(await _ack(producer, probe.topic, signed))
            await asyncio.sleep(probe.every)
    return percentiles(found[_ENOUGH:])


async def alternate(probe: Probe) -> Alternated:
    """Send an event to the server, a record to the broker, and so on.

    Raises:
        BenchFailed: an answer is no 2xx.
    """
    answers, acks = [], []
    reader, writer = await asyncio.open_connection("127.0.0.1", probe.port)
    async with _producer(probe) as producer:
        for signed in islice(deliveries(probe.mix), probe.count + _ENOUGH):
            request, began = signed.request(), time.perf_counter()
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            answers.append(time.perf_counter() - began)
            length = _LENGTH.search(answer)
            if length is None or not answer.startswith(b"HTTP/1.1 20"):
                raise BenchFailed(f"Answered {answer[:12].decode()}")
            await reader.readexactly(int(length[1]))
            await asyncio.sleep(probe.every / 2)
            acks.append(await _ack(producer, probe.topic, signed))
            await asyncio.sleep(probe.every / 2)
    writer.close()
    pairs = list(zip(answers, acks, strict=True))[_ENOUGH:]
    return Alternated(
        answer=percentiles([answer for answer, _ in pairs]),
        ack=percentiles([ack for _, ack in pairs]),
        beyond=percentiles([answer - ack for answer, ack in pairs]),
    )


def main() -> None:
    """Read a probe from the command line, write what was found, both JSON."""
    probe = msgspec.json.decode(sys.argv[1], type=Probe)
    try:
        found = uvloop.run(alternate(probe) if probe.port else pace(probe))
    except (BenchFailed, OSError) as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
