"""`all` and `page`: every measurement but the hour, and the document that they make."""

import subprocess
import sys
from typing import Annotated

import typer

from benchmarks import pictures
from benchmarks.cli.options import CONSOLE, Short
from benchmarks.failure import BenchFailed
from benchmarks.servers import ROOT

__all__ = ["everything", "page"]

_LONG = (
    ("stages",),
    ("cpu", "--stages"),
    ("latency",),
    ("growth",),
    ("memory", "--minutes", "2"),
    ("restart",),
    ("backfill",),
)
_SHORT = (
    ("stages", "--short"),
    ("cpu", "--stages", "--short"),
    ("latency", "--short"),
    ("growth", "--short", "--only", "connections,size,replicas"),
    ("memory", "--minutes", "0.05", "--rate", "100", "--name", "short-memory"),
)


def everything(
    *,
    short: Short = False,
    hour: Annotated[bool, typer.Option("--hour", help="Also an hour of memory.")] = False,
) -> None:
    """Measure all of it, in some half an hour, and write docs/performance.md anew."""
    for command in _SHORT if short else _LONG:
        words = ("memory",) if hour and command[0] == "memory" else command
        CONSOLE.rule(" ".join(words))
        done = subprocess.run(  # noqa: S603 - our own commands
            [sys.executable, "-m", "benchmarks", *words], cwd=ROOT, check=False
        )
        if done.returncode != 0:
            raise BenchFailed(f"`{' '.join(words)}` failed; what was measured before it is kept.")
    if not short:
        page()


def page() -> None:
    """Write docs/performance.md and its pictures anew from the figures that are kept."""
    from docs.generate import PARTS, write  # noqa: PLC0415 - it imports the page's parts from here

    pictures.write()
    for part in PARTS:
        if part.page in {"README.md", "docs/performance.md"}:
            write(part)
