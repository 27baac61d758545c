"""Voice: how long commands speak, to people and to machines.

May live here: where words go, and when there are too many of them. May not: which words.
"""

import sys
from typing import Any

import orjson
from rich.console import Console
from rich.text import Text

__all__ = ["EVERY_SECONDS", "MOST_SHOWN", "Voice"]

MOST_SHOWN = 50
"""Of what is told one by one, so many are shown to people; machines are told all."""

EVERY_SECONDS = 5.0
"""How often progress is told where nobody watches a bar."""

_WIDTH = 160  # characters, where there is no terminal


class Voice:
    """Speaks to whoever ran the command.

    Attributes:
        out: what was asked for.
        err: the rest.
        shown: how many were told one by one.

    Args:
        json: one object a line on standard output, and nothing but errors elsewhere.
    """

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self.out = Console(highlight=False)
        if not self.out.is_terminal:
            self.out = Console(highlight=False, width=max(self.out.width, _WIDTH))
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)
        self.shown = 0

    def note(self, words: str, style: str = "dim") -> None:
        """Say something on the side."""
        if not self.json:
            self.err.print(Text(words, style))

    def problem(self, words: str, advice: str = "") -> None:
        """Say what went wrong, and what to do."""
        self.err.print(Text(words, "bold red"))
        if advice:
            self.err.print(Text(f"→ {advice}", "green"))

    def write(self, value: Any) -> None:
        """Write one line for machines."""
        sys.stdout.write(orjson.dumps(value).decode() + "\n")
        sys.stdout.flush()
