"""Written: the files that `make docs` writes, each with what is in it.

`python -m deploy.observability.written --runbooks URL --to FOLDER` writes them elsewhere, their
links leading to a copy of docs/runbooks of your own.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from deploy.observability.dashboard import DASHBOARDS
from deploy.observability.dashboard import render as render_dashboard
from deploy.observability.rules import render as render_rules

__all__ = ["RUNBOOKS", "File", "files", "write"]

RUNBOOKS = "https://github.com/cstar-gateway/cstar-gateway/blob/main/docs/runbooks"
ROOT = Path(__file__).parents[2]


class File(NamedTuple):
    """One file.

    Attributes:
        path: below the repository.
        content: all of it.
    """

    path: str
    content: str


def files(runbooks: str = RUNBOOKS) -> Iterator[File]:
    """Yield every file; `runbooks` is the address that its links lead to."""
    for board in DASHBOARDS:
        yield File(f"deploy/grafana/{board.uid}.json", render_dashboard(board, runbooks))
    yield File("deploy/prometheus/rules.yaml", render_rules(runbooks))


def write(
    to: Annotated[Path, typer.Option(help="Folder that deploy/ is written in.")] = ROOT,
    runbooks: Annotated[str, typer.Option(help="Address of docs/runbooks.")] = RUNBOOKS,
) -> None:
    """Write dashboards and alerts, and say which are new."""
    for file in files(runbooks):
        path = to / file.path
        if not path.exists() or path.read_text(encoding="utf-8") != file.content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.content, encoding="utf-8")
            typer.echo(f"{file.path}: written")


if __name__ == "__main__":
    typer.run(write)
