"""Faults: what is wrong with a configuration, told to people all at once.

```
ConfigError(Exception)     every fault of a configuration
 └─ Fault                  one key: where, what is wrong, what to do
Problem(ValueError)        what a validator raises; `Fault` adds the where
Violation                  what a rule between keys finds, on its way to a Fault
```

May live here: the words. May not: a secret's value, in any message, ever.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = [
    "PREFIX",
    "ConfigError",
    "Fault",
    "Path",
    "Problem",
    "Violation",
    "dotted",
    "harmless",
    "shown",
    "variable",
]

PREFIX = "CSTAR_GATEWAY__"
_MOST_SHOWN = 64

Path = tuple[str | int, ...]
"""A key's place: section, index in a list of tables, name."""


class Problem(ValueError):  # noqa: N818 - half of a Fault, never seen alone
    """A value that will not do.

    Attributes:
        problem: what is wrong, a phrase that follows the key.
        fix: what to do, an imperative.
    """

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem, fix)
        self.problem = problem
        self.fix = fix


class Fault(NamedTuple):
    """One thing wrong with a configuration.

    Attributes:
        key: as in TOML, `webhooks[0].secrets`; the file's name where it is the file itself.
        variable: the environment variable that also sets it; empty where there is none.
        source: where the value came from: a file's name, `environment` or `default`.
        problem: what is wrong; never a secret's value.
        fix: what to do.
    """

    key: str
    variable: str
    source: str
    problem: str
    fix: str

    def __str__(self) -> str:
        named = f"{self.key} ({self.variable})" if self.variable else self.key
        return f"{named}: {self.problem}; {self.fix}"


class ConfigError(Exception):
    """The configuration cannot be used.

    Attributes:
        faults: all that is wrong with it, in the order of the documentation's tables.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(tuple(faults))
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class Violation(NamedTuple):
    """A rule that does not hold.

    Attributes:
        path: the key to change.
        reads: further keys the rule looked at; it says nothing where one of them is faulty.
        problem: what is wrong.
        fix: what to do.
    """

    path: Path
    reads: tuple[Path, ...]
    problem: str
    fix: str


def dotted(path: Iterable[str | int]) -> str:
    """Return a key's name in TOML terms: `webhooks[0].secrets[1]`."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            name += f".{harmless(part)}" if name else harmless(part)
    return name


def variable(path: Path) -> str:
    """Return the environment variable that sets a key; items of a plain list have their list's."""
    while path and isinstance(path[-1], int) and len(path) > 2:  # noqa: PLR2004 - table, index, key
        path = path[:-1]
    return PREFIX + "__".join(str(part).upper() for part in path) if path else ""


def harmless(text: str) -> str:
    """Return a text of somebody else's, unless a signing secret was pasted into it."""
    return "(a signing secret: not shown)" if "whsec_" in text.lower() else text


def shown(value: object) -> str:
    """Return a value as a message may show it: short, printable, and no signing secret."""
    text = value if isinstance(value, str) else repr(value)
    if isinstance(value, bool):
        text = text.lower()
    if harmless(text) != text:
        return harmless(text)
    if len(text) > _MOST_SHOWN:
        text = text[:_MOST_SHOWN] + "…"
    return repr(text) if isinstance(value, str) else text
