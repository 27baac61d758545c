"""`memory`: what the gateway holds, for an hour."""

from typing import Annotated

import typer

from benchmarks import show
from benchmarks.cli.options import Name, broker, tell
from benchmarks.contenders import shipped
from benchmarks.memory import Memory, alone, hold
from benchmarks.result import head, keep

__all__ = ["memory"]


def memory(
    *,
    minutes: Annotated[float, typer.Option(min=0.01, help="Of steady load.")] = 60.0,
    rate: Annotated[float, typer.Option(min=1, help="Events a second.")] = 500.0,
    name: Name = "memory",
) -> None:
    """Memory of a gateway under a steady load."""
    began, gateway = head(), shipped()
    with broker(warm_up=0) as (kafka, progress):
        samples = [*hold(kafka, gateway, minutes, rate, progress)]
    result = Memory(
        head=began,
        rate=rate,
        samples=samples,
        server=gateway.name,
        alone=alone(gateway, samples, rate),
    )
    keep(result, name)
    tell(show.memory(result))
