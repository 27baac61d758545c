"""`python -m tests.cluster`: build the plane, prove each promise on it, write the table."""

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import typer
from rich.console import Console
from rich.markup import escape

from docs.generate import PARTS
from docs.generate import write as write_part
from tests.cluster.build import HELMS, KUBERNETES, BuildError
from tests.cluster.checks import CHECKS
from tests.cluster.control import Plane
from tests.cluster.custom import definitions
from tests.cluster.promises import PROMISES
from tests.cluster.releases import namespace
from tests.cluster.table import SERVER, write

_console = Console(stderr=True, highlight=False)
_NAMES = {"helm3": "Helm 3.22.0", "helm4": "Helm 4.3.1"}
_PAGE = "docs/helm.md"
Row = dict[str, str]


def prove(plane: Plane) -> Iterator[Row]:
    """Prove every promise; yield what was found as it is found."""
    _prepare(plane)
    for helm in HELMS:
        for check in CHECKS:
            yield _row(plane, check.__doc__ or "", _NAMES[helm], partial(check, plane, helm))
    for promise in PROMISES:
        yield _row(plane, promise.__doc__ or "", SERVER, partial(promise, plane))


def _row(plane: Plane, promise: str, by: str, proof: Callable[[], str]) -> Row:
    try:
        found = proof()
    except BaseException:
        _console.print(f"[red]✗[/] {by}: {promise}\n{escape(plane.told())}")
        raise
    _console.print(f"[green]✓[/] {by}: {promise} [dim]{found}")
    return {"promise": promise, "by": by, "found": found}


def _prepare(plane: Plane) -> None:
    """Bring what a cluster would have: the operators' definitions, and the names that cases use."""
    for definition in definitions():
        plane.api.create(definition)
    time.sleep(2)  # until the server serves what was defined
    namespace(plane, "kafka")
    for name in ("production", "edge"):
        metadata = {"name": name}
        group, kind = "scheduling.k8s.io/v1", "PriorityClass"
        plane.api.create({"apiVersion": group, "kind": kind, "metadata": metadata, "value": 1000})
    handler = {"metadata": {"name": "gvisor"}, "handler": "gvisor"}
    plane.api.create({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", **handler})


def main() -> None:
    """Prove everything on one plane and write the table of docs/helm.md."""
    began = time.monotonic()
    try:
        with Plane() as plane:
            began = time.monotonic()
            rows = [*prove(plane)]
    except (BuildError, TimeoutError) as problem:
        _console.print(f"[red]{problem}")
        raise typer.Exit(2) from None
    write(
        {
            "date": datetime.now(UTC).date().isoformat(),
            "on": f"Kubernetes {KUBERNETES}, {os.cpu_count()} cores, {platform.system()}",
            "seconds": time.monotonic() - began,
            "rows": rows,
        }
    )
    write_part(next(part for part in PARTS if part.page == _PAGE))
    sys.stdout.write(f"{len(rows)} passed, 0 failed\n")


if __name__ == "__main__":
    typer.run(main)
