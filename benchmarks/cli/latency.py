"""`latency`: how long until the 2xx."""

from typing import Annotated

import typer

from benchmarks import show
from benchmarks.cli.options import Name, Seed, Short, broker, chosen, tell
from benchmarks.contenders import shipped
from benchmarks.deliveries import Mix
from benchmarks.latency import AtPace, Idle, Latency, Times, at_paces, idle
from benchmarks.result import head, keep

__all__ = ["latency"]


def latency(
    *,
    rates: Annotated[str, typer.Option(help="Events a second, with commas.")] = "100,500,2000",
    seconds: Annotated[float, typer.Option(min=1, help="Of each.")] = 30.0,
    pairs: Annotated[int, typer.Option("--idle", min=1, help="Events when idle.")] = 40,
    only: Annotated[str, typer.Option(help="Servers, as for cpu.")] = "",
    seed: Seed = 1,
    name: Name = "",
    short: Short = False,
) -> None:
    """Time to the 2xx, by an open loop, beside the broker's own; and when idle."""
    paces, mix = [float(rate) for rate in rates.split(",")], Mix(seed=seed)
    times = Times(rates=paces, seconds=seconds, idle=pairs, mix=mix)
    if short:
        times = Times(rates=[50], warm_up=0.5, seconds=1, idle=5, every=0.1, mix=mix)
    servers = chosen(only, (shipped().name, "fastapi", "go"))
    began = head()
    paced: list[AtPace] = []
    alone: list[Idle] = []
    with broker(warm_up=0 if short else 10) as (kafka, progress):
        for each in servers:
            paced += at_paces(kafka, each, times, progress)
            progress(f"{each.says}: idle")
            alone.append(idle(kafka, each, times))
    result = Latency(head=began, times=times, paced=paced, idle=alone)
    keep(result, name or ("short-latency" if short else "latency"))
    for rows in show.latency(result):
        tell(rows)
