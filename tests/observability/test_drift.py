"""Drift: no panel, alert or page asks for what does not exist, and every metric is looked at."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from deploy.observability.rules import groups
from deploy.observability.written import RUNBOOKS, File, files
from gateway.metrics.registry import METRICS
from tests.observability.boards import BOARDS, queries
from tests.observability.promql import asked, faults

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
RULES = [rule for group in groups(RUNBOOKS) for rule in group["rules"]]
RECORDED = frozenset(rule["record"] for rule in RULES if "record" in rule)


@pytest.mark.parametrize("file", [*files()], ids=lambda file: file.path)
def test_what_is_generated_is_current(file: File) -> None:
    """`make docs` would change nothing."""
    assert (ROOT / file.path).read_text(encoding="utf-8") == file.content, "run: make docs"


def test_nothing_else_lies_there() -> None:
    """A dashboard that is no longer written is no longer there."""
    written = {file.path for file in files()}
    for folder in ("deploy/grafana", "deploy/prometheus"):
        there = {str(path.relative_to(ROOT)) for path in (ROOT / folder).iterdir()}
        assert there <= written


@pytest.mark.parametrize("name", BOARDS)
def test_a_panel_asks_for_what_exists(name: str) -> None:
    """Every metric, label and label value of a query is one of the registry."""
    assert {expr: found for expr in queries(BOARDS[name]) if (found := faults(expr))} == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_asks_for_what_exists(rule: dict[str, str]) -> None:
    """Every metric, label and label value is one of the registry, or recorded by another rule."""
    assert faults(rule["expr"], RECORDED) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_asks_for_what_exists(page: Path) -> None:
    """Each line of PromQL that a document gives can be asked."""
    blocks = re.findall(r"^ *```promql\n(.*?)```", page.read_text(), re.DOTALL | re.MULTILINE)
    for block in blocks:
        for expr in re.split(r"\n(?=[a-z])", dedent(block).strip()):
            assert faults(expr) == [], expr


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_on_a_panel(metric: str) -> None:
    """A metric that no panel shows is one that nobody looks at."""
    shown = {
        one.name for board in BOARDS.values() for expr in queries(board) for one in asked(expr)
    }
    assert shown & {metric, *(f"{metric}_{suffix}" for suffix in ("bucket", "count", "sum"))}


@pytest.mark.parametrize(
    ("expr", "fault"),
    [
        ("sum(rate(cstar_gateway_invented_total[5m]))", "there is no cstar_gateway_invented_total"),
        ("sum by (team) (rate(cstar_gateway_late_total[5m]))", "has no team"),
        ('cstar_gateway_kafka_connected{broker="1"}', "has no broker"),
        ('cstar_gateway_deliveries_total{outcome=~"lost|accepted"}', "has no outcome lost"),
        ('cstar_gateway_kafka_ack_seconds_bucket{le="0.3"}', "has no le 0.3"),
        (
            "rate(cstar_gateway_kafka_ack_seconds[5m])",
            "there is no cstar_gateway_kafka_ack_seconds",
        ),
        ("cstar_gateway_clock_skew_seconds_sum", "there is no"),
    ],
)
def test_what_does_not_exist_is_found(expr: str, fault: str) -> None:
    """A metric, a label, a value or a bucket that is not in the registry is told."""
    assert fault in " ".join(faults(expr))
