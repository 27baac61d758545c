"""Result: figures as they are kept, in benchmarks/results/<name>.json.

Raw figures are kept; what can be worked out from them is worked out where they are shown.
"""

import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TypeVar

import msgspec

import gateway
from benchmarks.machine import Machine, this_machine

__all__ = ["RESULTS", "Head", "Spread", "head", "keep", "read", "spread"]

RESULTS = Path(__file__).parent / "results"
"""Where results are kept."""

Kept = TypeVar("Kept", bound=msgspec.Struct)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """When, where and how figures came about.

    Attributes:
        date: when, UTC.
        command: that makes others.
        version: of the gateway.
        machine: on which.
    """

    date: str
    command: str
    version: str
    machine: Machine


class Spread(msgspec.Struct, frozen=True):
    """Several figures of one kind."""

    median: float
    least: float
    most: float


def head() -> Head:
    """Return the head of figures that are taken from now on."""
    return Head(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        command=shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
        version=gateway.__version__,
        machine=this_machine(),
    )


def spread(values: list[float]) -> Spread:
    """Return the middle and both ends of values."""
    return Spread(median(values), min(values), max(values))


def keep(result: msgspec.Struct, name: str, folder: Path = RESULTS) -> Path:
    """Keep a result, in a form that people can read and compare; return where."""
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    return path


def read(name: str, kind: type[Kept], folder: Path = RESULTS) -> Kept | None:
    """Return a result that was kept; None where there is none.

    Raises:
        msgspec.DecodeError: it was written by another version.
    """
    path = folder / f"{name}.json"
    return msgspec.json.decode(path.read_bytes(), type=kind) if path.exists() else None
