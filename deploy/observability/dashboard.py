"""Dashboard: rows of panels, as JSON that any Grafana imports.

No data source is named: a variable asks for one. Deployments and restarts stand as annotations over
every panel.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

from deploy.observability.depth import DEPTH
from deploy.observability.panel import DATA_SOURCE, Row, built
from deploy.observability.query import selector
from deploy.observability.safe import SAFE

__all__ = ["DASHBOARDS", "Dashboard", "render"]

_BUILD = "cstar_gateway_build_info"
_TAG = "cstar-gateway"
_VERSIONS = f"count by (version) ({selector(_BUILD)})"


class Dashboard(NamedTuple):
    """One dashboard.

    Attributes:
        uid: its address in every Grafana, and its file's name.
        title: its name.
        text: what it is for.
        rows: of panels.
    """

    uid: str
    title: str
    text: str
    rows: Sequence[Row]


DASHBOARDS = (
    Dashboard(
        "cstar-gateway-safe",
        "cStar gateway: are my events safe",
        "From the promise (never lost, never twice) down to the parts that keep it.",
        SAFE,
    ),
    Dashboard(
        "cstar-gateway-depth",
        "cStar gateway: depth",
        "Every part: topics, queues, producer, idempotency, HTTP, secrets, process.",
        DEPTH,
    ),
)


def render(board: Dashboard, runbooks: str) -> str:
    """Return a dashboard's JSON; `runbooks` is the address of docs/runbooks."""
    builder = (
        builders.Dashboard(board.title)
        .uid(board.uid)
        .description(board.text)
        .tags([_TAG])
        .readonly()
        .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
        .time("now-6h", "now")
        .refresh("30s")
        .timezone("browser")
    )
    for variable in _variables():
        builder.with_variable(variable)
    for link in _links(runbooks):
        builder.link(link)
    for row in board.rows:
        builder.with_row(builders.Row(row.title))
        for panel in row.panels:
            builder.with_panel(built(panel, runbooks))
    made = json.loads(JSONEncoder().encode(builder.build()))
    made["annotations"] = {"list": _annotations()}
    _number(made["panels"])
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _number(panels: list[dict[str, Any]]) -> None:
    """Give every panel an id of its own, so that links to it stay."""
    for number, panel in enumerate(panels, start=1):
        panel["id"] = number


def _variables() -> tuple[builders.DatasourceVariable | builders.QueryVariable, ...]:
    source = builders.DatasourceVariable("datasource").label("Data source").type("prometheus")
    return (
        source,
        _choice("job", "Job", f"label_values({_BUILD}, job)"),
        _choice("instance", "Instance", f'label_values({_BUILD}{{job=~"$job"}}, instance)'),
    )


def _choice(name: str, label: str, query: str) -> builders.QueryVariable:
    return (
        builders.QueryVariable(name)
        .label(label)
        .query(query)
        .datasource(DATA_SOURCE)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(dashboard.VariableOption(selected=True, text="All", value="$__all"))
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
    )


def _links(runbooks: str) -> tuple[builders.DashboardLink, ...]:
    kind = dashboard.DashboardLinkType
    others = builders.DashboardLink("cStar gateway").type(kind.DASHBOARDS).tags([_TAG])
    book = builders.DashboardLink("Runbooks").type(kind.LINK).url(f"{runbooks}/README.md")
    return (
        others.as_dropdown(False).include_vars(True).keep_time(True),
        book.icon("doc").target_blank(True),
    )


def _annotations() -> list[dict[str, Any]]:
    """Return what stands over every panel; the builder does not know a query's title."""
    source = {"type": "prometheus", "uid": "${datasource}"}
    new = f"{_VERSIONS} unless {_VERSIONS.replace('})', '} offset 5m)')}"
    restarted = f"changes({selector('process_start_time_seconds')}[2m]) > 0"
    common = {"datasource": source, "enable": True, "hide": False, "useValueForTime": False}
    return [
        common
        | {
            "name": "Versions",
            "expr": new,
            "iconColor": "purple",
            "titleFormat": "Version {{version}}",
            "step": "30s",
        },
        common
        | {
            "name": "Restarts",
            "expr": restarted,
            "iconColor": "yellow",
            "titleFormat": "Restart of {{instance}}",
            "step": "30s",
        },
    ]
