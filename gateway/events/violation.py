"""Violation: what msgspec's words mean, as a path and a problem.

May live here: the reading of `msgspec.ValidationError`, which tells what it found as a sentence.
May not: what follows from a violation.
"""

import re
from typing import NamedTuple

import msgspec

__all__ = ["Violation", "read_violation"]

_AT = " - at `"
_PLACE = re.compile(r"\[(?:\d+|\.\.\.)\]")  # of an array, of an object's any name
_MISSING = "Object missing required field `"


class Violation(NamedTuple):
    """Where an event does not match its struct, and how.

    Attributes:
        path: built from names of the struct alone, such as `data.ticket.title`; `[*]` stands for
            any key or index of a free-form area, `$` for the whole event.
        problem: for people; holds no value of the event.
        missing: whether the field is not there at all.
    """

    path: str
    problem: str
    missing: bool


def read_violation(error: msgspec.ValidationError) -> Violation:
    """Return what msgspec found first: it stops there."""
    sentence = str(error)  # "Expected `str`, got `int` - at `$.data.ticket.title`"
    problem, at, path = sentence.rpartition(_AT)
    if not at:  # no path: it is the whole that is wrong
        problem, path = sentence, "$"
    path = _PLACE.sub("[*]", path.removesuffix("`"))
    missing = problem.startswith(_MISSING)
    if missing:
        path = f"{path}.{problem.removeprefix(_MISSING).removesuffix('`')}"
        problem = "missing"
    else:
        problem = problem.partition(" '")[0].replace("`", "")  # what is quoted came off the wire
        problem = problem[:1].lower() + problem[1:]
    return Violation(path.removeprefix("$."), problem, missing)
