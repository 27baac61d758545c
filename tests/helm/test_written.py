"""What of the chart is written is current; every value is described, typed, and of use."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.chart import copies, readme, settings
from deploy.chart.__main__ import written
from deploy.chart.schema import RULES, render
from deploy.chart.values import read
from gateway import __version__
from tests.helm.chart import CASES, HELM
from tests.test_docs import slug

VALUES = (HELM / "values.yaml").read_text(encoding="utf-8")
KNOWN = {".".join(value.path): value for value in read(VALUES)}


@pytest.mark.parametrize("path", written(), ids=lambda path: str(path.relative_to(HELM)))
def test_written_files_are_current(path: Path) -> None:
    """`make docs` would change nothing of the chart."""
    assert path.read_text(encoding="utf-8") == written()[path], "run: make docs"


def test_no_copy_is_left_of_what_is_gone() -> None:
    """The chart has the dashboards of deploy/grafana and no other."""
    assert copies.left(HELM, HELM.parent / "deploy") == []


def test_every_value_says_what_it_is() -> None:
    """Each value of values.yaml has a description, and one without is found."""
    assert readme.undescribed(VALUES) == []
    assert readme.undescribed("# -- said\na: 1\n\n# not said\nb: {}\n") == ["b"]


def test_every_value_has_its_place_in_the_schema() -> None:
    """The schema names exactly the values that are there, each table of ours closed."""
    schema = json.loads((HELM / "values.schema.json").read_text())
    for name, value in KNOWN.items():
        entry, above = schema, schema
        for part in value.path:
            above, entry = entry, entry["properties"][part]
        assert above["additionalProperties"] is False, name
        assert not value.passed_on or entry["description"], name
        assert set(entry) - {"description"}, name


def test_a_rule_is_about_a_value_that_exists() -> None:
    """A value that was renamed takes its rule along; one that may be null needs one."""
    assert set(RULES) - set(KNOWN) == set()
    with pytest.raises(ValueError, match="spare is null: say in RULES"):
        render("# -- said\nspare: null\n")


def test_values_without_marks_are_refused() -> None:
    """A values.yaml without the marks of `config` is refused rather than written over."""
    with pytest.raises(ValueError, match="lacks the marks"):
        settings.renewed("config: {}\n")


def test_every_value_is_used() -> None:
    """Each value's name stands in a template: none is decoration."""
    folder = HELM / "templates"
    source = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    words = set(re.findall(r"[A-Za-z]+", source))
    ours = [value for value in KNOWN.values() if value.path[0] not in {"config", "global"}]
    assert [".".join(value.path) for value in ours if value.path[-1] not in words] == []


def test_the_chart_is_of_this_gateway() -> None:
    """Chart.yaml names the version that is here, and what Artifact Hub reads is whole."""
    chart = yaml.safe_load((HELM / "Chart.yaml").read_text())
    assert chart["appVersion"] == __version__
    annotations = {key: yaml.safe_load(text) for key, text in chart["annotations"].items()}
    changes: list[dict[str, Any]] = annotations["artifacthub.io/changes"]
    kinds = {"added", "changed", "deprecated", "removed", "fixed", "security"}
    assert all(set(one) == {"kind", "description"} and one["kind"] in kinds for one in changes)


def test_the_readme_leads_somewhere() -> None:
    """Links of the chart's README lead to files and headings, and it names every case."""
    page = (HELM / "README.md").read_text()
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page):
        name, _, anchor = target.partition("#")
        linked = (HELM / name).read_text()
        headings = {slug(it) for it in re.findall(r"^#+ (.+)$", linked, re.MULTILINE)}
        assert not anchor or anchor in headings, target
    assert [name for name in CASES if f"`{name}`" not in page] == []


def test_copies_are_of_what_is_there(tmp_path: Path) -> None:
    """Rules and dashboards are copied under the names that the templates read."""
    for place in ("prometheus/rules.yaml", "grafana/a.json", "grafana/b.json"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(place)
    assert copies.of(tmp_path) == {
        "files/rules.yaml": "prometheus/rules.yaml",
        "files/dashboards/a.json": "grafana/a.json",
        "files/dashboards/b.json": "grafana/b.json",
    }
    folder = tmp_path / "files/dashboards"
    folder.mkdir(parents=True)
    for name in ("a.json", "old.json"):
        (folder / name).touch()
    assert copies.left(tmp_path, tmp_path) == [folder / "old.json"]
