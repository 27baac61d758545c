"""Checks of the configuration alone."""

import resource
from pathlib import Path

import pytest

from gateway.cli.checklist import Check
from gateway.cli.checks import check_configuration, check_files, check_webhooks, check_window
from gateway.cli.finding import Finding, Level, worst
from gateway.simulator import DEV_SECRET
from tests.config.files import ENVIRON, MINIMAL, loaded


def test_secrets_are_told_by_reference(tmp_path: Path) -> None:
    """One sees which are live, and none of them."""
    finding, *_ = check_webhooks(loaded(tmp_path, MINIMAL.replace('"env:A"', '"env:A", "env:B"')))
    assert finding.message == "secrets live: env:A, env:B"
    assert ENVIRON["A"] not in repr(finding)


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (DEV_SECRET, "everyone knows"),
        ("whsec_" + "a" * 64, "can be guessed"),
        ("changeme" * 3, "can be guessed"),
        ("whsec_0f1e2d3c4b5a69788796a5b4c3d2e1f0", ""),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""),
    ],
)
def test_a_secret_that_is_easily_guessed_is_told(tmp_path: Path, secret: str, words: str) -> None:
    """By its reference, with what to do; never by what it is."""
    (tmp_path / "secret").write_text(secret)
    config = loaded(tmp_path, MINIMAL.replace("env:A", f"file:{tmp_path}/secret"))
    weak = [one for one in check_webhooks(config) if one.level == "warn"]
    assert len(weak) == bool(words)
    assert all(words in one.message and one.fix for one in weak)
    assert secret not in repr(weak)


def test_cautions_are_warnings(tmp_path: Path) -> None:
    """What the configuration makes one think of is among the findings."""
    assert [one.level for one in check_configuration(loaded(tmp_path, MINIMAL))] == ["ok"]
    config = loaded(tmp_path, MINIMAL + "events = 'no.such'")
    assert [one.level for one in check_configuration(config)] == ["warn"]


def test_the_window_says_what_it_holds(tmp_path: Path) -> None:
    """Ids, and the rate that fills it."""
    finding = check_window(loaded(tmp_path, MINIMAL))
    assert "ids are kept 33h; 256MiB hold 7,141,652, 60.1 events/s" in finding.message


def test_too_few_files_are_a_warning(tmp_path: Path) -> None:
    """A connection is a file to the system."""
    config = loaded(tmp_path, MINIMAL)
    assert check_files(config, 1063).level == "warn"
    assert check_files(config, 1064).level == "ok"
    assert check_files(config, resource.RLIM_INFINITY).level == "ok"


def test_the_worst_level_decides() -> None:
    """A failure outweighs any number of others; nothing at all is fine."""
    assert worst([]) == "ok"

    def found(*levels: Level) -> list[Finding]:
        return [Finding(Check.TOPICS, level, "", "") for level in levels]

    assert worst(found("warn", "note")) == "warn"
    assert worst(found("fail", "ok")) == "fail"
