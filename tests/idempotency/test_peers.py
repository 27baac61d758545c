"""Who writes to the journal, as its entries tell."""

import pytest

from gateway.idempotency.entry import Entry, Kind
from gateway.idempotency.peers import Peer, Peers

WE, THEY, DEAD = b"we", b"they", b"dead"


@pytest.fixture
def peers() -> Peers:
    """We were heard at 100, they at 101, and the dead at 80."""
    peers = Peers()
    peers.note(Entry(Kind.MARKS, DEAD, 79.0), 80.0)
    peers.note(Entry(Kind.MARKS, WE, 100.0), 100.0)
    peers.note(Entry(Kind.MARKS, THEY, 99.5), 101.0)
    return peers


def test_a_writer_that_says_nothing_is_silent(peers: Peers) -> None:
    """Whoever was not heard for longer than the time given is silent; we never are."""
    assert peers.silent(WE, 9.0) == [Peer(DEAD, 79.0, 80.0)]
    assert peers.silent(WE, 21.0) == []
    peers.note(Entry(Kind.MARKS, THEY, 199.0), 200.0)
    assert [peer.writer for peer in peers.silent(WE, 9.0)] == [DEAD]


def test_while_the_journal_stands_still_nobody_grows_silent() -> None:
    """Time is that of the newest entry: with Kafka away, none passes."""
    peers = Peers()
    peers.note(Entry(Kind.MARKS, THEY, 1.0), 1.0)
    assert peers.now == 1.0
    assert peers.silent(WE, 9.0) == []


def test_who_said_goodbye_is_gone(peers: Peers) -> None:
    """After a goodbye there is nothing to read back."""
    peers.note(Entry(Kind.BYE, DEAD, 90.0), 102.0)
    assert [peer.writer for peer in peers.others(WE)] == [THEY]


def test_who_was_read_back_is_gone_unless_it_speaks_again(peers: Peers) -> None:
    """A recovery ends a silent writer; one that was only slow is there again with its next word."""
    peers.note(Entry(Kind.RECOVERED, WE, 102.0, about=DEAD), 102.0)
    assert [peer.writer for peer in peers.others(WE)] == [THEY]
    peers.note(Entry(Kind.MARKS, DEAD, 103.0), 103.0)
    assert {peer.writer for peer in peers.others(WE)} == {THEY, DEAD}


def test_the_last_word_on_what_is_covered_counts(peers: Peers) -> None:
    """A writer whose clock was set back has covered less than it had said before."""
    peers.note(Entry(Kind.MARKS, THEY, 50.0), 102.0)
    assert [peer.covered for peer in peers.others(WE) if peer.writer == THEY] == [50.0]


def test_a_journal_is_whole_once_somebody_says_so(peers: Peers) -> None:
    """Only an entry that says so makes a journal whole."""
    assert not peers.whole
    peers.note(Entry(Kind.WHOLE, THEY, 101.0), 102.0)
    assert peers.whole
