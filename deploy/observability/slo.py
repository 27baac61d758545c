"""Service levels: what is promised, and the alerts on how fast the promise is being spent.

Multi-window, multi-burn, as the Site Reliability Workbook has it: the long window says that it
matters, the short one that it goes on. Webhooks are few and come in bursts, so that one failure of
two deliveries would be half of all: nothing fires below a number of failures.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from deploy.observability.alert import SERVICE, Alert, Clock, Severity

__all__ = ["ACK_TIME", "ANSWERED", "LEVELS", "TAKEN", "Level", "burn_alerts", "recordings"]

_REQUESTS = "http_server_request_duration_seconds"
_ROUTE = 'http_route="/webhooks/cstar"'
_LEAST = 10  # failures in the long window

TAKEN = f'{_ROUTE}, http_response_status_code=~"200|202|503"'
"""What was not the sender's fault."""


class Level(NamedTuple):
    """One service level.

    Attributes:
        name: in recorded series.
        alert: begins the names of its alerts.
        objective: share of deliveries that must be good over 30 days.
        promise: for people.
        all: matches every delivery that counts, of the series `counted`.
        good: matches those that are good; empty where what is bad is matched.
        bad: matches those that are not; empty where what is good is matched.
    """

    name: str
    alert: str
    objective: float
    promise: str
    all: str
    good: str = ""
    bad: str = ""

    @property
    def budget(self) -> float:
        """What may be bad."""
        return round(1 - self.objective, 6)

    @property
    def runbook(self) -> str:
        """Where its alerts' runbook is."""
        return f"slo.md#{self.alert.lower()}burnsfast"

    def failures(self, of: str, window: str) -> str:
        """Return the bad ones in a window; `of` is `rate` or `increase`."""
        if self.bad:
            return _sum(of, "count", self.bad, window)
        good = _sum(of, "bucket", self.good, window)
        return f"{_sum(of, 'count', self.all, window)} - {good}"


ANSWERED = Level(
    name="unanswered",
    alert="CstarGatewayAvailability",
    objective=0.999,
    promise="deliveries answered without 503",
    all=TAKEN,
    bad=f'{_ROUTE}, http_response_status_code="503"',
)
_ACCEPTED = f'{_ROUTE}, http_response_status_code="202"'
ACK_TIME = Level(
    name="slow",
    alert="CstarGatewayAckTime",
    objective=0.99,
    promise="accepted deliveries acked and answered within 1 s",
    all=_ACCEPTED,
    good=f'{_ACCEPTED}, le="1.0"',
)
LEVELS = (ANSWERED, ACK_TIME)


class Burn(NamedTuple):
    """One pair of windows.

    Attributes:
        factor: times the budget.
        short: says that it goes on.
        long: says that it matters.
    """

    factor: float
    short: str
    long: str


_FAST = (Burn(14.4, "5m", "1h"), Burn(6, "30m", "6h"))
_SLOW = (Burn(3, "2h", "1d"), Burn(1, "6h", "3d"))
_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
_LONG = ("1h", "6h", "1d", "3d")


def _sum(of: str, suffix: str, match: str, window: str) -> str:
    return f"sum by ({SERVICE}) ({of}({_REQUESTS}_{suffix}{{{match}}}[{window}]))"


def recordings(clock: Clock) -> Iterator[dict[str, Any]]:
    """Yield the recorded series: the share of bad deliveries in each window, and their number."""
    for level in LEVELS:
        for window in _WINDOWS:
            whole = _sum("rate", "count", level.all, clock(window))
            failures = level.failures("rate", clock(window))
            expr = f"({failures})\n/\n({whole} > 0)"
            yield {"record": _ratio(level, window), "expr": expr}
        for window in _LONG:
            expr = level.failures("increase", clock(window))
            yield {"record": _number(level, window), "expr": expr}


def _ratio(level: Level, window: str) -> str:
    return f"job:cstar_gateway_{level.name}:ratio_rate{window}"


def _number(level: Level, window: str) -> str:
    return f"job:cstar_gateway_{level.name}:increase{window}"


def burn_alerts(clock: Clock) -> Iterator[Alert]:
    """Yield two alerts a level: one that pages, one that can wait for the morning."""
    for level in LEVELS:
        for severity, speed, burns in (
            (Severity.PAGE, "Fast", _FAST),
            (Severity.TICKET, "Slow", _SLOW),
        ):
            pairs = " or ".join(
                f"{burn.factor:g}x over {burn.short} and {burn.long}" for burn in burns
            )
            yield Alert(
                name=f"{level.alert}Burns{speed}",
                severity=severity,
                page="slo.md",
                hold=clock("1m"),
                expr="\nor\n".join(_burning(level, burn) for burn in burns),
                summary=f"{{{{ $labels.job }}}}: the error budget burns {speed.lower()}: "
                f"{level.promise}",
                description=(
                    f"{{{{ $value | humanizePercentage }}}} of deliveries break the objective "
                    f"({level.objective:.1%} of {level.promise} over 30 days); its budget burns "
                    f"at {pairs}, with {_LEAST} failures or more. cStar sends again what got 503: "
                    "nothing is lost until attempts run out."
                ),
            )


def _burning(level: Level, burn: Burn) -> str:
    limit = f"{burn.factor * level.budget:g}"
    return (
        "(\n"
        f"  {_ratio(level, burn.long)} > {limit}\n"
        f"  and {_ratio(level, burn.short)} > {limit}\n"
        f"  and {_number(level, burn.long)} >= {_LEAST}\n"
        ")"
    )
