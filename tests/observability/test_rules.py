"""Rules: each alert fires for what it is for, is quiet without it, and says what to do."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.observability.alert import Alert
from deploy.observability.rules import alerts, groups
from deploy.observability.written import RUNBOOKS
from tests.observability.cases import CASES, Case
from tests.observability.prometheus import program
from tests.test_docs import slug

ROOT = Path(__file__).parents[2]
RUNBOOK_PAGES = ROOT / "docs/runbooks"
PARTS = ("Means", "Lost", "Look", "Do", "Ends")
ALERTS = alerts()


def promtool(*arguments: str) -> str:
    """Run promtool; return what it says, and fail with it where it is not content."""
    done = subprocess.run(  # noqa: S603 - Prometheus's own tool
        [program("promtool"), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_the_rules() -> None:
    """Every expression and template parses, and no rule stands twice."""
    assert "SUCCESS" in promtool("check", "rules", str(ROOT / "deploy/prometheus/rules.yaml"))


def unit(case: Case, given: Mapping[str, str], *, fires: bool) -> dict[str, Any]:
    """Return promtool's form of one test."""
    firing = f'count(ALERTS{{alertname="{case.alert}", alertstate="firing"}})'
    return {
        "name": f"{case.alert} {'fires' if fires else 'is quiet'}: {' '.join(given.values())}",
        "interval": case.step,
        "input_series": [{"series": name, "values": values} for name, values in given.items()],
        "promql_expr_test": [
            {
                "expr": firing,
                "eval_time": case.at,
                "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
            }
        ],
    }


def rules_of(alert: str) -> dict[str, Any]:
    """Return the rules with no alert but this one; recorded series only where it asks for them."""
    kept = []
    for group in groups(RUNBOOKS):
        rules = [rule for rule in group["rules"] if rule.get("alert", alert) == alert]
        kept.append({**group, "rules": rules})
    asked = "".join(rule["expr"] for rule in kept[1]["rules"])
    return {"groups": [group for group in (kept if asked else kept[1:]) if group["rules"]]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_an_alert_fires_and_is_quiet(case: Case, tmp_path: Path) -> None:
    """In its true windows it fires for its fault, and not for what only looks like it."""
    units = [unit(case, case.fires, fires=True)]
    units += [unit(case, given, fires=False) for given in case.quiet]
    suite = {"rule_files": ["rules.yaml"], "evaluation_interval": case.step, "tests": units}
    for name, content in (("rules", rules_of(case.alert)), ("tests", suite)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    promtool("test", "rules", str(tmp_path / "tests.yaml"))


def test_each_alert_has_its_cases() -> None:
    """No alert is taken on trust."""
    assert {case.alert for case in CASES} == {alert.name for alert in ALERTS}
    assert all(case.quiet for case in CASES)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_each_alert_leads_to_its_runbook(alert: Alert) -> None:
    """The heading is there, and below it: what it means, what is lost, how to look, what to do."""
    page = (RUNBOOK_PAGES / alert.page).read_text(encoding="utf-8")
    chapters = {
        slug(heading): body
        for heading, _, body in (part.partition("\n") for part in page.split("\n## ")[1:])
    }
    assert alert.name.lower() in chapters, alert.heading
    body = chapters[alert.name.lower()]
    assert [part for part in PARTS if f"**{part}" not in body] == []


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_each_alert_says_which_and_what(alert: Alert) -> None:
    """The summary names the deployment or the replica, and the description what is at stake."""
    assert "{{ $labels." in alert.summary or alert.expr.startswith("absent")
    assert len(alert.summary) <= 140
    assert len(alert.description) >= 60
    assert alert.description.endswith(".")
