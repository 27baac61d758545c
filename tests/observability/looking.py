"""Looking: what a dashboard's panels show, asked of a real Prometheus."""

import re
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from deploy.observability.pictures import Line
from tests.observability.boards import panels
from tests.observability.server import Answer, Prometheus

__all__ = ["Shown", "empty", "line_of", "shown"]


class Shown(NamedTuple):
    """What one query of a panel came to.

    Attributes:
        panel: as it lies in the dashboard.
        target: the query, as it lies there.
        answers: its series.
    """

    panel: dict[str, Any]
    target: dict[str, Any]
    answers: list[Answer]


async def shown(
    board: dict[str, Any],
    prometheus: Prometheus,
    begin: float,
    end: float,
    *,
    step: float = 1.0,
    window: str = "5s",
) -> AsyncIterator[Shown]:
    """Yield every query of a dashboard with its answer over a time, as Grafana would ask it."""
    for panel in panels(board):
        for target in panel["targets"]:
            expr = _filled(target["expr"], window, end - begin)
            if panel["type"] == "stat":
                answers = await prometheus.over(expr, end, end, 1.0)
            else:
                answers = await prometheus.over(expr, begin, end, step)
            yield Shown(panel, target, [each for each in answers if each.points])


def _filled(expr: str, window: str, seconds: float) -> str:
    known = {
        "$__rate_interval": window,
        "$__range": f"{round(seconds)}s",
        "$job": ".+",
        "$instance": ".+",
    }
    for variable, value in known.items():
        expr = expr.replace(variable, value)
    return expr


def line_of(target: dict[str, Any], answer: Answer) -> Line:
    """Return a series as a picture has it, named as its legend says."""
    bound = answer.labels.get("le") if target.get("format") == "heatmap" else None
    times, values = zip(*answer.points, strict=True)
    named = re.sub(
        r"\{\{(\w+)\}\}", lambda match: answer.labels.get(match[1], ""), target["legendFormat"]
    )
    return Line(named, times, values, None if bound is None else float(bound))


async def empty(
    board: dict[str, Any], prometheus: Prometheus, begin: float, end: float
) -> list[str]:
    """Return the queries of a dashboard that show nothing."""
    return [
        f"{one.panel['title']}: {one.target['expr']}"
        async for one in shown(board, prometheus, begin, end)
        if not one.answers
    ]
