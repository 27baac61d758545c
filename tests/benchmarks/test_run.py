"""A run counts only when everything was answered and written, once."""

import shutil

import pytest
from msgspec.structs import replace

from benchmarks.failure import BenchFailed
from benchmarks.load import Figures
from benchmarks.run import judged, require

FIGURES = Figures(
    events=80,
    seconds=2.0,
    cpu_seconds={"broker": 3.0, "server 0": 0.5, "server 1": 0.7},
    load_cpu_seconds=0.2,
    statuses={"202": 99, "200": 1},
)


def test_figures_of_a_run() -> None:
    """CPU is that of all the server's processes, over the events of the window alone."""
    run = judged(FIGURES, 100)
    assert run.cpu_per_event == pytest.approx(15_000)
    assert (run.rate, run.answers, run.records) == (40, 100, 100)
    assert run.share == pytest.approx(0.6)
    assert run.load_share == pytest.approx(0.1)


@pytest.mark.parametrize("records", [99, 101])
def test_what_is_lost_or_doubled_does_not_count(records: int) -> None:
    """One record too few or too many, and there is no result."""
    with pytest.raises(BenchFailed, match=f"{records} records for 100 answers"):
        judged(FIGURES, records)


def test_what_was_not_waited_for_may_be_there() -> None:
    """A load that ends with requests under way allows for as many records more."""
    assert judged(replace(FIGURES, cut=4), 104).records == 104
    with pytest.raises(BenchFailed):
        judged(replace(FIGURES, cut=4), 105)


def test_refusals_do_not_count() -> None:
    """A single 503 and there is no result."""
    with pytest.raises(BenchFailed, match="1 503"):
        judged(replace(FIGURES, statuses={"202": 99, "503": 1}), 99)
    with pytest.raises(BenchFailed, match="Nothing was answered"):
        judged(replace(FIGURES, events=0), 100)


def test_no_wrk_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where wrk is wanted and not there, nothing is begun."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BenchFailed, match="wrk is not installed"):
        require("wrk")
    require("own")
