"""Deliveries: what is worth counting between proof and record. Implements `IntakeObserver`."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, final

from gateway.events.catalogue import OTHER
from gateway.metrics import labels
from gateway.metrics.book import Book
from gateway.metrics.series import Labels

__all__ = ["DeliveryMeter"]

_ATTEMPTS: Final = len(labels.ATTEMPT.values) - 1  # they are told apart so far, `other` last
_HEADERS = frozenset(labels.HEADER.values)
_DRIFTS = frozenset(labels.DRIFT.values)
_EVENT_TYPES = frozenset(labels.EVENT_TYPE.values)


@final
class _Proofs:
    """What one secret has proved: how many deliveries, and when the last one."""

    __slots__ = ("count", "last")

    def __init__(self) -> None:
        self.count = 0
        self.last = 0.0


@final
class DeliveryMeter:
    """Counts what the intake notices.

    Args:
        book: where the series are opened.
        webhooks: how many secrets each webhook has, by its name.
        clock: seconds since the epoch.
    """

    def __init__(
        self, book: Book, webhooks: Mapping[str, int], clock: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        self._proofs = {
            webhook: [_Proofs() for _ in range(count)] for webhook, count in webhooks.items()
        }
        for webhook, secrets in self._proofs.items():
            for index, proofs in enumerate(secrets):
                _watch(book, proofs, webhook, str(index))
        self._skew = book.distributions("cstar_gateway_clock_skew_seconds", [()]).at()
        self._attempts = [0] * (_ATTEMPTS + 1)
        for place, value in enumerate(labels.ATTEMPT.values):
            ask = partial(self._attempts.__getitem__, place)
            book.watch("cstar_gateway_delivery_attempt_total", ask, value)
        self._mismatches = book.tally("cstar_gateway_header_mismatch_total")
        self._drifts = book.tally("cstar_gateway_contract_drift_total", _drifts())
        self._late = book.tally("cstar_gateway_late_total")
        self._possible_duplicates = book.tally("cstar_gateway_possible_duplicates_total")
        self._hits = book.distributions("cstar_gateway_idempotency_hit_age_seconds", [()]).at()
        self._last_failed = book.tally("cstar_gateway_last_attempts_failed_total")
        self._conflicts = book.tally("cstar_gateway_idempotency_conflicts_total")

    def signature_matched(self, webhook: str, index: int, skew: float | None) -> None:
        """Count a proof by the webhook's secret `index`; `skew` is our clock less `t`, seconds."""
        proofs = self._proofs[webhook][index]
        proofs.count += 1
        proofs.last = self._clock()
        if skew is not None:
            self._skew.observe(skew)

    def attempt(self, number: int | None) -> None:
        """Count a proved delivery's attempt; one that does not say is counted as `other`."""
        place = _ATTEMPTS
        if number is not None and 1 <= number <= _ATTEMPTS:
            place = number - 1
        self._attempts[place] += 1

    def last_attempt_failed(self) -> None:
        """Count a proved delivery that got a 503 and does not come again."""
        self._last_failed.add()

    def duplicate(self, age: float) -> None:
        """Count a duplicate of an event that was accepted `age` seconds ago."""
        self._hits.observe(age)

    def header_mismatch(self, header: str) -> None:
        """Count an unsigned header that disagrees with the body."""
        self._mismatches.add(header if header in _HEADERS else OTHER)

    def drift(self, event_type: str, kind: str) -> None:
        """Count a difference between an event and the catalogue."""
        self._drifts.add(
            event_type if event_type in _EVENT_TYPES else OTHER, kind if kind in _DRIFTS else OTHER
        )

    def late(self) -> None:
        """Count an event that arrived long after it was made."""
        self._late.add()

    def id_conflict(self) -> None:
        """Count an id that was seen with other data."""
        self._conflicts.add()

    def possible_duplicate(self) -> None:
        """Count an event published though it may have been before."""
        self._possible_duplicates.add()


def _watch(book: Book, proofs: _Proofs, *secret: str) -> None:
    book.watch("cstar_gateway_signature_matches_total", lambda: proofs.count, *secret)
    book.watch("cstar_gateway_signature_last_match_timestamp_seconds", lambda: proofs.last, *secret)


def _drifts() -> list[Labels]:
    """Return what may drift: known types in their data, others by being unknown."""
    drifting = [
        (event_type, kind)
        for event_type in labels.EVENT_TYPE.values
        for kind in ("missing", "wrong_type", "unknown_field")
        if event_type not in {labels.NONE, OTHER}
    ]
    return [*drifting, (OTHER, "unknown_type")]
