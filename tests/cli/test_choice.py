"""Which records of the quarantine are meant, and how people write times."""

from typing import Any

import pytest

from gateway.cli.choice import choose, parse_time
from gateway.pipeline.quarantined import Place, Quarantined

NOW = 1_777_315_331.0  # 2026-04-27T18:42:11Z
BODY = b'{"id":"evt_1","type":"ticket.created","team_id":"team_1","data":{}}'


def kept(body: bytes = BODY, at: float = NOW) -> Quarantined:
    """Return a record of the quarantine."""
    headers = [("cstar-reason", b"record_too_large"), ("cstar-event-id", b"evt_claimed")]
    return Quarantined(Place(0, 0), at, b"team_1", body, headers)


@pytest.mark.parametrize(
    ("filters", "taken"),
    [
        ({}, True),
        ({"ids": ["evt_0", "evt_1"]}, True),
        ({"ids": ["evt_claimed"]}, False),
        ({"types": ["ticket.*"]}, True),
        ({"types": ["customer.*", "ticket.closed"]}, False),
        ({"teams": ["team_1"]}, True),
        ({"teams": ["team_2"]}, False),
        ({"reasons": ["record_too_large"]}, True),
        ({"reasons": ["body_not_json"]}, False),
        ({"since": NOW}, True),
        ({"since": NOW + 1}, False),
        ({"until": NOW}, False),
        ({"until": NOW + 1}, True),
        ({"ids": ["evt_1"], "teams": ["team_2"]}, False),
    ],
)
def test_filters(filters: dict[str, Any], taken: bool) -> None:  # noqa: FBT001 - a parameter
    """One of each list that is given must match, and all the lists: by the signed body."""
    assert choose(**filters).takes(kept()) is taken


def test_what_cannot_be_read_goes_by_its_headers() -> None:
    """Where the body tells nothing, the id is what the unsigned header claimed."""
    assert choose(ids=["evt_claimed"], teams=["team_1"]).takes(kept(b"junk"))
    assert not choose(types=["*"]).takes(kept(b"junk"))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2h", NOW - 7200),
        ("1h30m", NOW - 5400),
        ("0s", NOW),
        ("2026-04-27", 1_777_248_000.0),
        ("2026-04-27T18:42:11", NOW),
        ("2026-04-27T18:42:11Z", NOW),
        ("2026-04-27T20:42:11+02:00", NOW),
    ],
)
def test_times(text: str, seconds: float) -> None:
    """A time is how long ago, a date, or a date and time; without an offset it is UTC."""
    assert parse_time(text, NOW) == seconds


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "-2h", "h"])
def test_no_time(text: str) -> None:
    """Anything else is refused with what to write."""
    with pytest.raises(ValueError, match="write how long ago"):
        parse_time(text, NOW)
