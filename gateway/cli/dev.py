"""Dev: `cstar-gateway dev`, all of it on this machine: Kafka, gateway, traffic, records."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.simulator import DEV_SECRET

if TYPE_CHECKING:
    from rich.console import Console

    from gateway.cli.local import Local, Wishes
    from gateway.embedded import Progress

__all__ = ["dev"]

Servers = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        help="Use a plain-text Kafka you have; else one is brought up here, and goes with us.",
        show_default=False,
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65_535,
        help="Where deliveries are taken; else 8080, or a free one.",
        show_default=False,
    ),
]
AdminPort = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65_535,
        help="Where probes and metrics are; else 8081, or a free one.",
        show_default=False,
    ),
]
Prefix = Annotated[str, typer.Option(help="First part of the topics' names.")]
DataDir = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Keep Kafka's data there; else they go with it.",
        file_okay=False,
        show_default=False,
    ),
]
Rate = Annotated[float, typer.Option(min=0.01, help="Sample events a second.")]
Traffic = Annotated[
    bool, typer.Option("--traffic/--no-traffic", help="Send sample events after the first.")
]
Seed = Annotated[int, typer.Option(help="Of the sample events' types and teams.")]
Once = Annotated[
    bool,
    typer.Option("--once", help="End after every type was read back: 0, or 1 if one was not."),
]


def dev(  # noqa: PLR0913 - options of a command
    *,
    bootstrap_servers: Servers = None,
    port: Port = None,
    admin_port: AdminPort = None,
    prefix: Prefix = "cstar",
    data_dir: DataDir = None,
    rate: Rate = 2.0,
    traffic: Traffic = True,
    seed: Seed = 1,
    once: Once = False,
) -> None:
    """Run everything here: a real Kafka, the gateway, sample events, and what consumers read.

    Needs no Docker and no Java. The first start downloads Apache Kafka (45 MB) and keeps it.
    Ctrl-C drains the gateway, ends Kafka, and leaves nothing behind.
    """
    import uvloop  # noqa: PLC0415 - a light command line
    from rich.console import Console  # noqa: PLC0415

    from gateway.cli.local import Wishes  # noqa: PLC0415

    wishes = Wishes(bootstrap_servers, port, admin_port, prefix, data_dir)
    console = Console(highlight=False)
    steady = None if once else rate if traffic else 0.0
    raise SystemExit(uvloop.run(_run(console, wishes, steady, seed)))


async def _run(console: "Console", wishes: "Wishes", steady: float | None, seed: int) -> int:
    """Play it from start to goodbye; return the exit code.

    Args:
        console: where it is shown.
        wishes: what was asked for.
        steady: sample events a second after the first; 0: none; None: end after the first.
        seed: of the sample events.
    """
    from rich.text import Text  # noqa: PLC0415 - a light command line

    from gateway.cli.options import report_config_error  # noqa: PLC0415
    from gateway.config import ConfigError  # noqa: PLC0415
    from gateway.embedded import KafkaFailed  # noqa: PLC0415

    play = asyncio.create_task(_play(console, wishes, steady, seed))
    for number in (signal.SIGINT, signal.SIGTERM):
        # The first ends the play and all is drained; the next cuts the draining short.
        asyncio.get_running_loop().add_signal_handler(number, play.cancel)
    try:
        return await play
    except asyncio.CancelledError:
        return 0 if steady is not None else 1
    except ConfigError as error:
        report_config_error(error)
    except (KafkaFailed, OSError, TimeoutError) as error:
        console.print(Text(f"\n{error}", "bold red"), soft_wrap=True)
        return 1


async def _play(console: "Console", wishes: "Wishes", steady: float | None, seed: int) -> int:
    from gateway.cli.local import bring_up  # noqa: PLC0415 - a light command line
    from gateway.cli.reader import Reader  # noqa: PLC0415
    from gateway.cli.showing import Showing  # noqa: PLC0415
    from gateway.simulator.sender import Sender  # noqa: PLC0415

    begin = time.monotonic()
    async with contextlib.AsyncExitStack() as stack:
        with _progress(console) as progress:
            local = await stack.enter_async_context(bring_up(wishes, progress))
        _introduce(console, local, time.monotonic() - begin)
        reader = await stack.enter_async_context(Reader(local.settings, local.topics))
        sender = await stack.enter_async_context(Sender(local.url, DEV_SECRET))
        showing = Showing(console, local, sender, reader)
        good = await showing.every_type()
        if steady is None:
            return 0 if good else 1
        _suggest(console, local, wishes, steady)
        with contextlib.suppress(asyncio.CancelledError):
            await showing.traffic(steady, seed)
        console.print("\nDraining …", style="dim")
    console.print(showing.goodbye())
    left = f"Kafka's data are kept in {wishes.data_dir}." if wishes.data_dir else ""
    kafka = "Kafka is gone. " if local.kafka else ""
    console.print(f"Goodbye. {kafka}{left}", style="dim")
    return 0


@contextlib.contextmanager
def _progress(console: "Console") -> "Iterator[Progress]":
    """Tell of long work: on a terminal in one line that moves, elsewhere each step once."""
    told: set[str] = set()

    def plain(what: str, _done: int, _total: int) -> None:
        if what not in told:
            told.add(what)
            console.print(f"{what} …", style="dim")

    if not console.is_terminal:
        yield plain
        return
    with console.status("Starting …") as status:

        def moving(what: str, done: int, total: int) -> None:
            amount = f"  {done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else ""
            status.update(f"{what} …{amount}")

        yield moving


def _introduce(console: "Console", local: "Local", seconds: float) -> None:
    """Tell what is up, and where."""
    from rich.text import Text  # noqa: PLC0415 - a light command line

    from gateway.cli.local import KAFKA_PORT, PORT  # noqa: PLC0415

    given = "the one you named"
    ours = (
        f"Apache Kafka {local.kafka.version}, our own, gone when this ends" if local.kafka else ""
    )
    rows = {
        "Kafka": f"{local.settings.servers}  {ours or given}{local.instead_of(KAFKA_PORT)}",
        "Webhook": f"{local.url}  ready after {seconds:.1f} s{local.instead_of(PORT)}",
        "Secret": f"{DEV_SECRET}  known to all: for this machine only",
        "Metrics": f"{local.admin_url}/metrics",
        "Ready": f"{local.admin_url}/readyz",
    }
    for name, text in rows.items():
        value, _, note = text.partition("  ")
        line = Text(f"{name:<8} ", style="bold").append(value, style="not bold cyan")
        console.print(line.append(f"  {note}", style="not bold dim"), soft_wrap=True)
    console.print(
        Text("\nEach of cStar's event types, signed and sent; and the record consumers read:\n")
    )


def _suggest(console: "Console", local: "Local", wishes: "Wishes", steady: float) -> None:
    """Tell what to try next, each line ready to be copied."""
    from rich.text import Text  # noqa: PLC0415 - a light command line

    from gateway.cli.local import KAFKA_PORT, PORT  # noqa: PLC0415

    url = "" if local.gateway.port == PORT else f" --url {local.url}"
    servers = local.settings.servers
    kafka = "" if servers == f"127.0.0.1:{KAFKA_PORT}" else f" --bootstrap-servers {servers}"
    prefix = "" if wishes.prefix == "cstar" else f" --prefix {wishes.prefix}"
    console.print(Text("\nTry, in another terminal:", style="bold"))
    for command in (
        f"cstar-gateway trigger ticket.created --set data.ticket.title='Printer on fire'{url}",
        f"cstar-gateway trigger ticket.created --repeat 3{url}",
        f"cstar-gateway trigger all --tamper body{url}",
        f"cstar-gateway tail tickets --headers{kafka}{prefix}",
        f"curl -s {local.admin_url}/metrics | grep cstar_gateway_deliveries_total",
    ):
        console.print(Text(f"  {command}", style="cyan"), soft_wrap=True)
    now = f"Sample traffic, {steady:g} events a second" if steady else "Records, as they come"
    console.print(Text(f"\n{now}; Ctrl-C ends it.\n", style="bold"))
