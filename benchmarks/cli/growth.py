"""`growth`: what an event costs when there is more of something."""

from typing import Annotated

import typer

from benchmarks import show
from benchmarks.cli.options import Name, Seed, Short, broker, named, tell
from benchmarks.contenders import shipped
from benchmarks.deliveries import Mix
from benchmarks.growth import SERIES, Growth, grow
from benchmarks.result import head, keep
from benchmarks.run import Demand

__all__ = ["growth"]

_ALL = 99
_FEW = 2


def growth(
    *,
    only: Annotated[str, typer.Option(help=f"Series, of: {', '.join(SERIES)}.")] = "",
    seconds: Annotated[float, typer.Option(min=0.2, help="Measured in each run.")] = 3.0,
    seed: Seed = 1,
    name: Name = "",
    short: Short = False,
) -> None:
    """CPU and rate against more connections, bytes, teams, partitions, topics, ids, processes."""
    names = named(only, SERIES, [*SERIES])
    demand = Demand(seconds=seconds, warm_up=1.5, mix=Mix(seed=seed))
    if short:
        demand = Demand(seconds=0.5, warm_up=0.3, mix=Mix(seed=seed))
    began = head()
    with broker(warm_up=0 if short else 10) as (kafka, progress):
        points = [*grow(kafka, shipped(), names, demand, _FEW if short else _ALL, progress)]
    result = Growth(head=began, demand=demand, points=points)
    keep(result, name or ("short-growth" if short else "growth"))
    for each in names:
        tell(show.growth(result, each))
