"""Ledger: every delivery received ends once, and the two counts agree.

received = accepted + duplicate + filtered + quarantined + rejected + unavailable, plus what is in
flight. May live here: the law and its numbers. May not: who ends what (`gateway.ingress`).
"""

from collections.abc import Iterator
from typing import Final, final

from gateway.events.catalogue import OTHER
from gateway.metrics.book import Book
from gateway.metrics.labels import EVENT_TYPE, NONE
from gateway.metrics.series import Labels
from gateway.pipeline.reasons import ENDINGS, Outcome, Reason

__all__ = ["Ledger"]

_KEYS: Final[dict[Reason, dict[str, Labels]]] = {
    reason: {
        event_type: (ending.outcome.value, reason.value, event_type)
        for event_type in EVENT_TYPE.values
    }
    for reason, ending in ENDINGS.items()
}


@final
class Ledger:
    """Counts deliveries in and out.

    Every ending that can be foreseen is there at zero from the start: its first one is an increase
    that an alert can see.
    """

    __slots__ = ("_ended", "_received")

    def __init__(self, book: Book) -> None:
        self._received = 0
        book.watch("cstar_gateway_deliveries_received_total", lambda: self._received)
        self._ended = book.tally("cstar_gateway_deliveries_total", _foreseen()).counts

    def received(self) -> None:
        """Count a delivery in."""
        self._received += 1

    def ended(self, reason: Reason, event_type: str) -> None:
        """Count a delivery out; an event type that is no label is counted as `other`."""
        keys = _KEYS[reason]
        key = keys.get(event_type) or keys[OTHER]
        try:
            self._ended[key] += 1
        except KeyError:  # not foreseen, but counted all the same
            self._ended[key] = 1

    @property
    def in_flight(self) -> int:
        """Deliveries that were received and have not ended; 0 at rest is the law."""
        return self._received - sum(self._ended.values())


def _foreseen() -> Iterator[Labels]:
    """Yield the endings with the event types they may have.

    What is refused unread has no type; an unavailable gateway may know the type or not.
    """
    for reason, ending in ENDINGS.items():
        keys = _KEYS[reason]
        if ending.outcome is Outcome.REJECTED or reason is Reason.OVERLOADED:
            yield keys[NONE]
        elif ending.outcome is Outcome.UNAVAILABLE:
            yield from keys.values()
        else:
            yield from (key for event_type, key in keys.items() if event_type != NONE)
