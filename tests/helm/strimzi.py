"""Strimzi: what its two resources take, as it documents them; no registry has its CRDs."""

from typing import Any

__all__ = ["STRIMZI"]

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer", "minimum": 0}


def _closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*required],
        "additionalProperties": False,
    }


def _resource(spec: dict[str, Any]) -> dict[str, Any]:
    labels = {"type": "object", "required": ["strimzi.io/cluster"]}
    metadata = {"type": "object", "properties": {"labels": labels}, "required": ["labels"]}
    above = {"apiVersion": _TEXT, "kind": _TEXT, "metadata": metadata, "spec": spec}
    return _closed(above, "spec")


_TOPIC = _closed(
    {
        "topicName": _TEXT,
        "partitions": {"type": "integer", "minimum": 1},
        "replicas": {"type": "integer", "minimum": 1, "maximum": 32767},
        "config": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
    }
)
_OPERATIONS = [
    *("Read", "Write", "Create", "Delete", "Alter", "Describe", "ClusterAction"),
    *("AlterConfigs", "DescribeConfigs", "IdempotentWrite", "All"),
]
_ACL = _closed(
    {
        "type": {"enum": ["allow", "deny"]},
        "host": _TEXT,
        "operations": {"type": "array", "items": {"enum": _OPERATIONS}},
        "resource": _closed(
            {
                "type": {"enum": ["topic", "group", "cluster", "transactionalId"]},
                "name": _TEXT,
                "patternType": {"enum": ["literal", "prefix"]},
            },
            "type",
        ),
    },
    "resource",
    "operations",
)
_USER = _closed(
    {
        "authentication": _closed({"type": {"enum": ["tls", "tls-external", "scram-sha-512"]}}),
        "authorization": _closed(
            {"type": {"enum": ["simple"]}, "acls": {"type": "array", "items": _ACL}},
            *("type", "acls"),
        ),
        "quotas": _closed(
            {
                "producerByteRate": _WHOLE,
                "consumerByteRate": _WHOLE,
                "requestPercentage": _WHOLE,
                "controllerMutationRate": {"type": "number", "minimum": 0},
            }
        ),
    }
)

STRIMZI: dict[str, Any] = {
    f"kafka.strimzi.io/{version}/{kind}": _resource(spec)
    for version in ("v1", "v1beta2")
    for kind, spec in (("KafkaTopic", _TOPIC), ("KafkaUser", _USER))
}
"""The schema of each, by API version and kind."""
