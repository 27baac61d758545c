"""Tail: `cstar-gateway tail`, what consumers read, as it comes."""

import asyncio
import contextlib
import dataclasses
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gateway.events.catalogue import CATEGORIES, OTHER

if TYPE_CHECKING:
    from aiokafka.structs import ConsumerRecord

    from gateway.sink.settings import KafkaSettings

__all__ = ["tail"]

_DEFAULT_SERVERS = "127.0.0.1:9092"
_SUBJECTS = (*CATEGORIES, OTHER, "quarantine")


def _complete(incomplete: str) -> list[str]:
    return [name for name in _SUBJECTS if name.startswith(incomplete)]


def _check_categories(chosen: list[str] | None) -> list[str]:
    for name in chosen or ():
        if name not in _SUBJECTS:
            known = ", ".join(_SUBJECTS)
            raise typer.BadParameter(f"{name!r} is not one of: {known}")
    return chosen or [*_SUBJECTS]


Categories = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[CATEGORY]...",
        help="Which topics: tickets, customers, …, other, quarantine. All where none is named.",
        autocompletion=_complete,
        callback=_check_categories,
        show_default=False,
    ),
]
Servers = Annotated[
    str | None,
    typer.Option(
        envvar="CSTAR_GATEWAY__KAFKA__BOOTSTRAP_SERVERS",
        metavar="HOST:PORT",
        help=f"Kafka's address; else the configuration's, else {_DEFAULT_SERVERS}.",
        show_default=False,
    ),
]
ConfigPath = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="CSTAR_GATEWAY_CONFIG",
        metavar="FILE",
        help="Take Kafka's address and security, and the prefix, from this TOML file.",
        show_default=False,
    ),
]
Prefix = Annotated[
    str | None,
    typer.Option(
        envvar="CSTAR_GATEWAY__TOPICS__PREFIX",
        help="First part of the topics' names; else the configuration's, else cstar.",
        show_default=False,
    ),
]
FromBeginning = Annotated[
    bool, typer.Option("--from-beginning", help="Start with the oldest records.")
]
Count = Annotated[
    int | None, typer.Option(min=1, help="End after so many records.", show_default=False)
]
Headers = Annotated[bool, typer.Option("--headers", help="Show the records' headers too.")]
Json = Annotated[
    bool, typer.Option("--json", help="Write one JSON object a line, the whole record.")
]


def tail(
    categories: Categories = None,
    *,
    bootstrap_servers: Servers = None,
    config: ConfigPath = None,
    prefix: Prefix = None,
    from_beginning: FromBeginning = False,
    count: Count = None,
    headers: Headers = False,
    json: Json = False,
) -> None:
    """Show what consumers read: topic, partition, offset, type, key and flat fields.

    Reads beside all consumers: there is no group, and nothing is committed. Ctrl-C ends it.
    """
    settings, prefix = _settings(config, bootstrap_servers, prefix)
    topics = [f"{prefix}.{name}" for name in categories or _SUBJECTS]
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        asyncio.run(
            _follow(
                settings, topics, _shower(topics, headers=headers, json=json), from_beginning, count
            )
        )


def _settings(
    config: Path | None, servers: str | None, prefix: str | None
) -> "tuple[KafkaSettings, str]":
    """Return how to reach Kafka and the topics' prefix: options first, then the file."""
    from gateway.sink.settings import KafkaSettings  # noqa: PLC0415 - a light command line

    if config is None:
        return KafkaSettings(bootstrap_servers=servers or _DEFAULT_SERVERS), prefix or "cstar"
    from gateway.cli.options import load_or_exit  # noqa: PLC0415
    from gateway.parts import kafka_settings  # noqa: PLC0415

    loaded = load_or_exit(config)
    settings = kafka_settings(loaded)
    if servers:
        settings = dataclasses.replace(settings, bootstrap_servers=servers)
    return settings, prefix or loaded.topics.prefix


def _shower(
    topics: list[str], *, headers: bool, json: bool
) -> "Callable[[ConsumerRecord[bytes, bytes]], None]":
    """Return what shows one record."""
    from rich.console import Console  # noqa: PLC0415 - a light command line

    from gateway.cli.view import View, show_line  # noqa: PLC0415

    console = Console(highlight=False)

    def show_json(record: "ConsumerRecord[bytes, bytes]") -> None:
        sys.stdout.write(View.of(record).as_json().decode() + "\n")
        sys.stdout.flush()

    def show(record: "ConsumerRecord[bytes, bytes]") -> None:
        view = View.of(record)
        show_line(console, view.line(topics.index(record.topic)))
        if headers:
            console.print(view.header_lines(), soft_wrap=True, end="")

    return show_json if json else show


async def _follow(
    settings: "KafkaSettings",
    topics: list[str],
    show: "Callable[[ConsumerRecord[bytes, bytes]], None]",
    from_beginning: bool,  # noqa: FBT001 - handed through
    count: int | None,
) -> None:
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - a light command line

    from gateway.cli.reader import Reader  # noqa: PLC0415

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    seen = 0
    try:
        async with Reader(settings, topics, from_beginning=from_beginning) as reader:
            async for record in reader.records():
                show(record)
                seen += 1
                if seen == count:
                    return
    except BrokenPipeError:
        raise
    except (KafkaError, OSError, TimeoutError) as error:
        _tell_unreachable(settings.servers, error)


def _tell_unreachable(servers: str, error: Exception) -> NoReturn:
    from rich.console import Console  # noqa: PLC0415 - a light command line
    from rich.text import Text  # noqa: PLC0415

    from gateway.cli.inspection import why  # noqa: PLC0415

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text(f"Kafka at {servers} cannot be read: {why(error)}", "bold red"))
    console.print(
        Text(
            "→ start it (cstar-gateway dev brings its own), or name yours: "
            "--bootstrap-servers HOST:PORT, or --config FILE where it wants credentials",
            "green",
        )
    )
    raise SystemExit(1) from None
