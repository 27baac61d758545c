"""Writes the generated parts of the documents, between their marks: `make docs`.

A mark is `<!-- name: … -->` and ends at `<!-- /name -->`. tests/test_docs.py fails when a part is
stale, so whoever adds a setting, a metric, a reason or an event type runs this.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from typer.cli import app as typer_cli
from typer.testing import CliRunner

from gateway.config import table as settings
from gateway.events import table as catalogue
from gateway.metrics import table as metrics
from gateway.pipeline.reasons import ENDINGS
from tests.inputs import table as inputs

__all__ = ["PARTS", "Part", "renewed"]

ROOT = Path(__file__).parents[1]


class Part(NamedTuple):
    """One generated part of one document."""

    page: str
    name: str
    render: Callable[[], str]


def reasons() -> str:
    """Return the table of endings."""
    rows = [
        f"| `{reason}` | {ending.outcome} | {ending.status} | {ending.level} "
        f"| {'yes' if ending.retriable else 'no'} | {ending.title} |"
        for reason, ending in ENDINGS.items()
    ]
    head = "| reason | outcome | status | log | retriable | says |\n|---|---|---|---|---|---|"
    return "\n".join([head, *rows])


def commands() -> str:
    """Return every command with its options, as typer documents them."""
    arguments = ["gateway.cli.commands", "utils", "docs", "--name", "cstar-gateway"]
    page = CliRunner().invoke(typer_cli, arguments, catch_exceptions=False).output
    return page.partition("\n\n")[2].strip()


PARTS = (
    Part("docs/architecture.md", "reasons", reasons),
    Part("docs/commands.md", "commands", commands),
    Part("docs/configuration.md", "settings", settings.render),
    Part("docs/events.md", "catalogue", catalogue.render),
    Part("docs/inputs.md", "inputs", inputs.render),
    Part("docs/metrics.md", "metrics", metrics.render),
)


def renewed(text: str, part: Part) -> str:
    """Return a document's text with one part written anew.

    Raises:
        ValueError: the marks are not there.
    """
    pattern = re.compile(rf"(<!-- {part.name}: [^\n]*-->\n).*?(<!-- /{part.name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{part.page} lacks the marks of {part.name}")
    body = part.render()
    return pattern.sub(lambda match: f"{match[1]}\n{body}\n\n{match[2]}", text)


def main() -> None:
    """Renew every part and name the documents that changed."""
    for part in PARTS:
        path = ROOT / part.page
        before = path.read_text(encoding="utf-8")
        after = renewed(before, part)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{part.page}: {part.name} renewed\n")


if __name__ == "__main__":
    main()
