"""Custom: the definitions of the chart's custom resources, from their operators' modules."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.helm.strimzi import STRIMZI

__all__ = ["SCHEMAS", "definitions", "schemas"]

SCHEMAS = Path(__file__).parents[1] / "helm/crds.json"
_SOURCES = {
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": (
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ),
    "github.com/kedacore/keda/v2@v2.21.0": ("config/crd/bases/keda.sh_scaledobjects.yaml",),
    "sigs.k8s.io/gateway-api@v1.5.0": (
        "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
    ),
    "github.com/external-secrets/external-secrets@v1.3.2": (
        "config/crds/bases/external-secrets.io_externalsecrets.yaml",
    ),
}
_DROPPED = {"description", "default"}
_KEPT = {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"}


def definitions() -> list[dict[str, Any]]:
    """Return the CustomResourceDefinitions, Strimzi's made from what its documentation says."""
    return [*_downloaded(), *_strimzi()]


def schemas() -> str:
    """Return crds.json: each served version's schema, without words, closed to unknown keys."""
    held: dict[str, Any] = {}
    for definition in _downloaded():
        spec = definition["spec"]
        for version in spec["versions"]:
            if version["served"]:
                name = f"{spec['group']}/{version['name']}/{spec['names']['kind']}"
                held[name] = _closed(version["schema"]["openAPIV3Schema"])
    lines = [f"{json.dumps(name)}:{_compact(held[name])}" for name in sorted(held)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(schema: dict[str, Any]) -> str:
    return json.dumps(schema, separators=(",", ":"), sort_keys=True)


def _downloaded() -> Iterator[dict[str, Any]]:
    for module, paths in _SOURCES.items():
        command = ["go", "mod", "download", "-json", module]
        told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        folder = Path(json.loads(told.stdout)["Dir"])
        for path in paths:
            yield yaml.load((folder / path).read_text(), yaml.CSafeLoader)


def _closed(node: Any, *, names: bool = False) -> Any:
    """Return a schema as JSON Schema has it: closed, and without what only the server reads."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {name: _closed(below) for name, below in node.items()}
    held = {
        key: _closed(below, names=key == "properties")
        for key, below in node.items()
        if key in _KEPT or not (key in _DROPPED or key.startswith("x-kubernetes"))
    }
    metadata = held.get("properties") == {}
    if "properties" in held and not (metadata or held.get("x-kubernetes-preserve-unknown-fields")):
        held.setdefault("additionalProperties", False)
    return held


def _strimzi() -> Iterator[dict[str, Any]]:
    for kind in ("KafkaTopic", "KafkaUser"):
        plural = f"{kind.lower()}s"
        versions = [
            {
                "name": version,
                "served": True,
                "storage": version == "v1",
                "schema": {"openAPIV3Schema": _structural(STRIMZI[f"{group}/{version}/{kind}"])},
            }
            for group in ("kafka.strimzi.io",)
            for version in ("v1", "v1beta2")
        ]
        yield {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.kafka.strimzi.io"},
            "spec": {
                "group": "kafka.strimzi.io",
                "scope": "Namespaced",
                "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
                "versions": versions,
            },
        }


def _structural(schema: Any) -> Any:
    """Return a schema as the API server takes it: typed enumerations, unknown keys never named."""
    if isinstance(schema, list):
        return [_structural(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("type"), list):
        return {"x-kubernetes-preserve-unknown-fields": True}
    held = {key: _structural(below) for key, below in schema.items()}
    if held.get("additionalProperties") is False:
        del held["additionalProperties"]
    if "enum" in held and isinstance(held["enum"], list):
        held["type"] = "string"
    if "metadata" in held.get("properties", {}):
        held["properties"] = {**held["properties"], "metadata": {"type": "object"}}
    return held


if __name__ == "__main__":
    SCHEMAS.write_text(schemas(), encoding="utf-8")
    sys.stdout.write(f"{SCHEMAS} written\n")
