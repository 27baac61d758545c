"""Audit: does any package we ship have a known vulnerability, and was every one looked up?

pip-audit ends with 0 and "No known vulnerabilities found" where it could look up nothing, as behind
an index without advisories. So its report is held against the lock: a package that is not in it, or
in another version, or that was skipped, fails the audit as a vulnerability does.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["audit", "locked", "unaudited", "vulnerable"]

LOCK = Path(__file__).parent / "otel.txt"  # runtime.txt, and what traces need
_PIP_AUDIT = (sys.executable, "-m", "pip_audit")
_ARGUMENTS = ("--format", "json", "--progress-spinner", "off", "--disable-pip", "--require-hashes")
_WITHIN = 300.0  # seconds
_PINNED = re.compile(r"^[A-Za-z0-9][^\\\n]*", re.MULTILINE)


def locked(lock: str) -> dict[str, str]:
    """Return the packages that a lock installs here, each with its version."""
    pins = [Requirement(line.strip()) for line in _PINNED.findall(lock)]
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins
        if pin.marker is None or pin.marker.evaluate()
    }


def unaudited(pins: Mapping[str, str], report: Mapping[str, Any]) -> list[str]:
    """Return the packages that nobody looked up, each with the reason."""
    seen: dict[str, Any] = {
        canonicalize_name(entry["name"]): entry for entry in report.get("dependencies", ())
    }
    return [
        f"{name} {version}: {why}"
        for name, version in pins.items()
        if (why := _why(seen.get(name), version))
    ]


def _why(entry: Mapping[str, Any] | None, version: str) -> str:
    if entry is None:
        return "not in the report"
    if "version" not in entry or "vulns" not in entry:
        return str(entry.get("skip_reason", "skipped"))
    return "" if entry["version"] == version else f"looked up as {entry['version']}"


def vulnerable(report: Mapping[str, Any]) -> list[str]:
    """Return the known vulnerabilities, each with what mends it."""
    return [
        f"{entry['name']} {entry['version']}: {found['id']}, mended in "
        f"{', '.join(found.get('fix_versions') or ()) or 'no version yet'}"
        for entry in report.get("dependencies", ())
        for found in entry.get("vulns", ())
    ]


def audit(lock: Path = LOCK, pip_audit: Sequence[str] = _PIP_AUDIT) -> list[str]:
    """Return what is wrong with a lock; nothing where all was looked up and is clean."""
    command = [*pip_audit, *_ARGUMENTS, "--requirement", str(lock)]
    ran = subprocess.run(  # noqa: S603 - our own environment's tool
        command, capture_output=True, text=True, check=False, timeout=_WITHIN
    )
    pins = locked(lock.read_text(encoding="utf-8"))
    if not pins:
        return [f"{lock} locks nothing"]
    try:
        report = json.loads(ran.stdout)
    except ValueError:
        return [f"pip-audit wrote no report (status {ran.returncode}): {ran.stderr.strip()}"]
    wrong = [*unaudited(pins, report), *vulnerable(report)]
    if ran.returncode != 0 and not wrong:
        wrong.append(f"pip-audit failed (status {ran.returncode}): {ran.stderr.strip()}")
    return wrong


if __name__ == "__main__":
    found = audit()
    for line in found:
        print(line, file=sys.stderr)  # noqa: T201 - a command
    if found:
        sys.exit(
            f"{len(found)} of {LOCK.name}'s packages are vulnerable or could not be looked up."
        )
    print(f"Every package of {LOCK.name} was looked up; none has a known vulnerability.")  # noqa: T201
