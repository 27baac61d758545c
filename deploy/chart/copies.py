"""Copies: what of deploy/ the chart carries with it, for a chart reads only its own folder."""

from pathlib import Path

__all__ = ["of"]

RULES = "prometheus/rules.yaml"
DASHBOARDS = "grafana/*.json"


def of(deploy: Path) -> dict[str, str]:
    """Return the chart's copies: their place below helm/, and what they hold."""
    found = {"files/rules.yaml": deploy / RULES}
    for path in sorted(deploy.glob(DASHBOARDS)):
        found[f"files/dashboards/{path.name}"] = path
    return {name: path.read_text(encoding="utf-8") for name, path in found.items() if path.exists()}
