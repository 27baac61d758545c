"""Replay: `cstar-gateway replay`, what the quarantine kept, back on the path after a fix."""

import logging
import time
from typing import Annotated

import typer
import uvloop

from gateway import logs
from gateway.cli.choice import choose, parse_time
from gateway.cli.options import ConfigPath, Json, load_or_exit
from gateway.cli.replay_run import Wish, run
from gateway.cli.telling import Telling
from gateway.pipeline.reasons import ENDINGS, Outcome
from gateway.pipeline.subscription import Subscription

__all__ = ["replay"]

_REASONS = [reason.value for reason, row in ENDINGS.items() if row.outcome is Outcome.QUARANTINED]


def _complete_reason(incomplete: str) -> list[str]:
    return [name for name in _REASONS if name.startswith(incomplete)]


def _check_reasons(chosen: list[str] | None) -> list[str]:
    for name in chosen or ():
        if name not in _REASONS:
            raise typer.BadParameter(f"{name!r} is not one of: {', '.join(_REASONS)}")
    return chosen or []


def _check_types(patterns: list[str] | None) -> list[str]:
    try:
        Subscription(patterns or ())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return patterns or []


def _check_time(text: str | None) -> str | None:
    try:
        if text is not None:
            parse_time(text, 0.0)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return text


Ids = Annotated[
    list[str] | None,
    typer.Option("--id", metavar="EVENT", help="Events of this id.", show_default=False),
]
Types = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        help="Events of this type, or of `ticket.*`.",
        callback=_check_types,
        show_default=False,
    ),
]
Teams = Annotated[
    list[str] | None,
    typer.Option("--team", metavar="TEAM", help="Events of this team.", show_default=False),
]
Reasons = Annotated[
    list[str] | None,
    typer.Option(
        "--reason",
        metavar="REASON",
        help="What was quarantined for this reason.",
        autocompletion=_complete_reason,
        callback=_check_reasons,
        show_default=False,
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="What arrived then or later: 2h ago, or 2026-04-27T18:42:11Z.",
        callback=_check_time,
        show_default=False,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="What arrived earlier.", callback=_check_time, show_default=False
    ),
]
Limit = Annotated[
    int | None, typer.Option(min=1, help="The oldest so many of them.", show_default=False)
]
Yes = Annotated[
    bool | None,
    typer.Option(
        "--yes/--dry-run",
        help="Replay, or only tell what would happen. Without either a terminal is shown the dry "
        "run and asked; elsewhere it stays with the dry run.",
        show_default=False,
    ),
]


def replay(  # noqa: PLR0913 - options of a command
    config: ConfigPath = None,
    *,
    ids: Ids = None,
    types: Types = None,
    teams: Teams = None,
    reasons: Reasons = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = None,
    yes: Yes = None,
    json: Json = False,
) -> None:
    """Put what is quarantined back on the path, after a fix: all of it, or what the filters name.

    A filter that is given several times takes any of its values; several filters must all match.
    What was replayed, or is in its topics already, is not put there again. What is still unusable
    stays. Ends with 0 where nothing is left to mend, with 1 where something is.
    """
    settings = load_or_exit(config)
    logs.configure(style="console", level="error")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it comes to is told by us
    now = time.time()
    choice = choose(
        ids=ids,
        types=types,
        teams=teams,
        reasons=reasons,
        since=None if since is None else parse_time(since, now),
        until=None if until is None else parse_time(until, now),
        limit=limit,
    )
    telling = Telling(json=json)
    try:
        code = uvloop.run(run(settings, Wish(choice, yes), telling))
    except KeyboardInterrupt:
        telling.problem("Interrupted.", "what was replayed is in Kafka; run it again for the rest")
        code = 1
    raise SystemExit(code)
