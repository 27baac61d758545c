"""Row: what one scenario found, a line of the table.

May live here: the shape, and whether it is good. May not: how a fault is injected or a log read.
"""

import msgspec

__all__ = ["Row", "not_injected"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One fault: what was done, what was counted, what did not hold.

    Attributes:
        fault: its number, `F1` to `F32`.
        name: in a few words: "broker killed and restarted".
        injected: how, in a few words: "SIGKILL, restart after 2 s, twice".
        store: where the ids of accepted events were kept: `memory` or `kafka`.
        replicas: gateways under load.
        sent: distinct events.
        deliveries: requests made for them, retries included.
        acked: distinct events answered with 2xx.
        unavailable: answers 503.
        unanswered: requests that ended without an answer.
        lost: events answered with 2xx that are in no topic.
        phantom: records of events that nobody sent.
        misplaced: records in another topic or partition, or under another key, than theirs.
        altered: records whose value is not the sent bytes with `flat` spliced in.
        duplicates: records beyond an event's first that the promise rules out.
        unknowable: records beyond an event's first that it does not: see docs/reliability.md.
        heal: seconds from the end of the fault to the next 2xx; None: nothing to heal from.
        slowest: seconds of the slowest answer; None where it was not measured.
        notes: what else was measured, for people: "p99 3.1 → 3.4 ms; 212 MB".
        failures: what did not hold, each a sentence; none: the fault is survived.
        omitted: why it was not injected; empty where it was.
    """

    fault: str
    name: str
    injected: str = ""
    store: str = "memory"
    replicas: int = 1
    sent: int = 0
    deliveries: int = 0
    acked: int = 0
    unavailable: int = 0
    unanswered: int = 0
    lost: int = 0
    phantom: int = 0
    misplaced: int = 0
    altered: int = 0
    duplicates: int = 0
    unknowable: int = 0
    heal: float | None = None
    slowest: float | None = None
    notes: str = ""
    failures: tuple[str, ...] = ()
    omitted: str = ""

    @property
    def good(self) -> bool:
        """Whether all held that must."""
        wrong = self.lost + self.phantom + self.misplaced + self.altered + self.duplicates
        return not wrong and not self.failures


def not_injected(fault: str, name: str, why: str) -> Row:
    """Return the row of a fault that is not injected, with the reason."""
    return Row(fault=fault, name=name, omitted=why)
