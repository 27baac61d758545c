"""Schema: values.schema.json, so that Helm refuses a misspelt value before anything is installed.

Types are read off the defaults of values.yaml and descriptions off its comments; `RULES` has what
neither tells. Every table of ours is closed to unknown keys.
"""

import json
from collections.abc import Mapping
from typing import Any

from deploy.chart.config_schema import config
from deploy.chart.values import Value, read

__all__ = ["RULES", "render"]

_WHOLE = {"type": "integer", "minimum": 0}
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_TABLES = {"type": "array", "items": {"type": "object"}}
_LISTED = {"type": "array", "items": {"type": "string"}}
_NAMED = {"type": "array", "items": {"type": "object", "required": ["name"]}}
_PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
_BEHAVIOR = {"scaleUp": {"type": "object"}, "scaleDown": {"type": "object"}}
_SPARE = {"type": ["integer", "string", "null"]}
_DIGEST = "^$|^sha256:[0-9a-f]{64}$"


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}


_PROBE = _closed(
    dict.fromkeys(
        (
            "initialDelaySeconds",
            "periodSeconds",
            "timeoutSeconds",
            "successThreshold",
            "failureThreshold",
            "terminationGracePeriodSeconds",
        ),
        _WHOLE,
    )
)
_RESOURCES = _closed(
    {"requests": {"type": "object"}, "limits": {"type": "object"}, "claims": _NAMED}
)

RULES: Mapping[str, Mapping[str, Any]] = {
    "image.digest": {"type": "string", "pattern": _DIGEST},
    "image.pullPolicy": {"enum": ["Always", "IfNotPresent", "Never"]},
    "image.pullSecrets": _NAMED,
    "secrets.values": _TEXTS,
    "secrets.externalSecret.storeRef": _closed(
        {"name": {"type": "string"}, "kind": {"enum": ["SecretStore", "ClusterSecretStore"]}}
    ),
    "secrets.mountPath": {"type": "string", "pattern": "^/.*[^/]$"},
    "secretMounts": {
        "type": "object",
        "additionalProperties": False,
        "patternProperties": {"^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$": {"type": "string"}},
    },
    "service.type": {"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
    "service.port": _PORT,
    "service.nodePort": {"type": ["integer", "null"]},
    "service.externalTrafficPolicy": {"enum": ["", "Cluster", "Local"]},
    "service.loadBalancerSourceRanges": _LISTED,
    "adminService.port": _PORT,
    "ingress.hosts": _LISTED,
    "httpRoute.hostnames": _LISTED,
    "httpRoute.parentRefs": _NAMED,
    "httpRoute.timeouts": _closed(
        {"request": {"type": "string"}, "backendRequest": {"type": "string"}}
    ),
    "autoscaling.minReplicas": {"type": "integer", "minimum": 1},
    "autoscaling.targetCPUUtilizationPercentage": {"type": ["integer", "null"], "minimum": 1},
    "autoscaling.targetMemoryUtilizationPercentage": {"type": ["integer", "null"], "minimum": 1},
    "autoscaling.behavior": _closed(_BEHAVIOR),
    "keda.minReplicas": {"type": "integer", "minimum": 1},
    "keda.behavior": _closed(_BEHAVIOR),
    "keda.prometheus.deliveriesPerSecond": {"type": "number", "exclusiveMinimum": 0},
    "keda.triggers": {"type": "array", "items": {"type": "object", "required": ["type"]}},
    "podDisruptionBudget.maxUnavailable": _SPARE,
    "podDisruptionBudget.minAvailable": _SPARE,
    "podDisruptionBudget.unhealthyPodEvictionPolicy": {"enum": ["AlwaysAllow", "IfHealthyBudget"]},
    "networkPolicy.kafka.ports": {"type": "array", "items": _PORT},
    "metrics.prometheusRule.disabled": _LISTED,
    "strimzi.apiVersion": {"enum": ["kafka.strimzi.io/v1", "kafka.strimzi.io/v1beta2"]},
    "strimzi.user.authentication": {"enum": ["scram-sha-512", "tls"]},
    "strimzi.topics.replicas": {"type": "integer", "minimum": 1},
    "strimzi.topics.minInSyncReplicas": {"type": "integer", "minimum": 1},
    "preflight.hooks": {
        "type": "array",
        "minItems": 1,
        "items": {"enum": ["pre-install", "pre-upgrade", "pre-rollback"]},
    },
    "preflight.resources": _RESOURCES,
    "resources": _RESOURCES,
    "probes.startup": _PROBE,
    "probes.liveness": _PROBE,
    "probes.readiness": _PROBE,
    "strategy": _closed(
        {"type": {"enum": ["RollingUpdate", "Recreate"]}, "rollingUpdate": {"type": "object"}}
    ),
    "extraEnv": _NAMED,
    "extraVolumes": _NAMED,
    "extraVolumeMounts": _NAMED,
    "extraContainers": _NAMED,
    "initContainers": _NAMED,
    "extraObjects": {"type": "array", "items": {"type": ["object", "string"]}},
}
"""What a value may be, where its default does not tell."""

_LABELS = ("Labels", "Annotations", "labels", "annotations", "nodeSelector")


def render(values: str) -> str:
    """Return values.schema.json."""
    known = read(values)
    tree = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of cstar-gateway",
        "description": "Written by `make docs` from values.yaml and gateway/config.",
        **_table((), known),
    }
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def _table(path: tuple[str, ...], known: list[Value]) -> dict[str, Any]:
    below = [value for value in known if value.path[:-1] == path]
    return _closed({value.path[-1]: _entry(value, known) for value in below})


def _entry(value: Value, known: list[Value]) -> dict[str, Any]:
    if value.path == ("config",):
        return config()
    if not value.passed_on:
        return _table(value.path, known)
    rule = RULES.get(".".join(value.path)) or _typed(value)
    return {"description": value.description, **rule}


def _typed(value: Value) -> Mapping[str, Any]:
    """Return what the default tells: its own type, and no other."""
    if isinstance(value.held, bool):
        return {"type": "boolean"}
    if isinstance(value.held, int):
        return _WHOLE
    if isinstance(value.held, str):
        return {"type": "string"}
    if isinstance(value.held, list):
        return _TABLES
    if isinstance(value.held, dict):
        return _TEXTS if value.path[-1].endswith(_LABELS) else {"type": "object"}
    raise ValueError(f"{'.'.join(value.path)} is null: say in RULES what it may be")
