"""Kubernetes: what its API would say of an object, by the schemas of its versions."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from kubernetes_validate import utils as schemas
from referencing import Registry, Resource

from tests.helm.strimzi import STRIMZI

__all__ = ["NEWEST", "OLDEST", "complaints"]

OLDEST, NEWEST = "1.30", "1.37"
"""What the chart says it works with: from its `kubeVersion` to the newest with schemas."""

_CUSTOM = Path(__file__).with_name("crds.json")


def complaints(thing: dict[str, Any], version: str) -> list[str]:
    """Return what is wrong with an object: unknown keys, wrong types, missing parts."""
    validator = _custom(thing["apiVersion"], thing["kind"])
    if validator is None:
        validator = _native(thing["apiVersion"], thing["kind"], version)
    return [*_told(validator, thing)]


def _told(validator: Draft202012Validator, thing: dict[str, Any]) -> Iterator[str]:
    for error in validator.iter_errors(thing):
        yield f"{thing['kind']} {error.json_path}: {error.message}"


@cache
def _custom_schemas() -> dict[str, Any]:
    held: dict[str, Any] = json.loads(_CUSTOM.read_text())
    return {**held, **STRIMZI}


def _custom(version: str, kind: str) -> Draft202012Validator | None:
    schema = _custom_schemas().get(f"{version}/{kind}")
    return Draft202012Validator(schema) if schema else None


@cache
def _registry(version: str) -> Registry[Any]:
    held = _read("_definitions", version)
    return Resource.from_contents(held) @ Registry()


@cache
def _native(api: str, kind: str, version: str) -> Draft202012Validator:
    """Return the strict schema of a kind of Kubernetes' own."""
    group, _, revision = api.rpartition("/")
    named = "-".join(part for part in (kind.lower(), group.partition(".")[0], revision) if part)
    schema = _read(named, version)
    registry = Resource.from_contents(schema) @ _registry(version)
    return Draft202012Validator(schema, registry=registry)


def _read(name: str, version: str) -> Any:
    (folder,) = {held for held in schemas.all_versions() if held.startswith(f"{version}.")}
    place = f"kubernetes-json-schema/v{folder}-local-strict/{name}.json"
    return schemas.schema_contents(place, version)
