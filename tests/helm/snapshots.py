"""Snapshots: what each file of helm/ci renders to, to be read in a review.

`python -m tests.helm.snapshots` writes them anew. Dashboards and rules, being copies, are left out.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from tests.helm.chart import CASES, case, render

__all__ = ["FOLDER", "snapshot"]

FOLDER = Path(__file__).with_name("snapshots")
_COPIED = "(a copy)"


def snapshot(name: str) -> str:
    """Return what a file of helm/ci renders to."""
    objects = [_without_copies(one) for one in render(case(name))]
    return yaml.safe_dump_all(objects, sort_keys=True, width=1000, allow_unicode=True)


def _without_copies(one: dict[str, Any]) -> dict[str, Any]:
    labels = one["metadata"].get("labels", {})
    if labels.get("app.kubernetes.io/component") == "dashboard":
        return {**one, "data": dict.fromkeys(one["data"], _COPIED)}
    if one["kind"] == "PrometheusRule":
        return {**one, "spec": {"groups": _COPIED}}
    if one["metadata"]["name"].endswith("-test"):
        container = {**one["spec"]["containers"][0], "args": [_COPIED]}
        return {**one, "spec": {**one["spec"], "containers": [container]}}
    return one


def main() -> None:
    """Write every snapshot that is not as it should be."""
    for name in CASES:
        path, text = FOLDER / f"{name}.yaml", snapshot(name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.name} written\n")


if __name__ == "__main__":
    main()
