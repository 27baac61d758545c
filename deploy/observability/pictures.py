"""Pictures: a dashboard's panels drawn where they stand, as Grafana's dark theme would.

Grafana itself is not needed: the queries were answered by a real Prometheus, and what is drawn is
read off the dashboard's own JSON. `python -m tests.observability` makes both.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.ticker import FuncFormatter

from deploy.observability.page import TEXT, WIDTH, Box, Page
from deploy.observability.units import written

__all__ = ["Line", "draw"]

_FAINT, _GRID = "#8e8e9b", "#2a2d33"
_COLOURS = (
    *("#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0"),
    *("#37872d", "#fade2a", "#c0d8ff", "#fa6400", "#e02f44", "#1f60c4", "#8f3bb8", "#a352cc"),
)
_NAMED = {"green": "#73bf69", "orange": "#ff9830", "red": "#f2495c"}
_CELL, _GAP, _HEAD, _LEGEND = 34, 8, 70, 15  # pixels
_MOST_LINES = 4


class Line(NamedTuple):
    """One series of a panel.

    Attributes:
        name: in the legend.
        times: seconds since the epoch.
        values: at these times.
        bound: upper bound of a heatmap's bucket; None: it is no bucket.
    """

    name: str
    times: Sequence[float]
    values: Sequence[float]
    bound: float | None = None


def draw(
    board: Mapping[str, Any],
    lines: Mapping[int, Sequence[Line]],
    path: Path,
    *,
    begin: float,
    end: float,
) -> None:
    """Draw a dashboard.

    Args:
        board: its JSON.
        lines: of each panel, by its id.
        path: of the PNG.
        begin: of the time shown, seconds since the epoch.
        end: of it.
    """
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board["panels"])
    page = Page(_HEAD + bottom * _CELL + _GAP, begin, end)
    page.text(14, 22, str(board["title"]), 15, weight="bold")
    first, last = (f"{each:%H:%M:%S}" for each in page.span)
    chosen = "Data source  Prometheus      Job  All      Instance  All"
    page.text(14, 50, chosen, 9.5, color=_FAINT)
    page.text(WIDTH - 14, 22, f"{first} to {last} UTC", 9.5, color=_FAINT, ha="right")
    for panel in board["panels"]:
        box = _place(panel["gridPos"])
        if panel["type"] == "row":
            page.text(box.left + 6, box.top + box.height / 2, f"⌄  {panel['title']}", 12)
            continue
        page.frame(box)
        page.text(box.left + 9, box.top + 14, str(panel["title"]), 10, weight="bold")
        if lines.get(panel["id"]):
            _PAINTERS[panel["type"]](page, box, panel, lines[panel["id"]])
        else:
            middle = (box.left + box.width / 2, box.top + box.height / 2)
            page.text(*middle, "No data", 12, color=_FAINT, ha="center")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(page.png())


def _place(grid: Mapping[str, int]) -> Box:
    column = (WIDTH - _GAP) / 24
    return Box(
        _GAP + grid["x"] * column,
        _HEAD + grid["y"] * _CELL,
        grid["w"] * column - _GAP,
        grid["h"] * _CELL - _GAP,
    )


def _stat(page: Page, box: Box, panel: Mapping[str, Any], lines: Sequence[Line]) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    value = lines[0].values[-1]
    words = {
        key: said["text"]
        for each in defaults.get("mappings") or ()
        for key, said in each["options"].items()
    }
    said = words.get(f"{value:g}", written(value, defaults["unit"]))
    colour = TEXT
    if panel["options"]["colorMode"] == "value":
        for step in defaults["thresholds"]["steps"]:
            if step.get("value") is None or value >= step["value"]:
                colour = _NAMED[step["color"]]
    middle = (box.left + box.width / 2, box.top + box.height / 2 + 8)
    page.text(*middle, said, 24, color=colour, ha="center", weight="bold")


def _inner(box: Box, lines: int) -> Box:
    legend = _LEGEND * (lines + 1) + 4 if lines else 0
    return Box(box.left + 74, box.top + 30, box.width - 88, box.height - 54 - legend)


def _framed(page: Page, box: Box, unit: str) -> Axes:
    axes = page.axes(box)
    axes.set_xlim(*page.span)  # type: ignore[arg-type]
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M"))  # type: ignore[no-untyped-call]
    most = max(5, int(box.width // 60))
    axes.xaxis.set_major_locator(AutoDateLocator(maxticks=most))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, unit)))
    axes.tick_params(colors=_FAINT, labelsize=7.5, length=0)
    axes.grid(color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _aligned(lines: Sequence[Line]) -> tuple[list[datetime], list[Any]]:
    """Return times, evenly apart, and each line's values there; NaN where it has none."""
    had = sorted({time for line in lines for time in line.times})
    step = min((after - each for each, after in pairwise(had)), default=1.0)
    times = [had[0] + step * number for number in range(round((had[-1] - had[0]) / step) + 1)]
    found = []
    for line in lines:
        values = np.full(len(times), np.nan)
        for time, value in zip(line.times, line.values, strict=True):
            values[round((time - had[0]) / step)] = value
        found.append(values)
    return [datetime.fromtimestamp(time, UTC) for time in times], found


def _timeseries(page: Page, box: Box, panel: Mapping[str, Any], lines: Sequence[Line]) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    unit, custom = defaults["unit"], defaults["custom"]
    axes = _framed(page, _inner(box, min(len(lines), _MOST_LINES)), unit)
    times, columns = _aligned(lines)
    stacked = custom.get("stacking", {}).get("mode") == "normal"
    base = np.zeros(len(times))
    for values, colour in zip(columns, _COLOURS * 4, strict=False):
        low, high = (base, base + np.nan_to_num(values)) if stacked else (base, values)
        base = high if stacked else base
        _line(axes, times, (low, high), colour, custom)
    _limits(axes, defaults, columns)
    for step in defaults.get("thresholds", {}).get("steps", ()):
        if step.get("value") is not None and step["value"] <= axes.get_ylim()[1]:
            axes.axhline(step["value"], color=_NAMED[step["color"]], lw=1, ls=(0, (5, 4)))
    _legend(page, box, unit, lines)


def _line(
    axes: Axes, times: Any, between: tuple[Any, Any], colour: str, custom: Mapping[str, Any]
) -> None:
    opacity = custom.get("fillOpacity", 0) / 100
    if custom.get("drawStyle") == "bars":
        axes.fill_between(times, *between, step="mid", color=colour, alpha=opacity, lw=0)
        return
    axes.fill_between(times, *between, color=colour, alpha=opacity * 0.7, lw=0)
    stepped = custom.get("lineInterpolation") == "stepAfter"
    style = "steps-post" if stepped else "default"
    axes.plot(times, between[1], color=colour, lw=1.1, drawstyle=style)


def _limits(axes: Axes, defaults: Mapping[str, Any], columns: Sequence[Any]) -> None:
    if defaults.get("min") is not None:
        highest = max((np.nanmax(each) for each in columns), default=0.0)
        top = axes.get_ylim()[1] if highest > 0 else 1.0
        axes.set_ylim(defaults["min"], top)
    if defaults["unit"] == "bool":
        axes.set_yticks([0, 1])
    if defaults.get("max") is not None:
        axes.set_ylim(top=defaults["max"] * 1.04)


def _legend(page: Page, box: Box, unit: str, lines: Sequence[Line]) -> None:
    top = box.top + box.height - _LEGEND * (min(len(lines), _MOST_LINES) + 1) + 2
    right = box.left + box.width
    for words, left in (("Name", box.left + 26), ("Last", right - 84), ("Max", right - 14)):
        page.text(left, top, words, 7.5, color="#6e9fff", ha="left" if words == "Name" else "right")
    for number, (line, colour) in enumerate(zip(lines[:_MOST_LINES], _COLOURS, strict=False), 1):
        middle = top + number * _LEGEND
        rest = len(lines) - _MOST_LINES
        more = f"   … and {rest} more" if number == _MOST_LINES and rest > 0 else ""
        page.text(box.left + 10, middle, "━", 9, color=colour)
        page.text(box.left + 26, middle, line.name + more, 7.5)
        for value, left in ((line.values[-1], right - 84), (max(line.values), right - 14)):
            page.text(left, middle, written(value, unit), 7.5, ha="right")


def _heatmap(page: Page, box: Box, panel: Mapping[str, Any], lines: Sequence[Line]) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    rows = sorted(lines, key=lambda line: line.bound or 0.0)
    axes = _framed(page, _inner(box, 0), unit)
    times, columns = _aligned(rows)
    counts = np.diff(np.nan_to_num(np.vstack(columns)), axis=0, prepend=0).clip(min=0)
    shown = np.ma.masked_less_equal(counts, 0)
    axes.pcolormesh(np.array(times), np.arange(len(rows)), shown, cmap="magma", shading="nearest")
    names = ["∞" if line.bound == float("inf") else written(line.bound or 0, unit) for line in rows]
    axes.set_yticks(range(0, len(rows), 2), names[::2])


_PAINTERS = {"stat": _stat, "timeseries": _timeseries, "heatmap": _heatmap}
