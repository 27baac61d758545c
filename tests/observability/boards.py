"""Boards: the dashboards as they lie in the repository, and what is in them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["BOARDS", "panels", "queries"]

FOLDER = Path(__file__).parents[2] / "deploy/grafana"

BOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.json"))
}
"""By file name."""


def panels(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every panel that asks for something."""
    for panel in board["panels"]:
        if panel["type"] != "row":
            yield panel


def queries(board: dict[str, Any]) -> Iterator[str]:
    """Yield every expression of a dashboard: of panels and of annotations."""
    for panel in panels(board):
        for target in panel["targets"]:
            yield target["expr"]
    for annotation in board["annotations"]["list"]:
        yield annotation["expr"]
