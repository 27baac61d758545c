"""Commands: the list of them, in the order people meet them."""

import typer

from gateway.cli.check import check
from gateway.cli.dev import dev
from gateway.cli.ingest import ingest
from gateway.cli.replay import replay
from gateway.cli.serve import serve
from gateway.cli.tail import tail
from gateway.cli.topics import topics
from gateway.cli.trigger import trigger

__all__ = ["app", "main"]

app = typer.Typer(
    name="cstar-gateway",
    help="cStar webhooks onto Apache Kafka: verified, typed, flattened, never lost, never twice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for _command in (dev, serve, trigger, tail, check, topics, replay, ingest):
    app.command()(_command)


def main() -> None:
    """Run the command line."""
    app()
