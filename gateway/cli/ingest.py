"""Ingest: `cstar-gateway ingest`, stored events from files, the same way as deliveries."""

import logging
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from gateway import logs, parts
from gateway.cli.collector import spare_collections
from gateway.cli.ingest_run import Wish, run
from gateway.cli.options import ConfigPath, Json, load_or_exit
from gateway.cli.report import Report
from gateway.cli.source import STDIN
from gateway.config import Config
from gateway.pipeline.webhook import Webhook

__all__ = ["ingest"]


def _check_files(files: list[Path]) -> list[Path]:
    for path in files:
        if path != STDIN and not path.is_file():
            raise typer.BadParameter(f"{path} is not a file")
    if len({path.resolve() for path in files}) < len(files):
        raise typer.BadParameter("a file is named twice")
    return files


Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE…|-",
        help="Events, one JSON object a line, plain or gzipped; - reads standard input.",
        callback=_check_files,
    ),
]
WebhookName = Annotated[
    str | None,
    typer.Option(
        "--webhook",
        metavar="NAME",
        help="The webhook whose events, flat and teams apply; needed where there are several.",
        show_default=False,
    ),
]
Rate = Annotated[
    float | None,
    typer.Option(min=0.1, help="Most events a second; as fast as can be without.", metavar="N"),
]
Checkpoints = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        file_okay=False,
        exists=True,
        help="Where it is kept how far each file came; beside the file without.",
        show_default=False,
    ),
]
Afresh = Annotated[
    bool, typer.Option("--afresh", help="Begin at the beginning, whatever a checkpoint says.")
]
Yes = Annotated[
    bool | None,
    typer.Option(
        "--yes/--dry-run",
        help="Ingest, or only tell what would happen, without Kafka. Without either a terminal is "
        "shown the dry run and asked; elsewhere it stays with the dry run.",
        show_default=False,
    ),
]


def ingest(
    files: Files,
    config: ConfigPath = None,
    *,
    webhook: WebhookName = None,
    rate: Rate = None,
    checkpoints: Checkpoints = None,
    afresh: Afresh = False,
    yes: Yes = None,
    json: Json = False,
) -> None:
    """Publish stored events from files, under the rules of a webhook, as if they were delivered.

    No signature is checked: whoever runs it vouches for the file. What was accepted within the
    idempotency window is not published again; how far each file came is kept, so that a run that
    ended early, or is run again, goes on from there. Lines that are no usable events are
    quarantined and told. Ends with 0 where every line is done and was an event, else with 1.
    """
    settings = load_or_exit(config)
    chosen = _webhook(settings, webhook)
    logs.configure(style="console", level="error")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it comes to is told by us
    wish = Wish(files, chosen, yes, rate, checkpoints, afresh)
    spare_collections()
    raise SystemExit(uvloop.run(run(settings, wish, Report(json=json))))


def _webhook(config: Config, name: str | None) -> Webhook:
    """Return the webhook that is meant."""
    webhooks = {webhook.name: webhook for webhook in parts.webhooks(config)}
    if name is None and len(webhooks) == 1:
        return next(iter(webhooks.values()))
    if name not in webhooks:
        said = f"no webhook {name!r} is configured" if name else "which webhook's rules apply?"
        listed = ", ".join(sorted(webhooks))
        raise typer.BadParameter(f"{said} There are: {listed}", param_hint="--webhook")
    return webhooks[name]
