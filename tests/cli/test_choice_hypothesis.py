"""Times as people write them, over all times."""

import contextlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.choice import parse_time
from gateway.config.quantities import Duration


@given(st.integers(0, 10**10), st.integers(0, 10**9))
def test_every_duration_is_so_long_ago(now: int, seconds: int) -> None:
    """Whatever the configuration writes for a duration is read as that long ago."""
    assert parse_time(Duration(0).write(seconds), now) == now - seconds


@given(st.integers(0, 253_402_300_799))
def test_every_moment_is_itself(second: int) -> None:
    """A moment written in ISO 8601 is that moment, whenever now is."""
    assert parse_time(datetime.fromtimestamp(second, UTC).isoformat(), 0.0) == second


@given(st.text())
def test_no_text_does_more_than_be_refused(text: str) -> None:
    """Any text is a time, or is refused as none."""
    with contextlib.suppress(ValueError):
        assert isinstance(parse_time(text, 0.0), float)
