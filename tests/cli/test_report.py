"""What an ingest says, to people and to machines."""

import json
from collections import Counter

import pytest

from gateway.cli.held import Bad, Sums
from gateway.cli.report import Report, Total
from gateway.pipeline.reasons import Reason

BAD = Bad(17, Reason.DATA_NOT_OBJECT, "data is missing", "evt_1")


def total(*, dry: bool = False, before: int = 0, bad_before: int = 0, unfinished: int = 0) -> Total:
    """Return what an ingest came to."""
    sums = Sums()
    sums.counts = Counter(
        {
            (Reason.ACKED, "ticket.created"): 2_000,
            (Reason.ACKED, "boss.spawned"): 5,
            (Reason.SEEN, "ticket.created"): 3,
            (Reason.DATA_NOT_OBJECT, "ticket.created"): 1,
        }
    )
    sums.blank = 2
    return Total(sums, 1.5, dry, before, bad_before, unfinished)


def test_the_sum(capsys: pytest.CaptureFixture[str]) -> None:
    """People see types by reason, then every outcome that occurred, and what is not done."""
    Report(json=False).sum_up(total(before=9, unfinished=1))
    shown = capsys.readouterr().out
    rows = {words[0]: words[1:] for words in map(str.split, shown.splitlines()) if words}
    assert rows["type"] == ["acked", "seen", "data_not_object"]
    assert rows["ticket.created"] == ["2,000", "3", "1"]
    assert rows["boss.spawned"] == ["5"]
    assert "2,011 lines in 1.5 s  2,005 published  3 there already  1 quarantined" in shown
    assert "2 empty  9 done before  1 file not done" in shown


def test_a_dry_run_says_would(capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run never says that something was done."""
    Report(json=False).sum_up(total(dry=True))
    shown = capsys.readouterr().out
    assert "2,005 would be published" in shown
    assert "2,005 published" not in shown


def test_a_bad_line_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    """File, line, id and reason of a bad line; after fifty of them, only that there are more."""
    report = Report(json=False)
    for _ in range(60):
        report.bad("events.ndjson", BAD)
    told = capsys.readouterr()
    line = "events.ndjson:17  evt_1  quarantined: data_not_object (data is missing)"
    assert told.out.splitlines() == [line] * 50
    assert "--json tells all" in told.err


def test_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--json` each bad line is one object, then the sum; nothing else is written."""
    report = Report(json=True)
    with report.progress("events.ndjson", 100) as passed:
        passed(10, 1)
    report.note("on the side")
    report.bad("events.ndjson", BAD)
    report.sum_up(total(bad_before=4))
    out, err = capsys.readouterr()
    line, last = map(json.loads, out.splitlines())
    assert err == ""
    assert line == {
        "file": "events.ndjson",
        "line": 17,
        "outcome": "quarantined",
        "reason": "data_not_object",
        "detail": "data is missing",
        "id": "evt_1",
    }
    assert last["summary"] == {
        "dry_run": False,
        "lines": 2_011,
        "accepted": 2_005,
        "duplicate": 3,
        "filtered": 0,
        "quarantined": 1,
        "rejected": 0,
        "blank": 2,
        "done_before": 0,
        "bad_before": 4,
        "unfinished": 0,
        "seconds": 1.5,
        "reasons": {"acked": 2_005, "data_not_object": 1, "seen": 3},
        "types": {
            "boss.spawned": {"acked": 5},
            "ticket.created": {"acked": 2_000, "data_not_object": 1, "seen": 3},
        },
        "noticed": {},
    }


def test_progress_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody watches a bar, a line comes now and then; without a size, no share."""
    monkeypatch.setattr("gateway.cli.report.EVERY_SECONDS", 0.0)
    for name, size in (("events.ndjson", 200), ("standard input", 0)):
        with Report(json=False).progress(name, size) as passed:
            passed(100, 1_000)
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("events.ndjson: 50 %, 1,000 lines, ")
    assert second.startswith("standard input: 1,000 lines, ")


def test_when_all_is_well() -> None:
    """All is well where every line is done and was an event, in this run and before it."""
    good = Sums()
    good.counts = Counter({(Reason.ACKED, "ticket.created"): 1, (Reason.SEEN, "other"): 1})
    assert Total(good, 1.0, dry=False).well
    assert not Total(good, 1.0, dry=False, bad_before=1).well
    assert not Total(good, 1.0, dry=False, unfinished=1).well
    assert not total().well
