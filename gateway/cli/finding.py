"""Finding: one thing a check found, and how bad it is.

```
fail   deliveries would be refused, or events lost
warn   it works, and is seldom meant
note   worth knowing; nothing to do
ok     looked at, and right
```
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from gateway.cli.checklist import Check

__all__ = ["Finding", "Level", "worst"]

Level = Literal["ok", "note", "warn", "fail"]


class Finding(NamedTuple):
    """What a check found.

    Attributes:
        check: which found it.
        level: how bad it is.
        subject: what was looked at.
        message: what was found.
        fix: what to do; empty where nothing is needed.
    """

    check: Check
    level: Level
    subject: str
    message: str
    fix: str = ""


def worst(findings: Iterable[Finding]) -> Level:
    """Return the most severe level among findings."""
    order: tuple[Level, ...] = ("ok", "note", "warn", "fail")
    return max((finding.level for finding in findings), key=order.index, default="ok")
