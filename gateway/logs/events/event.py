"""Event: the shape of a row of the list of lines."""

from typing import Literal, NamedTuple

__all__ = ["LogEvent"]

Level = Literal["info", "warning", "error", "its reason's"]


class LogEvent(NamedTuple):
    """One line.

    Attributes:
        event: its text. Stable: searches and alerts match on it.
        level: how bad; `its reason's`: as the table of endings says.
        fields: beside those every line has.
        means: what happened.
        do: what to do; empty where nothing is needed.
    """

    event: str
    level: Level
    fields: tuple[str, ...]
    means: str
    do: str = ""
