"""Marks: where committed ids are kept beyond the window in memory.

A mark is written only after Kafka's ack, so that what is lost with the marks is at worst a
duplicate and never an event.
"""

from collections.abc import Sequence
from typing import Protocol

from gateway.idempotency.identity import Identity

__all__ = ["MarkStore", "MemoryMarks"]


class MarkStore(Protocol):
    """Keeps marks for other processes and for the next start of this one."""

    def complete_since(self) -> float:
        """Return from when on every mark is known here, seconds since the epoch; 0 for always.

        An event created earlier may have been accepted without our knowing, and is published as a
        possible duplicate.
        """

    def behind(self) -> bool:
        """Tell whether others may have accepted what is not known here, for the moment."""

    @property
    def unwritten(self) -> int:
        """How many marks are not kept yet: should this process die, its records must tell."""

    @property
    def unready(self) -> str | None:
        """Why the marks cannot be relied on yet, for people; None when they can."""

    async def start(self) -> None:
        """Begin to load what is kept; return at once."""

    def append(self, identities: Sequence[Identity], since: float) -> None:
        """Keep the marks of one ack; must not block.

        Args:
            identities: what Kafka has now.
            since: when the first of them came, seconds since the epoch.
        """

    async def read_back(self, since: float) -> None:
        """Mark what Kafka has from `since` on (seconds since the epoch), as far as can be told."""

    async def stop(self, within: float) -> None:
        """Write what is left within so many seconds."""


class MemoryMarks:
    """Keeps nothing: marks live and die with the process.

    For tests and development. It answers for this process alone, and for that its window is
    complete from the first moment.
    """

    def complete_since(self) -> float:
        """Return that it is always."""
        return 0.0

    def behind(self) -> bool:
        """Tell that it is never."""
        return False

    @property
    def unwritten(self) -> int:
        """None that ever would be."""
        return 0

    @property
    def unready(self) -> str | None:
        """Never."""
        return None

    async def start(self) -> None:
        """Have nothing to load."""

    def append(self, identities: Sequence[Identity], since: float) -> None:
        """Keep nothing."""

    async def read_back(self, since: float) -> None:
        """Read nothing: it cannot be told."""

    async def stop(self, within: float) -> None:
        """Have nothing to write."""
