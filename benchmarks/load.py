"""Load: the sender of a run, a process of its own so that its cost is not the server's.

A closed loop: each connection has one request under way. What is sent was made before the first
connection opened, but for bodies so large that memory would not hold them all. The window that
counts begins after the warm-up; at both of its ends the answers and the server's CPU time are read
at one moment. May not live here: who serves, and what it means.
"""

import asyncio
import gc
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import NamedTuple

import msgspec
import uvloop

from benchmarks.accounting import cpu_time
from benchmarks.connection import Connection
from benchmarks.deliveries import Mix, deliveries
from benchmarks.failure import BenchFailed

__all__ = ["MOST_PER_SECOND", "Figures", "Load", "Plan", "drive"]

MOST_PER_SECOND = 30_000
"""Deliveries made; where they run out, the window ends there."""

_GRACE = 30.0  # seconds beyond the window for the last answers
_MOST_BYTES = 1 << 29  # of those made beforehand; what large bodies lack is made when it is due
_LONGEST = 200.0  # seconds; a signature is good for 300


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a load is told.

    Attributes:
        ports: of the servers on this machine; connections take them by turns.
        pids: the processes whose CPU time is read, by name.
        connections: open at once.
        warm_up: seconds before the window.
        seconds: of the window, at most.
        mix: what is sent.
    """

    ports: list[int]
    pids: dict[str, int]
    connections: int
    warm_up: float
    seconds: float
    mix: Mix


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a load found.

    Attributes:
        events: answered within the window.
        seconds: of the window.
        cpu_seconds: of each process of the plan within the window.
        load_cpu_seconds: the load's own within the window.
        statuses: every answer, those of the warm-up included, by status or what came instead.
        cut: at most so many requests were sent whose answers nobody waited for.
    """

    events: int
    seconds: float
    cpu_seconds: dict[str, float]
    load_cpu_seconds: float
    statuses: dict[str, int]
    cut: int = 0


class _Mark(NamedTuple):
    """One end of the window."""

    at: float
    answers: int
    cpu: dict[str, float]
    own: float


class Load:
    """Sends requests and counts the answers.

    Args:
        requests: each is sent once, in order.
        pids: the processes whose CPU time is read at the marks.

    Attributes:
        statuses: answers so far.
    """

    def __init__(self, requests: Iterable[bytes], pids: dict[str, int]) -> None:
        self.statuses: Counter[str] = Counter()
        self._requests = iter(requests)
        self._pids = pids
        self._answers = 0
        self._marks: list[_Mark] = []
        self._stopped = False
        self._open = 0
        self._closed = asyncio.Event()

    def next_request(self) -> bytes | None:
        """Return what to send next; None once the window is over, or nothing is left."""
        if self._stopped:
            return None
        request = next(self._requests, None)
        if request is None:
            self.stop()
        return request

    def answered(self, status: str) -> None:
        """Count an answer."""
        self._answers += 1
        self.statuses[status] += 1

    def ended(self) -> None:
        """Note that a connection is no more."""
        self._open -= 1
        if not self._open:
            self._closed.set()

    def mark(self) -> None:
        """Begin or end the window."""
        cpu = {name: cpu_time(pid).total for name, pid in self._pids.items()}
        self._marks.append(_Mark(time.perf_counter(), self._answers, cpu, time.process_time()))

    def stop(self) -> None:
        """End the window and send nothing more; what is under way is still counted."""
        if not self._stopped:
            self._stopped = True
            self.mark()

    async def run(
        self, ports: Sequence[int], connections: int, warm_up: float, seconds: float
    ) -> None:
        """Open the connections, send until the window is over, see every answer.

        Raises:
            OSError: the server cannot be connected to.
        """
        loop = asyncio.get_running_loop()
        self._open = connections
        opened = []
        for number in range(connections):
            port = ports[number % len(ports)]
            _, connection = await loop.create_connection(
                lambda: Connection(self), "127.0.0.1", port
            )
            opened.append(connection)
        for connection in opened:
            connection.begin()
        begin = loop.call_later(warm_up, self.mark)
        end = loop.call_later(warm_up + seconds, self.stop)
        try:
            async with asyncio.timeout(warm_up + seconds + _GRACE):
                await self._closed.wait()
        except TimeoutError:
            self.statuses["no answer"] += self._open
        finally:
            begin.cancel()
            end.cancel()

    def figures(self) -> Figures:
        """Return what was found.

        Raises:
            BenchFailed: there was no window.
        """
        try:
            begin, end = self._marks
        except ValueError:
            counted = ", ".join(f"{count} {status}" for status, count in self.statuses.items())
            raise BenchFailed(
                f"The load ended before its window did; answers: {counted or 'none'}."
            ) from None
        return Figures(
            events=end.answers - begin.answers,
            seconds=end.at - begin.at,
            cpu_seconds={name: end.cpu[name] - begin.cpu[name] for name in self._pids},
            load_cpu_seconds=end.own - begin.own,
            statuses=dict(self.statuses),
        )


async def drive(plan: Plan) -> Figures:
    """Put the planned load on a server.

    Raises:
        BenchFailed: it would last too long, or there is nothing to count.
        OSError: the server cannot be connected to.
    """
    lasting = plan.warm_up + plan.seconds
    if lasting > _LONGEST:
        raise BenchFailed(
            f"A run of {lasting:g} s would outlast its signatures: {_LONGEST:g} s is the most."
        )
    count = int(MOST_PER_SECOND * lasting) + plan.connections
    coming = islice(deliveries(plan.mix), count)
    ready = islice(coming, _MOST_BYTES // max(plan.mix.size, 1))
    made = [each.request() for each in ready]
    load = Load(chain(made, (each.request() for each in coming)), plan.pids)
    gc.collect()
    gc.disable()  # a hundred thousand requests are not to be walked through while we count
    await load.run(plan.ports, plan.connections, plan.warm_up, plan.seconds)
    gc.enable()
    return load.figures()


def main() -> None:
    """Read a plan from the command line, write figures, both JSON."""
    plan = msgspec.json.decode(sys.argv[1], type=Plan)
    try:
        figures = uvloop.run(drive(plan))
    except (BenchFailed, OSError) as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(msgspec.json.encode(figures))


if __name__ == "__main__":
    main()
