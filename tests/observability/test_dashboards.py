"""Dashboards: the rules of Grafana's dashboard-linter, and a little more, held by our own tests."""

import re
from typing import Any

import pytest

from deploy.observability.rules import alerts
from gateway.metrics.registry import METRICS, Kind
from tests.observability.boards import BOARDS, panels
from tests.observability.promql import asked

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
RANGES = {"stat": "[$__range]", "timeseries": "[$__rate_interval]", "heatmap": "[$__rate_interval]"}
PANELS = [
    pytest.param(panel, id=f"{name}-{panel['title']}")
    for name, board in BOARDS.items()
    for panel in panels(board)
]


@pytest.fixture(params=BOARDS)
def board(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return each dashboard."""
    return BOARDS[request.param]


def test_it_imports_anywhere(board: dict[str, Any]) -> None:
    """It has an address and a name of its own, names no data source, and is not edited in place."""
    assert board["uid"] in BOARDS
    assert board["title"].startswith("cStar gateway: ")
    assert board["editable"] is False
    assert "id" not in board
    text = str(board)
    assert set(re.findall(r"'uid': '([^']+)'", text)) == {board["uid"], "${datasource}"}


def test_its_variables_are_source_job_and_instance(board: dict[str, Any]) -> None:
    """Every Grafana's user knows these three; the latter two follow the time that is shown."""
    source, job, instance = board["templating"]["list"]
    assert (source["name"], source["type"], source["query"]) == (
        "datasource",
        "datasource",
        "prometheus",
    )
    assert source["label"] == "Data source"
    for variable, name in ((job, "job"), (instance, "instance")):
        assert (variable["name"], variable["type"]) == (name, "query")
        assert variable["label"] == name.capitalize()
        assert variable["datasource"] == SOURCE
        assert (variable["multi"], variable["includeAll"], variable["allValue"]) == (
            True,
            True,
            ".+",
        )
        assert variable["refresh"] == 2
        assert variable["query"].startswith("label_values(cstar_gateway_build_info")


def test_it_leads_to_the_runbooks_and_to_its_twin(board: dict[str, Any]) -> None:
    """From each dashboard the other one and the runbooks are one click away."""
    kinds = {link["type"]: link for link in board["links"]}
    assert kinds["dashboards"]["tags"] == board["tags"]
    assert kinds["link"]["url"].endswith("/docs/runbooks/README.md")


def test_rollouts_stand_over_every_panel(board: dict[str, Any]) -> None:
    """A new version and a restart are annotations of the chosen source."""
    names = {each["name"]: each for each in board["annotations"]["list"]}
    assert set(names) == {"Versions", "Restarts"}
    assert all(each["datasource"] == SOURCE and each["enable"] for each in names.values())


def test_panels_have_ids_and_places_of_their_own(board: dict[str, Any]) -> None:
    """No two panels overlap, none sticks out, and a link to one stays."""
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    cells: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        mine = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not mine & cells, panel["title"]
        cells |= mine


def test_rows_are_full(board: dict[str, Any]) -> None:
    """Panels of a line fill its 24 columns: no hole tells of a panel that was forgotten."""
    lines: dict[int, int] = {}
    for panel in board["panels"]:
        at = panel["gridPos"]
        lines[at["y"]] = lines.get(at["y"], 0) + at["w"]
    assert set(lines.values()) == {24}


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_explains_itself(panel: dict[str, Any]) -> None:
    """It has a title, a sentence on what is good, a unit, and the chosen source."""
    assert panel["title"]
    assert re.fullmatch(r"[\w`].*\.", panel["description"], re.DOTALL)
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"] == SOURCE
    assert panel["targets"]


@pytest.mark.parametrize("panel", PANELS)
def test_a_query_is_within_what_was_chosen(panel: dict[str, Any]) -> None:
    """It asks the chosen source, of the chosen job and instances, in the right range."""
    wanted = RANGES[panel["type"]]
    for target in panel["targets"]:
        assert target["datasource"] == SOURCE
        for one in asked(target["expr"]):
            assert one.matchers["job"] == "$job"
            assert one.matchers["instance"] == "$instance"
        assert set(re.findall(r"\[[^\]]*\]", target["expr"])) <= {wanted}
        assert target["legendFormat"] or panel["type"] == "stat"


@pytest.mark.parametrize("panel", PANELS)
def test_counters_are_asked_for_their_growth(panel: dict[str, Any]) -> None:
    """A counter's own value means nothing after a restart; but the ledger compares them."""
    if panel["title"] == "Ledger":
        return
    for target in panel["targets"]:
        for one in asked(target["expr"]):
            stem = re.sub("_(bucket|count|sum)$", "", one.name)
            metric = METRICS.get(one.name) or METRICS.get(stem)
            if metric is not None and metric.kind in {Kind.COUNTER, Kind.HISTOGRAM}:
                assert {"rate", "increase"} & {*one.under}, one.name


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_leads_to_a_heading_that_is_there(panel: dict[str, Any]) -> None:
    """Where a panel tells what to do, the runbook is there."""
    headings = {alert.heading for alert in alerts()}
    for link in panel.get("links") or ():
        assert link["url"].partition("/docs/runbooks/")[2] in headings
