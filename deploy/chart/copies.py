"""Copies: what of deploy/ the chart carries with it, for a chart reads only its own folder."""

from pathlib import Path

__all__ = ["left", "of"]

_RULES = "prometheus/rules.yaml"
_DASHBOARDS = "grafana"


def of(deploy: Path) -> dict[str, str]:
    """Return the chart's copies: their place below helm/, and what they hold."""
    found = {"files/rules.yaml": deploy / _RULES}
    for path in sorted((deploy / _DASHBOARDS).glob("*.json")):
        found[f"files/dashboards/{path.name}"] = path
    return {name: path.read_text(encoding="utf-8") for name, path in found.items() if path.exists()}


def left(helm: Path, deploy: Path) -> list[Path]:
    """Return the copies whose dashboard is gone; none where there are no dashboards to compare."""
    there = {path.name for path in (deploy / _DASHBOARDS).glob("*.json")}
    copied = sorted((helm / "files/dashboards").glob("*.json"))
    return [path for path in copied if there and path.name not in there]
