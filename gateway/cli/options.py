"""Options: what several commands take, and how they tell that a configuration will not do."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.text import Text

from gateway.config import Config, ConfigError, load

__all__ = [
    "ConfigPath",
    "Json",
    "load_or_exit",
    "print_json",
    "report_config_error",
]

ConfigPath = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        envvar="CSTAR_GATEWAY_CONFIG",
        metavar="FILE",
        help="The TOML file; without it, CSTAR_GATEWAY__… variables alone.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON, for machines.")]

_BAD_USAGE = 2


def load_or_exit(path: Path | None) -> Config:
    """Return the configuration; tell every fault of it and exit with 2 where there is one."""
    try:
        return load(path, os.environ)
    except ConfigError as error:
        report_config_error(error)


def report_config_error(error: ConfigError) -> NoReturn:
    """Tell every fault on standard error, and exit with 2."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    count = len(error.faults)
    plural = "fault" if count == 1 else "faults"
    console.print(Text(f"The configuration has {count} {plural}.", style="bold red"))
    for fault in error.faults:
        line = Text("\n  ")
        line.append(fault.key, style="bold")
        if fault.source not in {"default", "file"}:
            line.append(f"  from {fault.source}", style="dim")
        console.print(line)
        console.print(Text(f"    {fault.problem}"))
        console.print(Text(f"    → {fault.fix}", style="green"))
        if fault.variable:
            console.print(Text(f"    variable {fault.variable}", style="dim"))
    raise SystemExit(_BAD_USAGE)


def print_json(value: Any) -> None:
    """Write one JSON document on standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
