"""`cpu`: what an event costs each server."""

from typing import Annotated

import typer

from benchmarks import show
from benchmarks.cli.options import CONSOLE, Name, Seed, Short, broker, chosen, tell
from benchmarks.contenders import COMPARED, CONTENDERS
from benchmarks.cpu import Cpu, rounds
from benchmarks.deliveries import Mix
from benchmarks.result import head, keep
from benchmarks.run import Demand, Sender, require

__all__ = ["cpu"]


def cpu(  # noqa: PLR0913 - options, each by name
    *,
    count: Annotated[int, typer.Option("--rounds", min=1, help="Runs of each server.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.2, help="Measured in each run.")] = 3.0,
    warm_up: Annotated[float, typer.Option(min=0.1, help="Seconds before it.")] = 1.5,
    connections: Annotated[int, typer.Option(min=1, help="Kept open at once.")] = 64,
    one: Annotated[bool, typer.Option("--one", help="Events of one type, not of all.")] = False,
    sender: Annotated[Sender, typer.Option("--load", help="The load generator.")] = "own",
    only: Annotated[str, typer.Option(help=f"Servers, of: {', '.join(CONTENDERS)}.")] = "",
    stages: Annotated[bool, typer.Option("--stages", help="Also without each stage.")] = False,
    seed: Seed = 1,
    name: Name = "",
    short: Short = False,
) -> None:
    """CPU of an event: bare servers, the gateway, the gateway less a stage, others by hand."""
    if short:
        count, seconds, warm_up = 1, 0.5, 0.3
    require(sender)
    demand = Demand(
        seconds=seconds,
        warm_up=warm_up,
        connections=connections,
        sender=sender,
        mix=Mix(types="one" if one else "all", seed=seed),
    )
    servers = chosen(only, [*CONTENDERS] if stages else COMPARED)
    began, found = head(), []
    with broker(warm_up=0 if short else 10) as (kafka, progress):
        for each in rounds(kafka, servers, demand, count, progress):
            found.append(each)
            told = "  ".join(f"{of} {run.cpu_per_event:.0f}" for of, run in each.items())
            CONSOLE.print(f"µs an event: {told}")
    result = Cpu(head=began, demand=demand, rounds=found)
    keep(result, name or ("short-cpu" if short else "cpu"))
    tell(show.cpu(result))
