"""The table keeps what was found before beside what is found now."""

from pathlib import Path

from tests.faults.row import Row
from tests.faults.table import Entry, entry, read, write


def found(scenario: str, fault: str, sent: int) -> Entry:
    """Return a scenario's result."""
    row = Row(fault=fault, name=scenario, sent=sent)
    return entry(scenario, row, seconds=1.0, seed=1, retry=30.0)


def test_a_row_takes_the_place_of_its_scenario_alone(tmp_path: Path) -> None:
    """A part of a run loses no row of the rest, keeps the order, and drops what is run no more."""
    path = tmp_path / "results.json"
    first = [
        found("a", "F1", 1),
        found("b 2", "F2", 2),
        found("b 3", "F2", 3),
        found("old", "F3", 4),
    ]
    write(first, ["a", "b 2", "b 3", "old"], path)
    write([found("c", "F16b", 6), found("b 2", "F2", 5)], ["a", "b 2", "b 3", "c"], path)
    kept = [(one.scenario, one.row.sent) for one in read(path).entries]
    assert kept == [("a", 1), ("b 2", 5), ("b 3", 3), ("c", 6)]


def test_what_is_new_enough_is_told(tmp_path: Path) -> None:
    """A result of now is newer than an hour, and none is newer than no time at all."""
    now = found("a", "F1", 1)
    assert now.newer(1.0)
    assert not now.newer(0.0)
    assert read(tmp_path / "none.json").entries == []
