"""Table: docs/metrics.md says what the registry says."""

import re
from pathlib import Path

from gateway.metrics.registry import METRICS
from gateway.metrics.table import render

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")


def test_the_page_is_not_stale() -> None:
    """Its generated part is what `make docs` would write."""
    part = re.search(r"<!-- metrics: [^\n]*-->\n\n(.*)\n\n<!-- /metrics -->", PAGE, re.DOTALL)
    assert part
    assert part[1] == render()


def test_every_metric_has_its_row() -> None:
    """A metric that the page does not tell is a metric nobody looks at."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (?:counter|gauge|histogram|info) ", PAGE, re.MULTILINE)
    assert rows == list(METRICS)


def test_every_metric_the_page_names_exists() -> None:
    """The advice above the table speaks of metrics there are."""
    named = set(re.findall(r"\bcstar_gateway_[a-z_]+|\bhttp_server_[a-z_]+", PAGE))
    assert named <= set(METRICS)
