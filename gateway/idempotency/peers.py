"""Peers: who writes to the journal, who has ended, and who has fallen silent.

May live here: what entries tell of their writers. Pure: time is the journal's own, the broker's
clock on its records; so while Kafka stands still, nobody grows silent.
"""

from typing import NamedTuple

from gateway.idempotency.entry import Entry, Kind

__all__ = ["Peer", "Peers"]


class Peer(NamedTuple):
    """A writer that has not said goodbye.

    Attributes:
        writer: who.
        covered: every record of it that arrived earlier is marked, seconds since the epoch.
        heard: when the journal took its last entry, seconds since the epoch.
    """

    writer: bytes
    covered: float
    heard: float


class Peers:
    """The writers of a journal.

    Attributes:
        now: the time of the newest entry, seconds since the epoch.
        whole: whether an entry said that the journal is complete.
    """

    def __init__(self) -> None:
        self._peers: dict[bytes, Peer] = {}
        self.now = 0.0
        self.whole = False

    def note(self, entry: Entry, time: float) -> None:
        """Take note of an entry, in the journal's order."""
        self.now = max(self.now, time)
        writer = entry.writer
        if entry.kind is Kind.BYE:
            self._peers.pop(writer, None)
            return
        # The last word counts, not the highest: a clock that was set back has earlier records.
        self._peers[writer] = Peer(writer, entry.covered, time)
        if entry.kind is Kind.RECOVERED:
            self._peers.pop(entry.about, None)
        elif entry.kind is Kind.WHOLE:
            self.whole = True

    def others(self, own: bytes) -> list[Peer]:
        """Return every peer but ourselves."""
        return [peer for writer, peer in self._peers.items() if writer != own]

    def silent(self, own: bytes, after: float) -> list[Peer]:
        """Return the peers not heard of for more than `after` seconds."""
        return [peer for peer in self.others(own) if self.now - peer.heard > after]
