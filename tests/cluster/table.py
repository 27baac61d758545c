"""Table: what `make cluster` found, for docs/helm.md."""

import json
from pathlib import Path
from typing import Any

__all__ = ["RESULTS", "render", "write"]

RESULTS = Path(__file__).with_name("results.json")


def write(results: dict[str, Any]) -> None:
    """Keep what was found."""
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def render() -> str:
    """Return the table of Markdown."""
    held = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = ["| promise | with | found |", "|---|---|---|"]
    rows += [f"| {row['promise']} | {row['by']} | {row['found']} |" for row in held["rows"]]
    said = f"`make cluster`, {held['date']}, {held['on']}, {held['seconds']:.0f} s."
    return "\n".join([said, "", *rows])
