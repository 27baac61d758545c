"""Result: the figures of a bench as they are kept, in benchmarks/results/<name>.json.

Raw figures are kept; what can be worked out from them is worked out here, and nowhere else.
"""

from pathlib import Path
from statistics import median

import msgspec

from benchmarks.machine import Machine

__all__ = ["RESULTS", "Pair", "Result", "Run", "Spread", "Stage", "read", "spread", "write"]

RESULTS = Path(__file__).parent / "results"
"""Where results are kept."""


class Spread(msgspec.Struct, frozen=True):
    """Several figures of one kind."""

    median: float
    least: float
    most: float


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one server.

    Attributes:
        events: answered within the window, each with a 2xx.
        seconds: of the window.
        cpu_seconds: the server's CPU time within the window.
        broker_cpu_seconds: Kafka's; of no meaning to the bare server, which does not use it.
        load_cpu_seconds: the sender's.
        answers: all, those before and after the window included.
        records: in Kafka after the run, as many as answers; None of the bare server.
    """

    events: int
    seconds: float
    cpu_seconds: float
    broker_cpu_seconds: float
    load_cpu_seconds: float
    answers: int
    records: int | None = None

    @property
    def cpu_per_event(self) -> float:
        """CPU time of the server for one event, microseconds."""
        return self.cpu_seconds / self.events * 1e6

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


class Pair(msgspec.Struct, frozen=True):
    """A run of each, one straight after the other."""

    bare: Run
    gateway: Run

    @property
    def ratio(self) -> float:
        """CPU per event of the gateway in that of the bare server."""
        return self.gateway.cpu_per_event / self.bare.cpu_per_event


class Stage(msgspec.Struct, frozen=True):
    """One step of the path, alone.

    Attributes:
        name: what is done.
        microseconds: for one event, the best of the repeats.
    """

    name: str
    microseconds: float


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A whole bench.

    Attributes:
        date: when, UTC.
        command: that makes another.
        version: of the gateway.
        machine: on which.
        options: of the command, defaults included.
        ratio: of each pair's CPU per event, in sum.
        pairs: the runs.
        stages: the steps.
    """

    date: str
    command: str
    version: str
    machine: Machine
    options: dict[str, str | int | float]
    ratio: Spread
    pairs: list[Pair]
    stages: list[Stage]


def spread(values: list[float]) -> Spread:
    """Return the middle and both ends of values."""
    return Spread(median(values), min(values), max(values))


def write(result: Result, path: Path) -> None:
    """Keep a result, in a form that people can read and compare."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")


def read(path: Path) -> Result:
    """Return a result that was kept.

    Raises:
        OSError: there is none.
        msgspec.DecodeError: it was written by another version.
    """
    return msgspec.json.decode(path.read_bytes(), type=Result)
