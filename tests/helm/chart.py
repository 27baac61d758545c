"""Chart: renders helm/ as `helm install gateway helm --namespace hooks` would."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

__all__ = ["CASES", "HELM", "NEEDED", "case", "merged", "notes", "of_kind", "only", "render"]

helm = pytest.importorskip("helm_python", reason="no wheel of Helm for this platform")

HELM = Path(__file__).parents[2] / "helm"
CASES = sorted(path.name.removesuffix("-values.yaml") for path in (HELM / "ci").glob("*.yaml"))
NEEDED: Mapping[str, Any] = {
    "config": {"kafka": {"bootstrap_servers": ["kafka:9092"]}},
    "secrets": {"existingSecret": "cstar-webhook"},
}
"""The values without which nothing is installed."""

Object = dict[str, Any]


@cache
def _chart() -> Any:
    return helm.Chart.load(HELM)


def case(name: str) -> dict[str, Any]:
    """Return the values of one file of helm/ci."""
    held: dict[str, Any] = yaml.safe_load((HELM / f"ci/{name}-values.yaml").read_text())
    return held


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay values over others, as Helm does: tables are merged, all else is replaced."""
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            value = merged(below, value)  # noqa: PLW2901
        result[key] = value
    return result


def _files(values: Mapping[str, Any]) -> dict[str, str]:
    chart = _chart()
    chart.validate_schema(dict(values))
    files: dict[str, str] = chart.render(dict(values), name="gateway", namespace="hooks")
    return files


def render(values: Mapping[str, Any]) -> list[Object]:
    """Return every object, with hooks and tests, in the order of their files.

    Raises:
        helm_python.errors.HelmError: the schema or a template refuses the values.
    """
    files = sorted(_files(values).items())
    texts = [text for path, text in files if path.endswith(".yaml")]
    return [one for text in texts for one in yaml.load_all(text, yaml.CSafeLoader) if one]


def notes(values: Mapping[str, Any]) -> str:
    """Return what Helm says at the end of an install."""
    return _files(values)["cstar-gateway/templates/NOTES.txt"]


def of_kind(objects: list[Object], kind: str) -> Iterator[Object]:
    """Yield the objects of a kind."""
    return (one for one in objects if one["kind"] == kind)


def only(objects: list[Object], kind: str, name: str = "gateway-cstar-gateway") -> Object:
    """Return the one object of a kind and name."""
    (found,) = [one for one in of_kind(objects, kind) if one["metadata"]["name"] == name]
    return found
