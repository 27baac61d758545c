"""Table: what `make cluster` found, for docs/helm.md."""

import json
from pathlib import Path
from typing import Any

__all__ = ["RESULTS", "SERVER", "render", "write"]

RESULTS = Path(__file__).with_name("results.json")
SERVER = "the server"
"""By which a promise is proved that no Helm has a part in."""


def write(results: dict[str, Any]) -> None:
    """Keep what was found."""
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def render() -> str:
    """Return two tables of Markdown: what each Helm was put through, and the rest."""
    held = json.loads(RESULTS.read_text(encoding="utf-8"))
    by: dict[str, dict[str, str]] = {}
    for row in held["rows"]:
        by.setdefault(row["promise"], {})[row["by"]] = row["found"]
    helms = [*dict.fromkeys(row["by"] for row in held["rows"] if row["by"] != SERVER)]
    head = ["| promise | " + " | ".join(helms) + " |", "|---" * (len(helms) + 1) + "|"]
    each = [
        f"| {promise} | " + " | ".join(found[helm] for helm in helms) + " |"
        for promise, found in by.items()
        if SERVER not in found
    ]
    rest = [f"| {promise} | {found[SERVER]} |" for promise, found in by.items() if SERVER in found]
    said = f"`make cluster`, {held['date']}, {held['on']}, {held['seconds']:.0f} s:"
    return "\n".join([said, "", *head, *each, "", "| promise | found |", "|---|---|", *rest])
