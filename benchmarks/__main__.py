"""`python -m benchmarks`: measures, shows, and keeps the result."""

import shlex
import subprocess
import sys
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

import gateway
from benchmarks.failure import BenchFailed
from benchmarks.machine import Machine, this_machine
from benchmarks.pairs import Settings, run_pairs
from benchmarks.result import RESULTS, Pair, Result, Stage, spread, write
from benchmarks.servers import ROOT
from benchmarks.stages import StagePlan
from benchmarks.table import Row, tables
from gateway.embedded import Kafka, KafkaFailed

__all__ = ["bench"]

_console = Console(stderr=True)


def bench(
    *,
    pairs: Annotated[int, typer.Option(min=1, help="Runs of each server, by turns.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.2, help="Measured in each run.")] = 5.0,
    warm_up: Annotated[float, typer.Option(min=0.1, help="Seconds before it.")] = 2.0,
    connections: Annotated[int, typer.Option(min=1, help="Kept open at once.")] = 64,
    types: Annotated[str, typer.Option(help="Event types sent: one or all.")] = "all",
    seed: Annotated[int, typer.Option(help="Of events, teams and their order.")] = 1,
    name: Annotated[str, typer.Option(help="Of the file in benchmarks/results.")] = "latest",
    short: Annotated[bool, typer.Option("--short", help="One short pair, for a look.")] = False,
) -> None:
    """Measure the whole gateway against a bare aiohttp server, and each step of the path."""
    if types not in ("one", "all"):
        raise typer.BadParameter("one or all", param_hint="--types")
    if short:
        pairs, seconds, warm_up = 1, 1.5, 0.5
        name = "short" if name == "latest" else name
    settings = msgspec.convert(
        {
            "pairs": pairs,
            "seconds": seconds,
            "warm_up": warm_up,
            "connections": connections,
            "types": types,
            "seed": seed,
        },
        Settings,
    )
    machine = this_machine()
    try:
        stages = _stages(StagePlan(types=settings.types, seed=seed, repeats=5 if short else 30))
        measured = _pairs(settings)
    except (BenchFailed, KafkaFailed) as error:
        _console.print(str(error), style="bold red", markup=False)
        raise typer.Exit(1) from None
    result = _result(machine, settings, measured, stages)
    write(result, RESULTS / f"{name}.json")
    for rows in tables(result):
        Console().print(_table(rows))


def _pairs(settings: Settings) -> list[Pair]:
    measured = []
    with _console.status("starting Kafka") as status, Kafka() as kafka:
        for pair in run_pairs(kafka, settings, status.update):
            measured.append(pair)
            _console.print(
                f"bare {pair.bare.cpu_per_event:.0f} µs  gateway {pair.gateway.cpu_per_event:.0f}"
                f" µs  ratio {pair.ratio:.2f}",
                highlight=False,
            )
    return measured


def _stages(plan: StagePlan) -> list[Stage]:
    with _console.status("measuring each step alone"):
        measured = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "benchmarks.stages", msgspec.json.encode(plan).decode()],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
    if measured.returncode != 0:
        raise BenchFailed(f"The steps failed:\n{measured.stderr.decode(errors='replace').strip()}")
    return msgspec.json.decode(measured.stdout, type=list[Stage])


def _result(machine: Machine, settings: Settings, pairs: list[Pair], stages: list[Stage]) -> Result:
    return Result(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        command=shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
        version=gateway.__version__,
        machine=machine,
        options=msgspec.structs.asdict(settings),
        ratio=spread([pair.ratio for pair in pairs]),
        pairs=pairs,
        stages=stages,
    )


def _table(rows: list[Row]) -> Table:
    table = Table()
    for place, column in enumerate(rows[0]):
        table.add_column(column, justify="right" if place else "left")
    for row in rows[1:]:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    typer.run(bench)
