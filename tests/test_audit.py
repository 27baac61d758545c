"""The dependency audit fails where it audits nothing, and where something is found."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from requirements.audit import LOCK, audit, locked

PINS = locked(LOCK.read_text(encoding="utf-8"))
CLEAN: list[dict[str, Any]] = [
    {"name": name, "version": version, "vulns": []} for name, version in PINS.items()
]
SKIPPED = [{"name": name, "skip_reason": "not found on the index"} for name in PINS]
FOUND = {"id": "CVE-2026-1", "fix_versions": ["9.9"], "aliases": [], "description": ""}


def saying(folder: Path, said: str, status: int = 0) -> list[str]:
    """Return a stand-in for pip-audit that says this and ends with that status."""
    script = folder / "pip-audit"
    script.write_text(f"import sys\nprint({said!r})\nsys.exit({status})\n")
    return [sys.executable, str(script)]


def report(dependencies: list[dict[str, Any]]) -> str:
    """Return a report as pip-audit writes it."""
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_the_lock_is_read_whole() -> None:
    """Every package that `make install` would install here is one to look up."""
    assert {"aiohttp", "aiokafka", "msgspec", "pydantic-core"} <= set(PINS)
    assert all(version[0].isdigit() for version in PINS.values())


def test_what_is_looked_up_is_all_that_is_shipped() -> None:
    """The lock with traces has each package of the one without, in the same version."""
    shipped = locked((LOCK.parent / "runtime.txt").read_text(encoding="utf-8"))
    assert shipped.items() < PINS.items()


def test_a_clean_lock_passes(tmp_path: Path) -> None:
    """Every package looked up, nothing found: nothing is wrong."""
    assert audit(pip_audit=saying(tmp_path, report(CLEAN))) == []


@pytest.mark.parametrize(
    "dependencies",
    [
        pytest.param([], id="nothing"),
        pytest.param(SKIPPED, id="all-skipped"),
        pytest.param(CLEAN[:-1], id="one-missing"),
        pytest.param([*CLEAN[:-1], SKIPPED[-1]], id="one-skipped"),
        pytest.param([*CLEAN[:-1], {**CLEAN[-1], "version": "0"}], id="another-version"),
        pytest.param([*CLEAN[:-1], {**CLEAN[-1], "vulns": [FOUND]}], id="vulnerable"),
    ],
)
def test_what_was_not_looked_up_fails_as_what_is_vulnerable(
    tmp_path: Path, dependencies: list[dict[str, Any]]
) -> None:
    """Though pip-audit ends with 0, as it does where the index has no advisories."""
    wrong = audit(pip_audit=saying(tmp_path, report(dependencies), status=0))
    assert wrong
    assert CLEAN[-1]["name"] in wrong[-1]


@pytest.mark.parametrize("said", ["", "No known vulnerabilities found"])
def test_a_tool_that_fails_or_says_nothing_fails_the_audit(tmp_path: Path, said: str) -> None:
    """No report, or a failure beside a clean one, is no audit."""
    assert audit(pip_audit=saying(tmp_path, said))
    assert audit(pip_audit=saying(tmp_path, report(CLEAN), status=2))


def test_an_empty_lock_fails_the_audit(tmp_path: Path) -> None:
    """A lock that locks nothing cannot be found clean."""
    empty = tmp_path / "runtime.txt"
    empty.write_text("# nothing\n")
    assert audit(empty, saying(tmp_path, report([]))) == [f"{empty} locks nothing"]


def test_ci_audits_weekly_and_whenever_the_lock_changes() -> None:
    """The workflow runs the same word as people do, and no step of it may fail unseen."""
    workflow = (LOCK.parents[1] / ".github/workflows/audit.yml").read_text(encoding="utf-8")
    assert "- run: make audit\n" in workflow
    assert "schedule:" in workflow
    assert workflow.count('paths: ["requirements/**"') == 2
    assert "continue-on-error" not in workflow
