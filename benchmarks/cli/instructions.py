"""`instructions`: what an event costs each server, counted and not timed."""

from typing import Annotated

import typer

from benchmarks import show
from benchmarks.callgrind import missing
from benchmarks.cli.options import CONSOLE, Name, Seed, Short, broker, chosen, tell
from benchmarks.contenders import BARE, COMPILED, CONTENDERS, GATEWAY, LESS
from benchmarks.deliveries import Mix
from benchmarks.failure import BenchFailed
from benchmarks.instructions import Instructions, Waves, count
from benchmarks.result import head, keep

__all__ = ["instructions"]

_USUAL = (BARE.name, GATEWAY.name, COMPILED.name)
_STRIPPED = tuple(name for name in CONTENDERS if name.startswith(LESS))


def instructions(
    *,
    only: Annotated[str, typer.Option(help="Servers, as for cpu.")] = "",
    stages: Annotated[bool, typer.Option("--stages", help="Also without each stage.")] = False,
    each: Annotated[int, typer.Option(min=1, help="Waves of one count.")] = 8,
    seed: Seed = 1,
    name: Name = "",
    short: Short = False,
) -> None:
    """Instructions of an event, in user space: the same on a busy machine. Needs valgrind."""
    if lacking := missing():
        raise BenchFailed(lacking)
    waves = Waves(each=each, mix=Mix(seed=seed))
    if short:
        waves = Waves(warm_up=2, each=1, counts=1, mix=Mix(seed=seed))
    servers = chosen(only, [*_USUAL, *_STRIPPED] if stages else _USUAL)
    began, found = head(), []
    with broker(warm_up=0 if short else 10) as (kafka, progress):
        for server in servers:
            progress(f"counting {server.says}")
            found.append(count(kafka, server, waves))
            CONSOLE.print(f"{server.says}: {found[-1].per_event.median:,.0f} an event")
    result = Instructions(head=began, waves=waves, counts=found)
    keep(result, name or ("short-instructions" if short else "instructions"))
    tell(show.instructions(result))
    if stages:
        tell(show.counted_costs(result))
