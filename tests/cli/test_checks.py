"""Checks of the configuration alone."""

import resource
from pathlib import Path

from gateway.cli.checks import check_configuration, check_files, check_webhooks, check_window
from gateway.cli.finding import Finding, worst
from tests.config.files import ENVIRON, MINIMAL, loaded


def test_secrets_are_told_by_reference(tmp_path: Path) -> None:
    """One sees which are live, and none of them."""
    (finding,) = check_webhooks(loaded(tmp_path, MINIMAL.replace('"env:A"', '"env:A", "env:B"')))
    assert finding.message == "secrets live: env:A, env:B"
    assert ENVIRON["A"] not in repr(finding)


def test_cautions_are_warnings(tmp_path: Path) -> None:
    """What the configuration makes one think of is among the findings."""
    assert [one.level for one in check_configuration(loaded(tmp_path, MINIMAL))] == ["ok"]
    config = loaded(tmp_path, MINIMAL + "events = 'no.such'")
    assert [one.level for one in check_configuration(config)] == ["warn"]


def test_the_window_says_what_it_holds(tmp_path: Path) -> None:
    """Ids, and the rate that fills it."""
    finding = check_window(loaded(tmp_path, MINIMAL))
    assert "ids are kept 33h; 256MiB hold 6,710,886, 56.5 events/s" in finding.message


def test_too_few_files_are_a_warning(tmp_path: Path) -> None:
    """A connection is a file to the system."""
    config = loaded(tmp_path, MINIMAL)
    assert check_files(config, 1063).level == "warn"
    assert check_files(config, 1064).level == "ok"
    assert check_files(config, resource.RLIM_INFINITY).level == "ok"


def test_the_worst_level_decides() -> None:
    """A failure outweighs any number of others; nothing at all is fine."""
    assert worst([]) == "ok"
    assert worst([Finding("warn", "", ""), Finding("note", "", "")]) == "warn"
    assert worst([Finding("fail", "", ""), Finding("ok", "", "")]) == "fail"
