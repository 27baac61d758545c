"""Drawing: bars and lines as SVG, the same bytes for the same figures.

A plotting library would bring thirty packages for two kinds of picture, and other bytes with each
version: a test holds the pictures to the figures.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

__all__ = ["Bar", "bars", "lines"]

_INK, _FAINT, _GRID, _PAPER = "#1f2937", "#6b7280", "#e5e7eb", "#ffffff"
_COLOURS = ("#2563eb", "#9ca3af", "#d97706", "#059669", "#7c3aed", "#db2777")
_WIDTH = 760
_ROW = 30
_LEFT = 330  # of the bars' zero; labels stand before it
_PLOT, _INSET, _TOP, _BOTTOM = 440, 64, 64, 246  # of lines: width, and where the axes are
_LEAST = 0.5  # where 0 stands on an axis of powers


class Bar(NamedTuple):
    """One bar.

    Attributes:
        label: what it is.
        value: how long.
        least: where its whisker begins.
        most: where it ends.
        strong: whether it is the one that the picture is about.
    """

    label: str
    value: float
    least: float
    most: float
    strong: bool = False


def bars(title: str, unit: str, rows: Sequence[Bar]) -> str:
    """Return horizontal bars with whiskers."""
    height = 64 + _ROW * len(rows)
    scale = (_WIDTH - _LEFT - 90) / max([row.most for row in rows] + [1e-9])
    parts = [_text(20, 30, title, size=16, weight=600)]
    for place, row in enumerate(rows):
        y = 52 + _ROW * place
        width, low, high = (max(0.0, of) * scale for of in (row.value, row.least, row.most))
        colour = _COLOURS[0] if row.strong else _COLOURS[1]
        parts += [
            _text(_LEFT - 10, y + 14, row.label, anchor="end"),
            f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="20" rx="2" fill="{colour}"/>',
            _line(_LEFT + low, y + 10, _LEFT + high, y + 10, _INK),
            _text(_LEFT + max(width, high) + 8, y + 14, f"{row.value:,.0f} {unit}"),
        ]
    return _svg(_WIDTH, height, title, parts)


class _Axis(NamedTuple):
    """One axis: from `low` at pixel `begin` to `high` at pixel `end`, by powers where `log`."""

    low: float
    high: float
    begin: float
    end: float
    log: bool

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high, value = (
            (math.log(max(of, 1e-9)) for of in (self.low, self.high, value))
            if self.log
            else (self.low, self.high, value)
        )
        return self.begin + (value - low) / ((high - low) or 1) * (self.end - self.begin)


def lines(
    title: str,
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    across: str,
    up: str,
    log_across: bool = False,
    log_up: bool = False,
    in_bytes: bool = False,
) -> str:
    """Return lines over one axis, with a legend; a value of 0 has no place on an axis of powers."""
    points = [point for line in series.values() for point in line]
    xs, ys = sorted({x for x, _ in points}), [y for _, y in points]
    if log_across:
        xs = [max(x, _LEAST) for x in xs]
    along = _Axis(min(xs), max(xs), _INSET, _PLOT - 30, log_across)
    least = min((y for y in ys if y > 0), default=1.0) if log_up else 0.0
    upward = _Axis(least, max([*ys, 1e-9]), _BOTTOM, _TOP, log_up)
    name_of = _bytes if in_bytes else _short
    parts = [_text(20, 28, title, size=14, weight=600), _text(_INSET, 52, up, size=11, fill=_FAINT)]
    for value in _ticks(upward):
        y = upward.at(value)
        parts.append(_line(_INSET, y, _PLOT - 30, y, _GRID))
        parts.append(_text(_INSET - 6, y + 4, _short(value), "end"))
    parts += [
        _text(along.at(x), _BOTTOM + 18, name_of(x if x > _LEAST else 0), "middle")
        for x in _thinned(xs, along)
    ]
    parts.append(_text((_INSET + _PLOT - 30) / 2, _BOTTOM + 38, across, "middle", fill=_FAINT))
    for place, (name, line) in enumerate(series.items()):
        path = [(along.at(max(x, xs[0])), upward.at(max(y, least))) for x, y in line]
        parts += _one_line(name, path, _COLOURS[place % len(_COLOURS)], 300 + 18 * place)
    return _svg(_PLOT, 300 + 18 * len(series), title, parts)


def _one_line(
    name: str, path: Sequence[tuple[float, float]], colour: str, legend: float
) -> list[str]:
    """Return a line, its dots where they are few, and its place in the legend."""
    along = " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
    parts = [f'<polyline points="{along}" fill="none" stroke="{colour}" stroke-width="2"/>']
    if len(path) <= 12:
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in path]
    return [
        *parts,
        f'<rect x="{_INSET}" y="{legend}" width="12" height="3" fill="{colour}"/>',
        _text(_INSET + 20, legend + 5, name),
    ]


def _ticks(axis: _Axis) -> list[float]:
    """Return some round values along an axis."""
    if axis.log:
        first, last = math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high))
        powers = [10.0**power * step for power in range(first, last + 1) for step in (1, 3)]
        return [value for value in powers if axis.low <= value <= axis.high]
    step = 10 ** math.floor(math.log10(axis.high))
    step = next(step / part for part in (1, 2, 5, 10) if axis.high / (step / part) >= 3)
    return [step * number for number in range(int(axis.high / step) + 1)]


def _thinned(values: Sequence[float], axis: _Axis) -> list[float]:
    """Return those values whose names do not run into each other."""
    kept: list[float] = []
    for value in values:
        if not kept or axis.at(value) - axis.at(kept[-1]) >= 46:
            kept.append(value)
    return kept


def _bytes(value: float) -> str:
    return f"{value / 1024:g} KiB" if value >= 1024 else f"{value:g} B"


def _short(value: float) -> str:
    for size, name in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{name}"
    return f"{value:.3g}"


def _text(
    x: float,
    y: float,
    words: str,
    anchor: str = "start",
    *,
    size: int = 12,
    weight: int = 400,
    fill: str = _INK,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'font-weight="{weight}" fill="{fill}">{escape(words)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" stroke-width="1.2"/>'


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" role="img">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{width}" height="{height}" rx="6" fill="{_PAPER}"/>\n{inside}\n</svg>\n'
    )
