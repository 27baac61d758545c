"""Trigger: `cstar-gateway trigger`, one event or many, signed and sent as cStar does."""

import asyncio
import contextlib
import difflib
import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.events.catalogue import CATALOGUE
from gateway.simulator import DEV_SECRET
from gateway.simulator.change import Change
from gateway.simulator.tamper import Tamper

if TYPE_CHECKING:
    from gateway.cli.tally import Tally
    from gateway.simulator.occurrence import Occurrence
    from gateway.simulator.sender import Sender

__all__ = ["trigger"]

ALL = "all"
_URL = "http://127.0.0.1:8080/webhooks/cstar"
_RETRIES = 6


def _complete(incomplete: str) -> list[tuple[str, str]]:
    offered = [(ALL, "Every type once")]
    offered += [(row.name, row.description) for row in CATALOGUE.values()]
    return [(name, text) for name, text in offered if name.startswith(incomplete)]


def _check_changes(texts: list[str] | None) -> list[str]:
    try:
        for text in texts or ():
            Change.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return texts or []


EventType = Annotated[
    str,
    typer.Argument(
        metavar="TYPE|all",
        help="An event type, such as ticket.created, or all 35.",
        autocompletion=_complete,
    ),
]
Url = Annotated[str, typer.Option(help="Where the gateway takes deliveries.")]
Secret = Annotated[
    str,
    typer.Option(
        envvar="CSTAR_GATEWAY_SECRET",
        metavar="WHSEC",
        help="Signing secret; that of cstar-gateway dev where none is given.",
        show_default=False,
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change the event: data.ticket.title=Help, team_id=team_1, id=evt_1. "
        "The value is JSON where it parses as JSON.",
        callback=_check_changes,
        show_default=False,
    ),
]
Count = Annotated[int | None, typer.Option(min=1, help="Send so many events.", show_default=False)]
Duration = Annotated[
    float | None, typer.Option(min=0.001, help="Send for so many seconds.", show_default=False)
]
Rate = Annotated[
    float | None,
    typer.Option(
        min=0.001,
        help="Events a second; until Ctrl-C where neither --count nor --duration ends it.",
        show_default=False,
    ),
]
Concurrency = Annotated[int, typer.Option(min=1, help="Most deliveries under way.")]
Repeat = Annotated[int, typer.Option(min=1, help="Deliver each event so often, same id and bytes.")]
Retry = Annotated[
    bool, typer.Option("--retry/--no-retry", help="Retry failures six times, as cStar does.")
]
TimeScale = Annotated[
    float, typer.Option(min=0.001, help="With --retry: cStar's 31 hours pass so much faster.")
]
Spoiled = Annotated[
    Tamper | None,
    typer.Option(help="Spoil each delivery: it must be refused.", show_default=False),
]
Legacy = Annotated[bool, typer.Option("--legacy", help="Sign in the older form, sha256=….")]
AnyType = Annotated[
    bool, typer.Option("--any-type", help="Send a type that cStar does not have (yet).")
]
Json = Annotated[
    bool, typer.Option("--json", help="Write one JSON object a line, one for each event.")
]


def trigger(  # noqa: PLR0913 - options of a command
    event_type: EventType,
    *,
    url: Url = _URL,
    secret: Secret = DEV_SECRET,
    changes: Changes = None,
    count: Count = None,
    duration: Duration = None,
    rate: Rate = None,
    concurrency: Concurrency = 16,
    repeat: Repeat = 1,
    retry: Retry = False,
    time_scale: TimeScale = 3600.0,
    tamper: Spoiled = None,
    legacy: Legacy = False,
    any_type: AnyType = False,
    json: Json = False,
) -> None:
    """Send signed events to a gateway, as cStar would.

    Ends with 0 where every event was answered with 2xx at last; with --tamper, where every one was
    refused with 4xx. Else with 1.
    """
    from gateway.cli.tally import Tally  # noqa: PLC0415 - a light command line
    from gateway.simulator.sender import Sender  # noqa: PLC0415

    types = _types(event_type, any_type=any_type)
    once = count is None and duration is None and rate is None
    parsed = [Change.parse(text) for text in changes or ()]
    events = _events(types, parsed, len(types) if once else count, duration)
    tries = _RETRIES if retry else 0
    sender = Sender(url, secret, retries=tries, time_scale=time_scale, legacy=legacy, tamper=tamper)
    tally = Tally()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_send(sender, events, tally, rate, concurrency, repeat, json=json))
    if not json:
        _conclude(tally, url=url, tamper=tamper)
    good = tally.refused if tamper else tally.succeeded
    raise SystemExit(0 if 0 < good == tally.events else 1)


def _types(event_type: str, *, any_type: bool) -> Sequence[str]:
    if event_type == ALL:
        return list(CATALOGUE)
    if event_type in CATALOGUE or any_type:
        return [event_type]
    near = difflib.get_close_matches(event_type, [*CATALOGUE, ALL], n=3, cutoff=0.5)
    advice = f"Did you mean {' or '.join(near)}? " if near else ""
    raise typer.BadParameter(
        f"{event_type!r} is not one of cStar's event types. {advice}"
        "To send it all the same: --any-type"
    )


def _events(
    types: Sequence[str], changes: Sequence[Change], count: int | None, duration: float | None
) -> "Iterator[Occurrence]":
    """Yield events, the types in turn, until there were enough or the time is over."""
    from gateway.simulator.occurrence import happen  # noqa: PLC0415 - a light command line

    deadline = time.monotonic() + duration if duration is not None else float("inf")
    for event_type in itertools.islice(itertools.cycle(types), count):
        if time.monotonic() >= deadline:
            return
        try:
            yield happen(event_type, changes=changes)
        except ValueError as error:
            raise typer.BadParameter(f"{event_type}: {error}") from None


async def _send(
    sender: "Sender",
    events: "Iterator[Occurrence]",
    tally: "Tally",
    rate: float | None,
    concurrency: int,
    repeat: int,
    *,
    json: bool,
) -> None:
    from rich.console import Console  # noqa: PLC0415 - a light command line

    from gateway.cli.tally import as_json, line  # noqa: PLC0415
    from gateway.simulator.sender import Sent  # noqa: PLC0415
    from gateway.simulator.traffic import drive  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)

    def tell(sent: Sent) -> None:
        tally.add(sent)
        if json:
            sys.stdout.write(as_json(sent).decode() + "\n")
            sys.stdout.flush()
        else:
            console.print(line(sent))

    first = next(events)  # what is wrong with the changes is told before anything is sent
    async with sender:
        await drive(
            sender,
            itertools.chain([first], events),
            tell,
            rate=rate,
            concurrency=concurrency,
            repeat=repeat,
        )


def _conclude(tally: "Tally", *, url: str, tamper: Tamper | None) -> None:
    """Tell the sum where there was more than one, and what to do about what failed."""
    from rich.console import Console  # noqa: PLC0415 - a light command line
    from rich.text import Text  # noqa: PLC0415

    from gateway.cli.tally import NO_ANSWER  # noqa: PLC0415

    if tally.events > 1:
        Console(highlight=False, soft_wrap=True).print(tally.text())
    advice = ""
    if tally.outcomes[NO_ANSWER]:
        advice = f"Is the gateway at {url}? cstar-gateway dev starts one here; --url names another."
    elif tally.reasons["signature_mismatch"] and not tamper:
        advice = "The gateway has another secret: give it with --secret or CSTAR_GATEWAY_SECRET."
    if advice:
        Console(stderr=True, highlight=False, soft_wrap=True).print(Text(f"→ {advice}", "green"))
