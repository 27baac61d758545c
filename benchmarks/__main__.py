"""`python -m benchmarks`: measures, shows, and keeps the figures."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import go_gateway, show
from benchmarks.contenders import COMPARED, CONTENDERS, Contender, left_out
from benchmarks.cpu import Cpu, rounds
from benchmarks.deliveries import Mix
from benchmarks.failure import BenchFailed
from benchmarks.growth import SERIES, Growth, grow
from benchmarks.latency import AtPace, Idle, Latency, Times, at_paces, idle
from benchmarks.memory import Memory, hold
from benchmarks.restart import restart
from benchmarks.result import head, keep
from benchmarks.run import Demand, Sender
from benchmarks.stages import NAMES, Stage, StagePlan, Stages
from benchmarks.task import ask
from gateway.embedded import Kafka, KafkaFailed

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_console = Console(stderr=True, highlight=False)

Short = Annotated[bool, typer.Option("--short", help="One short look; figures mean little.")]
Seed = Annotated[int, typer.Option(help="Of events, teams and their order.")]
Name = Annotated[str, typer.Option(help="Of the file in benchmarks/results.")]


@app.callback()
def bench() -> None:
    """Measure the gateway. Figures go to benchmarks/results, and `page` makes the document."""


@app.command()
def cpu(  # noqa: PLR0913 - options, each by name
    *,
    count: Annotated[int, typer.Option("--rounds", min=1, help="Runs of each server.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.2, help="Measured in each run.")] = 5.0,
    warm_up: Annotated[float, typer.Option(min=0.1, help="Seconds before it.")] = 2.0,
    connections: Annotated[int, typer.Option(min=1, help="Kept open at once.")] = 64,
    one: Annotated[bool, typer.Option("--one", help="Events of one type, not of all.")] = False,
    sender: Annotated[Sender, typer.Option("--load", help="The load generator.")] = "own",
    only: Annotated[str, typer.Option(help=f"Servers, of: {', '.join(CONTENDERS)}.")] = "",
    less: Annotated[bool, typer.Option("--stages", help="Also without each stage.")] = False,
    seed: Seed = 1,
    name: Name = "",
    short: Short = False,
) -> None:
    """CPU of an event: bare servers, the gateway, the gateway less a stage, others by hand."""
    if short:
        count, seconds, warm_up, name = 1, 0.5, 0.3, name or "short-cpu"
    demand = Demand(
        seconds=seconds,
        warm_up=warm_up,
        connections=connections,
        sender=sender,
        mix=Mix(types="one" if one else "all", seed=seed),
    )
    chosen = _chosen(only, stages=less)
    began = head()
    found = []
    with _console.status("starting Kafka") as status, Kafka() as kafka:
        for each in rounds(kafka, chosen, demand, count, status.update):
            found.append(each)
            told = "  ".join(f"{of} {run.cpu_per_event:.0f}" for of, run in each.items())
            _console.print(f"µs an event: {told}")
    result = Cpu(head=began, demand=demand, rounds=found)
    keep(result, name or "cpu")
    _print(show.cpu(result))


@app.command()
def latency(
    *,
    rates: Annotated[str, typer.Option(help="Events a second, with commas.")] = "100,500,2000",
    seconds: Annotated[float, typer.Option(min=1, help="Of each.")] = 30.0,
    idle_pairs: Annotated[int, typer.Option("--idle", min=1, help="Pairs when idle.")] = 60,
    only: Annotated[str, typer.Option(help="Servers, as for cpu.")] = "gateway,fastapi,go",
    seed: Seed = 1,
    name: Name = "",
    short: Short = False,
) -> None:
    """Time to the 2xx, by an open loop, beside the broker's own; and when idle."""
    chosen = _chosen(only)
    times = Times(
        rates=[float(rate) for rate in rates.split(",")],
        seconds=seconds,
        idle=idle_pairs,
        mix=Mix(seed=seed),
    )
    if short:
        times = Times(rates=[50], warm_up=0.5, seconds=1, idle=5, every=0.1, mix=Mix(seed=seed))
    began = head()
    paced: list[AtPace] = []
    alone: list[Idle] = []
    with _console.status("starting Kafka") as status, Kafka() as kafka:
        for each in chosen:
            paced += at_paces(kafka, each, times, status.update)
            status.update(f"{each.says}: idle")
            alone.append(idle(kafka, each, times))
    result = Latency(head=began, times=times, paced=paced, idle=alone)
    keep(result, name or ("short-latency" if short else "latency"))
    for rows in show.latency(result):
        _print(rows)


@app.command()
def growth(
    *,
    only: Annotated[str, typer.Option(help=f"Series, of: {', '.join(SERIES)}.")] = "",
    seconds: Annotated[float, typer.Option(min=0.2, help="Measured in each run.")] = 3.0,
    seed: Seed = 1,
    name: Name = "",
    short: Short = False,
) -> None:
    """CPU and rate against more connections, bytes, teams, partitions, topics, ids, processes."""
    names = [each for each in only.split(",") if each] or [*SERIES]
    if unknown := [each for each in names if each not in SERIES]:
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}", param_hint="--only")
    demand = Demand(seconds=seconds, warm_up=1.5, mix=Mix(seed=seed))
    if short:
        demand = Demand(seconds=0.5, warm_up=0.3, mix=Mix(seed=seed))
    began = head()
    with _console.status("starting Kafka") as status, Kafka() as kafka:
        points = [*grow(kafka, names, demand, 2 if short else 99, status.update)]
    result = Growth(head=began, demand=demand, points=points)
    keep(result, name or ("short-growth" if short else "growth"))
    for each in names:
        _print(show.growth(result, each))


@app.command()
def memory(
    *,
    minutes: Annotated[float, typer.Option(min=0.01, help="Of steady load.")] = 60.0,
    rate: Annotated[float, typer.Option(min=1, help="Events a second.")] = 500.0,
    name: Name = "memory",
) -> None:
    """Memory of a gateway under a steady load, for an hour."""
    began = head()
    with _console.status("starting Kafka") as status, Kafka() as kafka:
        samples = [*hold(kafka, minutes, rate, status.update)]
    result = Memory(head=began, rate=rate, samples=samples)
    keep(result, name)
    _print(show.memory(result))


@app.command()
def stages(*, seed: Seed = 1, name: Name = "", short: Short = False) -> None:
    """Time and memory of each step of the path, alone, each in a fresh process."""
    began, found = head(), []
    with _console.status("measuring each step alone"):
        for step in NAMES:
            plan = StagePlan(name=step, mix=Mix(seed=seed), repeats=1 if short else 20)
            found.append(ask("stages", plan, Stage))
    result = Stages(head=began, stages=found)
    keep(result, name or ("short-stages" if short else "stages"))
    _print(show.stages(result))


app.command()(restart)


def _chosen(only: str, *, stages: bool = False) -> list[Contender]:
    names = [name for name in only.split(",") if name]
    unknown = [name for name in names if name not in CONTENDERS]
    if unknown:
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}", param_hint="--only")
    for line in left_out():
        _console.print(line, style="yellow")
    if not go_gateway.available():
        names = [name for name in names if name != "go"]
    if names:
        return [CONTENDERS[name] for name in names]
    return [*CONTENDERS.values()] if stages else [*COMPARED]


def _print(rows: list[show.Row]) -> None:
    table = Table()
    for place, column in enumerate(rows[0]):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    for row in rows[1:]:
        table.add_row(*row)
    Console(width=140).print(table)


def main() -> None:
    """Run the command line; a bench without a result says why."""
    try:
        app()
    except (BenchFailed, KafkaFailed) as error:
        _console.print(str(error), style="bold red", markup=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
