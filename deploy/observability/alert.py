"""Alert: what one alert says, and Prometheus's form of it."""

from enum import StrEnum
from typing import Any, NamedTuple

__all__ = [
    "AT",
    "JOB",
    "REPLICA",
    "SERVICE",
    "VALUE",
    "Alert",
    "Clock",
    "Severity",
    "gauge",
    "grew",
    "ruled",
]

SERVICE = "job, namespace"
"""What tells one deployment of the gateway from another."""

REPLICA = "job, namespace, instance"

JOB, AT = "{{ $labels.job }}", "{{ $labels.instance }}"
VALUE = "{{ $value | humanize }}"

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Severity(StrEnum):
    """Whether somebody must get up."""

    PAGE = "page"
    TICKET = "ticket"


class Alert(NamedTuple):
    """One alert.

    Attributes:
        name: a heading of its runbook, too.
        severity: see there.
        page: of docs/runbooks.
        hold: how long it must hold before it fires; empty: at once.
        expr: PromQL.
        summary: one line, for a pager.
        description: what it means and what is at stake.
    """

    name: str
    severity: Severity
    page: str
    hold: str
    expr: str
    summary: str
    description: str

    @property
    def heading(self) -> str:
        """Where in the runbooks it is."""
        return f"{self.page}#{self.name.lower()}"


class Clock:
    """Writes durations; faster than true ones, where a test cannot wait for three days.

    Args:
        speed: how many times faster.
    """

    def __init__(self, speed: int = 1) -> None:
        self._speed = speed

    def __call__(self, duration: str) -> str:
        """Return a duration as this clock has it."""
        if self._speed == 1 or not duration:
            return duration
        milliseconds = int(duration[:-1]) * _UNITS[duration[-1]] * 1000 // self._speed
        return f"{milliseconds}ms"


def ruled(alert: Alert, runbooks: str) -> dict[str, Any]:
    """Return Prometheus's form of an alert; `runbooks` is the address of docs/runbooks."""
    held = {"for": alert.hold} if alert.hold else {}
    return {
        "alert": alert.name,
        "expr": alert.expr,
        **held,
        "labels": {"severity": alert.severity.value},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": f"{runbooks}/{alert.heading}",
        },
    }


def grew(name: str, window: str, match: str = "", by: str = SERVICE) -> str:
    """Return by how much one of the gateway's counters grew in a window, summed by labels."""
    selected = f"{{{match}}}" if match else ""
    return f"sum by ({by}) (increase(cstar_gateway_{name}{selected}[{window}]))"


def gauge(of: str, name: str, by: str = REPLICA) -> str:
    """Return one of the gateway's gauges, aggregated by labels."""
    return f"{of} by ({by}) (cstar_gateway_{name})"
