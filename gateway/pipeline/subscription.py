"""Subscription: which event types somebody wants, written as cStar writes it.

A pattern is an event type (`ticket.created`), a namespace (`ticket.*`) or everything (`*`).
"""

import re
from collections.abc import Iterable
from typing import final

__all__ = ["Subscription"]

_PATTERN = re.compile(r"\*|[^\s*]+\.\*|[^\s*]+")


@final
class Subscription:
    """A set of patterns over event types.

    Args:
        patterns: `ticket.created`, `ticket.*` or `*`.

    Raises:
        ValueError: a pattern is none of these; says which.
    """

    __slots__ = ("_everything", "_prefixes", "_types", "patterns")

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        for pattern in self.patterns:
            if not _PATTERN.fullmatch(pattern):
                raise ValueError(
                    f"{pattern!r} is not an event pattern; write an event type (ticket.created), "
                    "a namespace (ticket.*) or everything (*)"
                )
        self._everything = "*" in self.patterns
        self._types = frozenset(pattern for pattern in self.patterns if "*" not in pattern)
        self._prefixes = tuple(pattern[:-1] for pattern in self.patterns if pattern.endswith(".*"))

    def wants(self, event_type: str) -> bool:
        """Tell whether any pattern matches the type."""
        return (
            self._everything
            or event_type in self._types
            or (bool(self._prefixes) and event_type.startswith(self._prefixes))
        )
