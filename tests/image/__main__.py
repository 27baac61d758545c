"""`python -m tests.image`: build the image, run it, and hold it to what is said of it."""

import time
from typing import Annotated

import typer
from rich.console import Console

from gateway.embedded import KafkaFailed
from tests.image import building
from tests.image.claims import claims

_console = Console(highlight=False)


def image(
    *,
    base: Annotated[str, typer.Option(help="Built on this; it must be here already.")] = "",
    requirements: Annotated[str, typer.Option(help="Which lock: runtime or otel.")] = "runtime",
    compiled: Annotated[bool, typer.Option(help="The path of a delivery is compiled.")] = True,
) -> None:
    """Build deploy/Dockerfile without an engine, run it locked down, and look at every claim."""
    began = time.monotonic()
    try:
        building.tools()
        if not base:
            building.base()
        _say("the base is there", began)
        building.build(base or building.BASE, requirements, compiled=compiled)
        _say("the image is built", began)
        broken = 0
        for claim in claims(requirements, base or building.BASE, compiled=compiled):
            broken += not claim.holds
            _console.print("[green]holds  [/]" if claim.holds else "[red]broken [/]", end="")
            _console.print(f"{claim.said}: {claim.found}", markup=False)
        _say(f"{broken} claims are broken" if broken else "every claim holds", began)
    except (building.CannotBuildError, KafkaFailed) as problem:
        _console.print(f"[red]{type(problem).__name__}[/]", str(problem))
        raise typer.Exit(2) from None
    raise typer.Exit(1 if broken else 0)


def _say(done: str, began: float) -> None:
    _console.print(f"[dim]{time.monotonic() - began:5.0f} s[/]  {done}")


if __name__ == "__main__":
    typer.run(image)
