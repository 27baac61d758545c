"""Remembering: the window, as those who read Kafka back fill it.

Times that come from Kafka are brokers' or other replicas': here they are held to our own clock, by
which the window expires. May live here: that, and whether an id is known already.
"""

from collections.abc import Callable, Iterable

from gateway.idempotency.identity import Identity
from gateway.idempotency.window import Window

__all__ = ["Remembering"]


class Remembering:
    """Fills a window.

    Args:
        window: the committed ids.
        seconds: how far back it reaches.
        clock: seconds since the epoch that never go back, the window's own.
    """

    def __init__(self, window: Window, seconds: float, clock: Callable[[], float]) -> None:
        self._window = window
        self._seconds = seconds
        self._clock = clock

    @property
    def begin(self) -> float:
        """The moment from which ids are remembered, seconds since the epoch."""
        return self._clock() - self._seconds

    @property
    def ids(self) -> int:
        """How many are remembered."""
        return self._window.ids

    def load(self, rows: bytes, time: float, *, afresh: bool) -> None:
        """Remember the rows of an entry.

        Args:
            rows: of `entry.ROW` bytes.
            time: of the entry, seconds since the epoch.
            afresh: none of them was read before; else each is looked for first.
        """
        now = self._clock()
        if time > now - self._seconds:
            self._window.load(rows, min(time, now), now, afresh=afresh)

    def add(self, identities: Iterable[Identity], time: float) -> list[Identity]:
        """Remember those that are not known yet, and return them."""
        now = self._clock()
        new = [each for each in identities if self._window.find(each.key, now) is None]
        self._window.add(new, min(time, now))
        return new
