"""Table: what the scenarios found, kept as JSON and shown in docs/reliability.md."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from benchmarks.machine import Machine, this_machine
from tests.faults.row import Row

__all__ = ["RESULTS", "Entry", "Result", "entry", "in_words", "read", "render", "write"]

RESULTS = Path(__file__).with_name("results.json")

_HEAD = (
    *("fault", "injected", "gateways", "events", "acked", "503", "lost", "twice", "excused"),
    *("heals in", "slowest answer", "also"),
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row, and how it came about.

    Attributes:
        scenario: what was run, and how strongly; in its place the next run's result comes.
        row: what was found.
        date: when, UTC.
        seconds: that it took.
        seed: of every choice.
        retry: seconds from a failure to the next attempt.
    """

    scenario: str
    row: Row
    date: str
    seconds: float = 0.0
    seed: int
    retry: float

    def newer(self, hours: float) -> bool:
        """Tell whether it was found within so many hours."""
        return datetime.now(UTC) - datetime.fromisoformat(self.date) < timedelta(hours=hours)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, and where they were measured."""

    machine: Machine
    entries: list[Entry]


def entry(scenario: str, row: Row, *, seconds: float, seed: int, retry: float) -> Entry:
    """Return a row as found now."""
    date = datetime.now(UTC).isoformat(timespec="seconds")
    return Entry(scenario=scenario, row=row, date=date, seconds=seconds, seed=seed, retry=retry)


def read(path: Path = RESULTS) -> Result:
    """Return what is kept; nothing where nothing is."""
    if not path.exists():
        return Result(machine=this_machine(), entries=[])
    return msgspec.json.decode(path.read_bytes(), type=Result)


def write(found: Iterable[Entry], order: Sequence[str], path: Path = RESULTS) -> None:
    """Keep rows beside those of the scenarios that were not run, in this order.

    What is kept of a scenario that is not in the order goes: there is no such scenario any more.
    """
    entries = {one.scenario: one for one in (*read(path).entries, *found)}
    ordered = [entries[scenario] for scenario in order if scenario in entries]
    encoded = msgspec.json.encode(Result(machine=this_machine(), entries=ordered))
    path.write_bytes(msgspec.json.format(encoded, indent=1) + b"\n")


def render(path: Path = RESULTS) -> str:
    """Return the Markdown: when, where and how, the faults, and what was not injected."""
    result = read(path)
    machine = result.machine
    injected = [one.row for one in result.entries if not one.row.omitted]
    dates = sorted(one.date[:10] for one in result.entries if not one.row.omitted)
    seeds = ", ".join(str(seed) for seed in sorted({one.seed for one in result.entries}))
    told = (
        f"Measured {_span(dates)} with `make faults`, seed {seeds}, on {machine.cores} cores"
        f" of {machine.cpu} that gateways, broker and senders shared, {machine.memory_gib:g} GiB,"
        f" {machine.system}, {machine.python}."
    )
    omitted = [one.row for one in result.entries if one.row.omitted]
    reasons = "\n".join(f"- {row.fault}, {row.name}: {row.omitted}." for row in omitted)
    return f"{told}\n\n{markdown(injected)}\n\nNot injected:\n\n{reasons}"


def in_words(path: Path = RESULTS) -> str:
    """Return the sum of all rows in a sentence."""
    entries = [one for one in read(path).entries if not one.row.omitted]
    rows, dates = [one.row for one in entries], sorted(one.date[:10] for one in entries)
    sent, lost = sum(row.sent for row in rows), sum(row.lost for row in rows)
    twice, excused = sum(row.duplicates for row in rows), sum(row.unknowable for row in rows)
    return (
        f"{sent:,} events under {len(rows)} faults of Kafka, of the network and of the gateways,"
        f" every one of them sent again: {lost} lost, {twice} twice, {excused} excused"
        f" (`make faults`, {_span(dates)})"
    )


def markdown(rows: Sequence[Row]) -> str:
    """Return rows as a table."""
    lines = ["| " + " | ".join(_HEAD) + " |", "|---" * len(_HEAD) + "|"]
    lines += ["| " + " | ".join(_cells(row)) + " |" for row in rows]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    also = row.notes if row.good else "; ".join([row.notes, *row.failures]).lstrip("; ")
    return (
        f"{row.fault} {row.name}",
        row.injected,
        str(row.replicas),
        f"{row.sent:,}",
        f"{row.acked:,}",
        f"{row.unavailable:,}",
        str(row.lost),
        str(row.duplicates),
        str(row.unknowable),
        _seconds(row.heal),
        _seconds(row.slowest),
        also,
    )


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"


def _span(values: Sequence[object]) -> str:
    if not values:
        return "never"
    first, last = values[0], values[-1]
    return str(first) if first == last else f"{first} to {last}"
