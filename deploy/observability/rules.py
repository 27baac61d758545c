"""Rules: recorded series and alerts as rules.yaml, for Prometheus itself or a PrometheusRule."""

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from deploy.observability.alert import Alert, Clock, ruled
from deploy.observability.slo import burn_alerts, recordings
from deploy.observability.symptoms import symptoms

__all__ = ["alerts", "groups", "render"]

_HEAD = """\
# Written by `make docs` from deploy/observability: edit there.
"""


class _Text(yaml.SafeDumper):
    """Writes text of several lines as such."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Text.add_representer(str, _text)


def alerts(clock: Clock | None = None) -> Sequence[Alert]:
    """Return every alert."""
    clock = clock or Clock()
    return (*burn_alerts(clock), *symptoms(clock))


def groups(runbooks: str, clock: Clock | None = None) -> Iterator[dict[str, Any]]:
    """Yield the groups of rules; `runbooks` is the address of docs/runbooks."""
    clock = clock or Clock()
    yield {"name": "cstar-gateway-service-levels", "rules": list(recordings(clock))}
    for name, found in (
        ("cstar-gateway-burn-rates", burn_alerts(clock)),
        ("cstar-gateway-symptoms", symptoms(clock)),
    ):
        yield {"name": name, "rules": [ruled(alert, runbooks) for alert in found]}


def render(runbooks: str, clock: Clock | None = None) -> str:
    """Return rules.yaml."""
    content = {"groups": list(groups(runbooks, clock))}
    return _HEAD + yaml.dump(content, Dumper=_Text, sort_keys=False, width=100, allow_unicode=True)
