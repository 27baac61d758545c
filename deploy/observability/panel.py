"""Panel: what one panel shows, in our words, and Grafana's form of it."""

from collections.abc import Callable
from typing import NamedTuple

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import heatmap, prometheus, stat, timeseries
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.observability.query import Query, gauge

__all__ = ["DATA_SOURCE", "Panel", "Row", "built", "each"]

DATA_SOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")
"""Whichever Prometheus is chosen: no Grafana but the importing one knows its own sources."""

_SIGNED = frozenset({"none"})  # units of what may be below zero


class Panel(NamedTuple):
    """One panel.

    Attributes:
        title: what it shows.
        text: what it means, and what is good.
        unit: Grafana's id of the unit.
        queries: its lines.
        kind: `timeseries`, `stat` or `heatmap`.
        width: of 24 columns.
        steps: from which values it is orange, and red; one step: red alone.
        falling: whether less is worse: below the last step it is red.
        words: what single values of a stat are called.
        stacked: whether lines add up.
        bars: whether points are counts of their own.
        runbook: page and heading that tell what to do, below docs/runbooks.
        ceiling: the highest value there can be.
    """

    title: str
    text: str
    unit: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    width: int = 8
    steps: tuple[float, ...] = ()
    falling: bool = False
    words: tuple[tuple[str, str], ...] = ()
    stacked: bool = False
    bars: bool = False
    runbook: str = ""
    ceiling: float | None = None


def each(title: str, text: str, unit: str, name: str, runbook: str = "", **more: float) -> Panel:
    """Return a panel of one gauge of each replica."""
    query = Query(gauge(name, "max", "instance"), "{{instance}}")
    return Panel(title, text, unit, (query,), runbook=runbook, ceiling=more.get("ceiling"))


class Row(NamedTuple):
    """Panels below one heading."""

    title: str
    panels: tuple[Panel, ...]


Builder = timeseries.Panel | stat.Panel | heatmap.Panel

_HEIGHTS = {"timeseries": 8, "stat": 4, "heatmap": 8}
_GOOD, _WARNING, _BAD = "green", "orange", "red"


def built(panel: Panel, runbooks: str) -> Builder:
    """Return Grafana's form of a panel; `runbooks` is the address of docs/runbooks."""
    makers: dict[str, Callable[[Panel], Builder]] = {
        "timeseries": _timeseries,
        "stat": _stat,
        "heatmap": _heatmap,
    }
    builder = makers[panel.kind](panel)
    builder.title(panel.title).description(panel.text).unit(panel.unit).datasource(DATA_SOURCE)
    builder.height(_HEIGHTS[panel.kind]).span(panel.width)
    for number, query in enumerate(panel.queries):
        builder.with_target(_target(query, chr(ord("A") + number), panel.kind))
    if panel.runbook:
        link = builders.DashboardLink("What to do").url(f"{runbooks}/{panel.runbook}")
        builder.links([link.type(dashboard.DashboardLinkType.LINK).target_blank(True)])
    return builder


def _target(query: Query, ref: str, kind: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().expr(query.expr).ref_id(ref).datasource(DATA_SOURCE)
    target.legend_format(query.legend or "__auto")
    target.exemplar(query.exemplar)
    if query.heat:
        target.format(PromQueryFormat.HEATMAP)
    return target.instant() if kind == "stat" else target.range()


def _timeseries(panel: Panel) -> timeseries.Panel:
    table = common_builders.VizLegendOptions().display_mode(common.LegendDisplayMode.TABLE)
    table.placement(common.LegendPlacement.BOTTOM).show_legend(True).calcs(["lastNotNull", "max"])
    tooltip = common_builders.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI)
    builder = timeseries.Panel().legend(table).tooltip(tooltip.sort(common.SortOrder.DESCENDING))
    builder.line_width(1).fill_opacity(70 if panel.bars else 10)
    builder.show_points(common.VisibilityMode.NEVER)
    if panel.unit == "bool":
        builder.line_interpolation(common.LineInterpolation.STEP_AFTER)
    if panel.bars:
        builder.draw_style(common.GraphDrawStyle.BARS)
    if panel.stacked:
        builder.fill_opacity(60).stacking(
            common_builders.StackingConfig().mode(common.StackingMode.NORMAL)
        )
    if panel.unit not in _SIGNED:
        builder.min(0)
    if panel.ceiling is not None:
        builder.max(panel.ceiling)
    if panel.steps:
        style = common_builders.GraphThresholdsStyleConfig()
        builder.thresholds(_thresholds(panel)).thresholds_style(
            style.mode(common.GraphTresholdsStyleMode.DASHED)
        )
    return builder


def _stat(panel: Panel) -> stat.Panel:
    last = common_builders.ReduceDataOptions().calcs(["lastNotNull"])
    builder = stat.Panel().reduce_options(last).graph_mode(common.BigValueGraphMode.NONE)
    coloured = common.BigValueColorMode.VALUE if panel.steps else common.BigValueColorMode.NONE
    builder.color_mode(coloured).thresholds(_thresholds(panel))
    if panel.words:
        said = {
            value: dashboard.ValueMappingResult(text=text, index=index)
            for index, (value, text) in enumerate(panel.words)
        }
        builder.mappings([dashboard.ValueMap(options=said)])
    return builder


def _heatmap(panel: Panel) -> heatmap.Panel:
    axis = heatmap.YAxisConfig().unit(panel.unit)
    return heatmap.Panel().calculate(False).y_axis(axis)


def _thresholds(panel: Panel) -> builders.ThresholdsConfig:
    """Return the colours: good, then worse from each step on; where less is worse, from below."""
    worse = (_BAD,) if len(panel.steps) == 1 else (_WARNING, _BAD)
    colours = [_GOOD, *worse[: len(panel.steps)]]
    if panel.falling:
        colours.reverse()
    values = [None, *panel.steps]
    steps = [
        dashboard.Threshold(value=value, color=colour)
        for value, colour in zip(values, colours, strict=True)
    ]
    return builders.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(steps)
