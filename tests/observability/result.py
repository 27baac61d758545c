"""Result: what a run saw, kept in results.json for the table of docs/dashboards.md."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from benchmarks.machine import this_machine
from deploy.observability.rules import alerts
from tests.observability.acts import ACTS
from tests.observability.play import Seen

__all__ = ["Result", "kept", "render", "write"]

_FILE = Path(__file__).with_name("results.json")


class Result(msgspec.Struct, frozen=True):
    """One run.

    Attributes:
        date: of it.
        machine: on which.
        peace: seconds without a fault, in which nothing fired.
        panels: how many were looked at; none was empty.
        fired: seconds from each fault's begin to its alert.
    """

    date: str
    machine: str
    peace: float
    panels: int
    fired: Mapping[str, float]


def write(seen: Sequence[Seen], *, peace: float, panels: int) -> None:
    """Keep a run in which everything was as it should be."""
    fired = {
        name: round(after, 1)
        for one in seen
        for name, after in one.fired.items()
        if after is not None
    }
    machine = this_machine()
    told = f"{machine.cores} cores of {machine.cpu}, {machine.python}"
    result = Result(f"{datetime.now(UTC):%Y-%m-%d}", told, peace, panels, fired)
    _FILE.write_text(json.dumps(msgspec.to_builtins(result), indent=1) + "\n", encoding="utf-8")


def kept() -> Result:
    """Return the run that was kept."""
    return msgspec.json.decode(_FILE.read_bytes(), type=Result)


def render() -> str:
    """Return the table of alerts: what each is for, and the fault that it was shown."""
    result = kept()
    faults = {name: act.fault for act in ACTS for name in act.alerts}
    rows = [
        f"| [`{alert.name.removeprefix('CstarGateway')}`](runbooks/{alert.heading}) "
        f"| {alert.severity} | {faults[alert.name]} | {result.fired[alert.name]:g} s |"
        for alert in alerts()
    ]
    head = (
        f"Measured {result.date} with `python -m tests.observability` on {result.machine}: quiet "
        f"for {result.peace:g} s of traffic without a fault, and none of {result.panels} panels "
        "empty.\n\n"
        "| alert (`CstarGateway…`) | severity | was shown | fired after |\n|---|---|---|---|"
    )
    return "\n".join([head, *rows])
