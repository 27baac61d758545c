"""Instructions: what an event costs in instructions of user space, as valgrind's callgrind counts.

A count does not know how busy the machine is, nor what the kernel does: that is in the CPU times.
Requests come in waves, one on every connection: else batches and journal entries would not be
shared by as many events as at speed. Kafka's clock is not slowed as the server's is, so a fetch
that finds nothing is answered twice a second of ours: the gateway's count is a few per cent too
high, the more the slower the machine.
"""

import asyncio
import socket
from contextlib import ExitStack
from itertools import pairwise
from typing import Self

import msgspec

from benchmarks.callgrind import begin, callgrind, executed
from benchmarks.contenders import Contender
from benchmarks.deliveries import Mix, deliveries
from benchmarks.failure import BenchFailed
from benchmarks.paced import whole
from benchmarks.result import Head, Spread, spread
from benchmarks.serving import place
from benchmarks.topics import count_records
from gateway.embedded import Kafka
from gateway.pipeline.routes import Topics

__all__ = ["Count", "Instructions", "Waves", "count"]

_PATIENCE = 120.0  # seconds for one answer


class Waves(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a server.

    Attributes:
        warm_up: so many waves are not counted.
        each: waves of one count.
        counts: one after the other.
        connections: open at once, and events of a wave.
        mix: what is sent.
    """

    warm_up: int = 20
    each: int = 8
    counts: int = 3
    connections: int = 64
    mix: Mix = Mix()


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """What one server executed.

    Attributes:
        server: its name.
        events: of each count, all answered with a 2xx.
        instructions: of each count.
    """

    server: str
    events: int
    instructions: list[int]

    @property
    def per_event(self) -> Spread:
        """Instructions of an event."""
        return spread([each / self.events for each in self.instructions])


class Instructions(msgspec.Struct, frozen=True, kw_only=True):
    """What every server executed."""

    head: Head
    waves: Waves
    counts: list[Count]


def count(kafka: Kafka, contender: Contender, waves: Waves) -> Count:
    """Count a server's instructions.

    Raises:
        BenchFailed: nothing was counted, or the server did not do the whole work.
    """
    with place(kafka, contender) as of:
        with contender.start(*of):
            pass  # it makes its topics, waiting by a clock that is not slowed
        with (
            callgrind() as under,
            contender.start(*of, under=under) as server,
            _Load(server.port, waves) as load,
        ):
            load.send(waves.warm_up)
            begin(server.pid)
            load.send(1)  # callgrind translates the whole program anew
            totals = [executed(server.pid)]
            for _ in range(waves.counts):
                load.send(waves.each)
                totals.append(executed(server.pid))
        if contender.writes:
            records = asyncio.run(count_records(of.servers, Topics(of.prefix).categories))
            if records != load.answered:
                raise BenchFailed(f"Kafka has {records} records for {load.answered} answers.")
    return Count(
        server=contender.name,
        events=waves.each * waves.connections,
        instructions=[after - before for before, after in pairwise(totals)],
    )


class _Load:
    """Sends waves: a request on every connection, then no other until all are answered."""

    def __init__(self, port: int, waves: Waves) -> None:
        self.answered = 0
        self._requests = deliveries(waves.mix)
        self._open = ExitStack()
        self._connections = [
            self._open.enter_context(socket.create_connection(("127.0.0.1", port), _PATIENCE))
            for _ in range(waves.connections)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def send(self, waves: int) -> None:
        """Send so many waves.

        Raises:
            BenchFailed: an answer is no 2xx, or there is none in time.
        """
        for _ in range(waves):
            for connection in self._connections:
                connection.sendall(next(self._requests).request())
            for connection in self._connections:
                self._read(connection)

    def _read(self, connection: socket.socket) -> None:
        answer = b""
        try:
            while not whole(answer) and (more := connection.recv(1 << 16)):
                answer += more
        except TimeoutError:
            raise BenchFailed(f"No answer within {_PATIENCE:g} s.") from None
        if not whole(answer) or not answer.startswith(b"HTTP/1.1 2"):
            raise BenchFailed(f"Answered {answer[:12].decode()!r}, no 2xx.")
        self.answered += 1
