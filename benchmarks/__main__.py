"""`python -m benchmarks`: measures, shows, and keeps the figures."""

import typer

from benchmarks.backfill import backfill
from benchmarks.cli.cpu import cpu
from benchmarks.cli.growth import growth
from benchmarks.cli.instructions import instructions
from benchmarks.cli.latency import latency
from benchmarks.cli.memory import memory
from benchmarks.cli.options import CONSOLE
from benchmarks.cli.stages import stages
from benchmarks.cli.whole import everything, page
from benchmarks.failure import BenchFailed
from benchmarks.restart import restart
from gateway.embedded import KafkaFailed

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def bench() -> None:
    """Measure the gateway. Figures go to benchmarks/results; `page` makes the document of them."""


for _command in (cpu, instructions, latency, growth, memory, stages, restart, backfill, page):
    app.command()(_command)
app.command("all")(everything)


def main() -> None:
    """Run the command line; a bench without a result says why."""
    try:
        app()
    except (BenchFailed, KafkaFailed) as error:
        CONSOLE.print(str(error), style="bold red", markup=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
