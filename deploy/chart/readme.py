"""Readme: the chart's README.md, as helm-docs 1.14 writes it from README.md.gotmpl and values.yaml.

Our own, for helm-docs is a Go program and `make docs` needs Python alone; `make cluster` holds the
two against each other.
"""

import json
from typing import Any

from deploy.chart.values import Value, read

__all__ = ["TABLE", "render", "undescribed"]

TABLE = '{{ template "chart.valuesTable" . }}'
_HEAD = "| Key | Type | Default | Description |\n|-----|------|---------|-------------|"
_KINDS = {bool: "bool", int: "int", float: "float", str: "string", list: "list", dict: "object"}


def render(template: str, values: str) -> str:
    """Return README.md."""
    rows = [_row(value) for value in read(values) if value.passed_on]
    return template.replace(TABLE, "\n".join([_HEAD, *rows]))


def undescribed(values: str) -> list[str]:
    """Return the keys whose comment does not say what they are."""
    known = [value for value in read(values) if value.passed_on]
    return [".".join(value.path) for value in known if not value.description]


def _row(value: Value) -> str:
    kind = value.kind or _KINDS[type(value.held)]
    return f"| {'.'.join(value.path)} | {kind} | {_default(value.held)} | {value.description} |"


def _default(held: Any) -> str:
    if held is None:
        return "`nil`"
    # As Go's encoder: no spaces, keys in order.
    text = json.dumps(held, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return f"`{text}`"
