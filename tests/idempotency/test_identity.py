"""Digests of identity."""

import pytest

from gateway.idempotency.identity import DATA_BYTES, KEY_BYTES, Digester

DIGESTER = Digester(b"k" * 32)


def test_sizes() -> None:
    """A key has 128 bits and a data digest 64."""
    identity = DIGESTER.event("team", "evt", b"{}")
    assert (len(identity.key), len(identity.data)) == (KEY_BYTES, DATA_BYTES) == (16, 8)


@pytest.mark.parametrize(
    "other",
    [("team", "evt2"), ("team2", "evt"), ("teame", "vt"), ("", "teamevt"), ("TEAM", "evt")],
)
def test_team_and_id_both_count(other: tuple[str, str]) -> None:
    """Another team or another id is another key, also where the two joined are alike."""
    assert DIGESTER.event(*other, b"").key != DIGESTER.event("team", "evt", b"").key


def test_unicode_forms_differ() -> None:
    """Ids are compared as they are: composed and decomposed forms are two events."""
    assert DIGESTER.event("t", "\u00e9", b"").key != DIGESTER.event("t", "e\u0301", b"").key


def test_data_is_apart() -> None:
    """The same id with other data keeps its key and changes its data digest."""
    one, two = DIGESTER.event("t", "e", b"1"), DIGESTER.event("t", "e", b"2")
    assert one.key == two.key
    assert one.data != two.data


def test_kinds_cannot_meet() -> None:
    """A body, and an id seen with other data, have keys that no event can have."""
    event = DIGESTER.event("t", "e", b"")
    keys = {event.key, DIGESTER.body(b"t\0e").key, DIGESTER.conflicting(event).key}
    assert len(keys) == 3


def test_the_key_matters() -> None:
    """Replicas that share the key agree, others cannot foresee a digest."""
    assert Digester(b"k" * 32).event("t", "e", b"") == DIGESTER.event("t", "e", b"")
    assert Digester().event("t", "e", b"") != DIGESTER.event("t", "e", b"")
    assert Digester().event("t", "e", b"") != Digester().event("t", "e", b"")


def test_a_replay_has_an_identity_of_its_own() -> None:
    """A replay is neither the event, nor one in conflict with it, nor a replay of other data."""
    digester = Digester(bytes(32))
    first = digester.event("team_1", "evt_1", b"1")
    others = [first, digester.conflicting(first)]
    others += [digester.replayed(digester.event("team_1", "evt_1", b"2"))]
    assert digester.replayed(first).key not in {other.key for other in others}
    assert digester.replayed(first) == digester.replayed(first)
