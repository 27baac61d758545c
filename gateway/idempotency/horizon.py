"""Horizon: from when on every mark is known here, and whether that is to be waited for.

May live here: the answers that every delivery asks for. May not: reading and writing the journal.
"""

from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import final

from gateway.idempotency.recall import Recall
from gateway.idempotency.writing import BEAT_SECONDS, JournalWriter

__all__ = ["Horizon"]


@final
class Horizon:
    """Tells how much of what others accepted is known.

    Args:
        recall: knows whether the window was read back.
        writer: knows when we last heard ourselves in the journal.
        loop: whose clock that is.
        wall: seconds since the epoch, as deliveries' arrivals have them.

    Attributes:
        limit: seconds without hearing ourselves, from which on we are behind: by then cStar has not
            sent again what another replica was sent.
        patience: seconds beyond the limit; then deliveries are taken again, and marked as possible
            duplicates.
    """

    __slots__ = ("_began_at", "_loop", "_recall", "_wall", "_writer", "limit", "patience")

    def __init__(
        self,
        recall: Recall,
        writer: JournalWriter,
        loop: AbstractEventLoop,
        wall: Callable[[], float],
    ) -> None:
        self._recall = recall
        self._writer = writer
        self._loop = loop
        self._wall = wall
        self._began_at = wall()
        self.limit = 3 * BEAT_SECONDS
        self.patience = 60.0

    def age(self) -> float:
        """Return the seconds since all that others had marked was known here."""
        return self._loop.time() - self._writer.fresh_at

    def complete_since(self) -> float:
        """Return from when on every mark is known, seconds since the epoch; 0 for always."""
        if not self._recall.complete:
            return self._began_at
        return 0.0 if self.age() < self.limit else self._wall()

    def behind(self) -> bool:
        """Tell whether others may have accepted what we do not know of, and may be waited for.

        After a stall, of this process or of its line to Kafka: what was received before it may
        have been sent again, to another replica.
        """
        return self.limit <= self.age() < self.limit + self.patience and self._recall.complete
