"""Options: what the commands have in common, in and out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import show
from benchmarks.contenders import CONTENDERS, GATEWAY, Contender, left_out
from benchmarks.run import Demand, run
from gateway.embedded import Kafka

__all__ = ["CONSOLE", "Name", "Seed", "Short", "broker", "chosen", "named", "tell"]

CONSOLE = Console(stderr=True, highlight=False)
"""Where people are told of progress and failures."""

Short = Annotated[bool, typer.Option("--short", help="One short look; its figures mean little.")]
Seed = Annotated[int, typer.Option(help="Of events, teams and their order.")]
Name = Annotated[str, typer.Option(help="Of the file in benchmarks/results.")]

Choice = TypeVar("Choice")


@contextmanager
def broker(*, warm_up: float) -> Iterator[tuple[Kafka, Callable[[str], None]]]:
    """Run a broker; yield it, and whom to tell of steps.

    Args:
        warm_up: seconds of the gateway's load that nobody measures: a broker that has just begun
            takes ten times as long for a batch, until Java has compiled what it does.

    Raises:
        KafkaFailed: it did not start.
    """
    with CONSOLE.status("starting Kafka") as status, Kafka() as kafka:
        if warm_up:
            status.update("warming Kafka up")
            run(kafka, GATEWAY, Demand(seconds=warm_up, warm_up=0.2))
        yield kafka, status.update


def named(only: str, known: Mapping[str, Choice], usual: Sequence[str]) -> list[str]:
    """Return the names in an option with commas, or the usual ones where it is empty.

    Raises:
        typer.BadParameter: one is not known.
    """
    names = [name for name in only.split(",") if name] or [*usual]
    if unknown := [name for name in names if name not in known]:
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}", param_hint="--only")
    return names


def chosen(only: str, usual: Sequence[str]) -> list[Contender]:
    """Return the servers that an option names; what cannot run here is left out, and told."""
    absent = left_out()
    for line in absent.values():
        CONSOLE.print(line, style="yellow")
    return [CONTENDERS[name] for name in named(only, CONTENDERS, usual) if name not in absent]


def tell(rows: Sequence[show.Row]) -> None:
    """Print a table."""
    table = Table()
    for place, column in enumerate(rows[0]):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    for row in rows[1:]:
        table.add_row(*row)
    Console(width=180).print(table)
