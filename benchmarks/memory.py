"""Memory: what the gateway holds after minutes and hours at one rate.

It remembers every id for 33 hours, so it must grow by what an id takes, and by nothing else: the
ids and their bytes, as its own metrics tell them, stand beside the resident memory, and what as
many ids take by themselves beside what it grew by.
"""

import re
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence

import msgspec

from benchmarks.accounting import cpu_time, resident
from benchmarks.contenders import GATEWAY, Contender
from benchmarks.deliveries import Mix
from benchmarks.failure import BenchFailed
from benchmarks.ids import Ids, Taken
from benchmarks.paced import Pace, Paced
from benchmarks.result import Head
from benchmarks.servers import Server
from benchmarks.serving import place, serving
from benchmarks.task import ask
from gateway.embedded import Kafka

__all__ = ["Memory", "Sample", "alone", "hold"]

_LEG = 60.0  # seconds of one sender: signatures age


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One moment.

    Attributes:
        seconds: since the load began.
        events: answered so far.
        resident: of the process, bytes.
        ids: in the window, as the gateway tells.
        id_bytes: that they take, as it tells.
        cpu_seconds: of the process so far.
        p99: of the answers since the sample before, milliseconds; 0 in the first.
    """

    seconds: float
    events: int
    resident: int
    ids: int
    id_bytes: int
    cpu_seconds: float
    p99: float = 0.0


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """All samples.

    Attributes:
        head: when, where and how.
        rate: events a second.
        samples: the first before any event.
        server: the gateway's name; results older than this field are of the interpreted one.
        alone: bytes that as many ids take in a process of their own; 0 where nobody looked.
    """

    head: Head
    rate: float
    samples: list[Sample]
    server: str = GATEWAY.name
    alone: int = 0

    @property
    def grown(self) -> int:
        """Bytes by which the process grew from its first to its last sample."""
        return self.samples[-1].resident - self.samples[0].resident

    @property
    def told(self) -> int:
        """Bytes of that for ids, as the gateway tells."""
        return self.samples[-1].id_bytes - self.samples[0].id_bytes

    @property
    def beyond_ids(self) -> int:
        """Bytes of it for anything else."""
        return self.grown - (self.alone or self.told)


def alone(gateway: Contender, samples: Sequence[Sample], rate: float) -> int:
    """Return the bytes that the ids of samples take in a process of their own.

    Raises:
        BenchFailed: it failed.
    """
    ids = Ids(count=samples[-1].ids - samples[0].ids, rate=rate)
    return ask("ids", ids, Taken, gateway.folder()).resident


def hold(
    kafka: Kafka, gateway: Contender, minutes: float, rate: float, tell: Callable[[str], None]
) -> Iterator[Sample]:
    """Yield samples while a gateway is under a steady load.

    Raises:
        BenchFailed: an answer was no 2xx.
    """
    with place(kafka, gateway) as of, serving(gateway, of) as servers:
        began, events, server, leg = time.monotonic(), 0, servers[0], 0
        yield _sample(server, 0.0, 0, 0.0)
        while (left := minutes * 60 - (time.monotonic() - began)) > 0.5:
            tell(f"{rate:g} events a second: {left / 60:.1f} minutes left")
            leg += 1
            seconds = min(_LEG, left)
            mix = Mix(seed=leg)
            pace = Pace(port=server.port, rate=rate, warm_up=0, seconds=seconds, mix=mix)
            found = ask("paced", pace, Paced)
            if set(found.statuses) - {"200", "202"}:
                raise BenchFailed(f"Not every answer was a 2xx: {found.statuses}.")
            events += sum(found.statuses.values())
            yield _sample(server, time.monotonic() - began, events, found.answer.p99)


def _sample(server: Server, seconds: float, events: int, p99: float) -> Sample:
    address = f"http://127.0.0.1:{server.admin_port}/metrics"
    with urllib.request.urlopen(address, timeout=30) as answer:
        told = answer.read().decode()
    return Sample(
        seconds=round(seconds, 1),
        events=events,
        resident=resident(server.pid),
        ids=int(_value(told, "cstar_gateway_idempotency_ids")),
        id_bytes=int(_value(told, "cstar_gateway_idempotency_bytes")),
        cpu_seconds=cpu_time(server.pid).total,
        p99=p99,
    )


def _value(told: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", told, re.MULTILINE)
    if found is None:
        raise BenchFailed(f"The gateway does not tell {name}.")
    return float(found[1])
