"""Releases: what a person types, with either Helm, and what it said."""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.cluster.control import Plane
from tests.helm.chart import HELM

__all__ = ["Ran", "Release", "namespace"]

_WARNED = re.compile(r"^W\d{4} |level=WARN|^Warning|^WARNING", re.MULTILINE)
_WITHIN = 400.0  # longer than the five minutes after which Helm itself gives up


class Ran(NamedTuple):
    """One command, ended.

    Attributes:
        code: of its exit.
        said: on standard output.
        complained: on standard error.
        seconds: it took.
    """

    code: int
    said: str
    complained: str
    seconds: float

    @property
    def warnings(self) -> list[str]:
        """Lines in which Helm, or the server by its mouth, warned."""
        return [line for line in self.complained.splitlines() if _WARNED.search(line)]


def namespace(plane: Plane, name: str) -> str:
    """Create a namespace that refuses, and warns of, what is not restricted; return its name."""
    modes = ("enforce", "warn", "audit")
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes}
    metadata = {"name": name, "labels": labels}
    plane.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    return name


class Release:
    """A release called `gateway` in a namespace of its own.

    Args:
        plane: where it is installed.
        helm: which Helm: `helm3` or `helm4`.
        into: its namespace; there already.
    """

    def __init__(self, plane: Plane, helm: str, into: str) -> None:
        self.plane = plane
        self.namespace = into
        self._helm = plane.binaries / helm

    def helm(self, *arguments: str, values: Mapping[str, Any] | None = None) -> Ran:
        """Run one command of Helm; `values` come as a file."""
        with tempfile.TemporaryDirectory() as folder:
            words = [str(self._helm), *arguments, "--namespace", self.namespace]
            if values is not None:
                file = Path(folder) / "values.yaml"
                file.write_text(yaml.safe_dump(dict(values)))
                words += ["--values", str(file)]
            homes = {f"HELM_{what}_HOME": folder for what in ("CACHE", "CONFIG", "DATA")}
            began = time.monotonic()
            ran = subprocess.run(  # noqa: S603 - a binary of ours
                words,
                env={**os.environ, **homes, "KUBECONFIG": str(self.plane.kubeconfig)},
                capture_output=True,
                text=True,
                timeout=_WITHIN,
                check=False,
            )
        return Ran(ran.returncode, ran.stdout, ran.stderr, time.monotonic() - began)

    def install(self, values: Mapping[str, Any], *more: str) -> Ran:
        """Install the chart; with a warning or an error, fail."""
        return _well(self.helm("install", "gateway", str(HELM), *more, values=values))

    def upgrade(self, values: Mapping[str, Any], *more: str) -> Ran:
        """Upgrade to other values; with a warning or an error, fail."""
        return _well(self.helm("upgrade", "gateway", str(HELM), *more, values=values))

    def well(self, *arguments: str) -> Ran:
        """Run another command; with a warning or an error, fail."""
        return _well(self.helm(*arguments))

    def items(self, version: str, kind: str) -> list[dict[str, Any]]:
        """Return the objects of a kind that are there."""
        return self.plane.api.items(version, kind, self.namespace)

    def deployment(self) -> dict[str, Any]:
        """Return the gateway's Deployment as the server has it."""
        (found,) = self.items("apps/v1", "Deployment")
        return found

    def pods(self) -> list[dict[str, Any]]:
        """Return the gateway's pods that are not about to go."""
        return [
            pod
            for pod in self.items("v1", "Pod")
            if pod["metadata"]["labels"].get("app.kubernetes.io/component") == "gateway"
            and "deletionTimestamp" not in pod["metadata"]
        ]


def _well(ran: Ran) -> Ran:
    assert ran.code == 0, ran.complained
    assert ran.warnings == [], ran.complained
    return ran
