"""Paced: an open loop. Requests are due at times that no answer can put off.

A closed loop sends less while the server is slow, and so hides the wait (coordinated omission).
Here the times are drawn before the first request (Poisson: events come when they come), and a
latency counts from the time a request was due until its answer is whole, whatever held it up: the
server, or that every connection was busy. May not live here: what it means.

`select`, for its timeout is exact to some 50 µs where that of an event loop is whole milliseconds.
"""

import gc
import random
import select
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from benchmarks.deliveries import Mix, deliveries
from benchmarks.failure import BenchFailed
from benchmarks.percentiles import Percentiles, percentiles

__all__ = ["NO_ANSWER", "Pace", "Paced", "drive", "due_times", "whole"]

NO_ANSWER = "no answer"
"""In place of a status: none came, or the request was never sent, for all connections were busy."""

_GRACE = 15.0  # seconds after the last request was due for the last answer
_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """What an open loop is told.

    Attributes:
        port: of the server on this machine.
        rate: events a second, in the middle.
        warm_up: seconds before what is counted.
        seconds: of what is counted.
        connections: at most open at once.
        mix: what is sent; its seed also draws the times.
    """

    port: int
    rate: float
    warm_up: float
    seconds: float
    connections: int = 64
    mix: Mix = Mix()


class Paced(msgspec.Struct, frozen=True, kw_only=True):
    """What an open loop found.

    Attributes:
        answer: from due to answered.
        late: from due to sent: what the sender, or a lack of free connections, added to `answer`.
        statuses: every answer, those of the warm-up included.
    """

    answer: Percentiles
    late: Percentiles
    statuses: dict[str, int]

    @property
    def unanswered(self) -> int:
        """How many had no answer by the end: more than none, and the server fell behind."""
        return self.statuses.get(NO_ANSWER, 0)


class _Line(NamedTuple):
    """A connection's request under way."""

    due: float
    begun: bytes


class _Loop:
    """Sends what is due, reads what comes."""

    def __init__(self, pace: Pace) -> None:
        self.statuses: Counter[str] = Counter()
        self.answers: list[tuple[float, float]] = []  # due, answered
        self.sent: list[tuple[float, float]] = []  # due, sent
        self._free: deque[socket.socket] = deque()
        self._busy: dict[socket.socket, _Line] = {}
        for _ in range(pace.connections):
            connection = socket.create_connection(("127.0.0.1", pace.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._free.append(connection)

    def run(self, requests: Sequence[bytes], times: Sequence[float]) -> None:
        """Send each request at its time; return when all are answered, or the grace is over."""
        waiting = deque(zip(times, requests, strict=True))
        try:
            self._run(waiting, times[-1] + _GRACE)
        finally:
            for each in (*self._free, *self._busy):
                each.close()
        self.statuses[NO_ANSWER] += len(waiting) + len(self._busy)

    def _run(self, waiting: deque[tuple[float, bytes]], last: float) -> None:
        while (waiting or self._busy) and time.perf_counter() < last:
            while waiting and self._free and waiting[0][0] <= time.perf_counter():
                self._send(*waiting.popleft())
            due = waiting[0][0] if waiting and self._free else last
            pause = max(0.0, due - time.perf_counter())
            for readable in select.select([*self._busy], [], [], pause)[0]:
                self._read(readable)

    def _send(self, due: float, request: bytes) -> None:
        connection = self._free.popleft()
        connection.sendall(request)
        self.sent.append((due, time.perf_counter()))
        self._busy[connection] = _Line(due, b"")

    def _read(self, connection: socket.socket) -> None:
        due, begun = self._busy[connection]
        data = connection.recv(65536)
        answer = begun + data
        if not data:
            raise BenchFailed("The server closed a connection that it still owed an answer.")
        if not whole(answer):
            self._busy[connection] = _Line(due, answer)
            return
        self.answers.append((due, time.perf_counter()))
        self.statuses[answer[9:12].decode()] += 1
        del self._busy[connection]
        self._free.append(connection)


def whole(answer: bytes) -> bool:
    """Tell whether an answer has come with all of its body."""
    head, end, body = answer.partition(_END)
    if not end:
        return False
    _, _, length = head.lower().partition(_LENGTH)
    return len(body) >= int(length.partition(b"\r")[0] or 0)


def due_times(pace: Pace) -> list[float]:
    """Return when requests are due, seconds from the beginning: a Poisson process."""
    draw, at, times = random.Random(pace.mix.seed), 0.0, []  # noqa: S311 - no secret
    while (at := at + draw.expovariate(pace.rate)) < pace.warm_up + pace.seconds:
        times.append(at)
    return times


def drive(pace: Pace) -> Paced:
    """Send at a pace.

    Raises:
        BenchFailed: a connection was lost, or nothing was due.
    """
    times = due_times(pace)
    requests = [each.request() for each in islice(deliveries(pace.mix), len(times))]
    loop = _Loop(pace)
    gc.collect()
    gc.disable()
    begin = time.perf_counter() + 0.05
    loop.run(requests, [begin + at for at in times])
    gc.enable()
    counted = begin + pace.warm_up
    try:
        return Paced(
            answer=percentiles([end - due for due, end in loop.answers if due >= counted]),
            late=percentiles([sent - due for due, sent in loop.sent if due >= counted]),
            statuses=dict(+loop.statuses),
        )
    except ValueError:
        raise BenchFailed("Nothing was answered: give it more --seconds.") from None


def main() -> None:
    """Read a pace from the command line, write what was found, both JSON."""
    try:
        found = drive(msgspec.json.decode(sys.argv[1], type=Pace))
    except (BenchFailed, OSError) as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
