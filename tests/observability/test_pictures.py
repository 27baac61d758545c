"""Pictures: what Prometheus answered is there to be seen, where its panel stands."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deploy.observability.pictures import Line, draw
from deploy.observability.units import written
from tests.observability.boards import BOARDS, panels

BEGIN = 1_777_315_331.0
HEAD, CELL, COLUMN = 70, 34, 1592 / 24  # pixels
TIMES = [BEGIN + 10 * step for step in range(60)]


def _one_of_each() -> list[dict[str, Any]]:
    every = [panel for board in BOARDS.values() for panel in panels(board)]
    return [
        next(panel for panel in every if panel["type"] == kind)
        for kind in ("stat", "timeseries", "heatmap")
    ]


def lines_of(panel: dict[str, object]) -> list[Line]:
    """Return two series, or the buckets of a histogram, that rise."""
    if panel["type"] != "heatmap":
        return [Line(name, TIMES, [float(each) for each in range(60)]) for name in ("a", "b")]
    bounds = (0.001, 0.01, 0.1, float("inf"))
    return [
        Line(str(bound), TIMES, [share * each for each in range(60)], bound)
        for share, bound in enumerate(bounds, start=1)
    ]


def test_panels_are_drawn_where_they_stand(tmp_path: Path) -> None:
    """A panel of each kind looks other with an answer than without, in its place on the page."""
    kinds = {
        panel["type"]: {**panel, "gridPos": {"x": 8 * number, "y": 0, "w": 8, "h": 8}}
        for number, panel in enumerate(_one_of_each())
    }
    board, end = {"title": "A board", "panels": [*kinds.values()]}, TIMES[-1]
    shown = {panel["id"]: lines_of(panel) for panel in panels(board)}
    draw(board, shown, tmp_path / "full.png", begin=BEGIN, end=end)
    draw(board, {}, tmp_path / "bare.png", begin=BEGIN, end=end)
    full, bare = (
        np.asarray(Image.open(tmp_path / f"{each}.png").convert("RGB")).astype(int)
        for each in ("full", "bare")
    )
    for panel in panels(board):
        at = panel["gridPos"]
        rows = slice(HEAD + at["y"] * CELL, HEAD + (at["y"] + at["h"]) * CELL)
        columns = slice(round(at["x"] * COLUMN) + 90, round((at["x"] + at["w"]) * COLUMN) - 90)
        changed = np.abs(full[rows, columns] - bare[rows, columns]).sum(axis=2) > 60
        assert changed.mean() > 0.005, panel["title"]


@pytest.mark.parametrize("name", BOARDS)
def test_every_unit_can_be_written(name: str) -> None:
    """A panel's unit is one that the pictures know."""
    for panel in panels(BOARDS[name]):
        assert written(0.0421, panel["fieldConfig"]["defaults"]["unit"])


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.000495, "s", "495 µs"),
        (118_800, "s", "1.38 day"),
        (0.9993, "percentunit", "99.9%"),
        (2**21, "bytes", "2 MiB"),
        (1_234_567, "short", "1.23 Mil"),
        (0, "bool", "false"),
    ],
)
def test_numbers_are_written_as_grafana_does(value: float, unit: str, words: str) -> None:
    """Three digits, and the unit that keeps them short."""
    assert written(value, unit) == words
