"""What a replay tells people and machines."""

import json
from collections import Counter

import pytest

from gateway.cli.quarantine import Row
from gateway.cli.replaying import FAILED, Result
from gateway.cli.telling import Telling, is_whole
from gateway.pipeline.quarantined import Place
from gateway.pipeline.reasons import Outcome

ROW = Row(
    Place(3, 17),
    1_777_315_331.0,
    b"team_1",
    "record_too_large",
    "60446 bytes \x1b[31m",
    "crm",
    "evt_1",
    "ticket.created",
    "team_1",
    30_129,
    b"",
)
GOOD = Result(ROW, Outcome.ACCEPTED, "acked")
STILL = Result(ROW, Outcome.QUARANTINED, "record_too_large", "60446 bytes")
GONE = Result(ROW, FAILED, "webhook_unknown", "no webhook 'crm' is configured any longer")
UNREAD = ROW._replace(key=None, id=None, type=None, team=None, said=None)


def test_a_table_of_what_would_happen(capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run shows where, when, why, who, what, how large, and what a replay would do."""
    Telling(json=False).show([GOOD, STILL, Result(UNREAD, Outcome.QUARANTINED, "body_not_json")])
    shown = capsys.readouterr().out
    for word in ("3@17", "2026-04-27T18:42:11Z", "record_too_large", "team_1", "evt_1", "30,129"):
        assert word in shown
    assert "can be replayed" in shown
    assert "still unusable" in shown
    assert "\x1b[31m" not in shown
    assert "None" not in shown


def test_a_long_table_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """Of thousands the first are shown, and how many more there are."""
    Telling(json=False).show([GOOD] * 1050)
    told = capsys.readouterr()
    assert told.out.count("3@17") == 50
    assert "1,000 more" in told.err


def test_people_hear_of_what_they_must_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    """While it runs, what is still unusable or failed is told with why; the rest is only summed."""
    telling = Telling(json=False)
    for result in (GOOD, STILL, GONE):
        telling.tell(result)
    shown = capsys.readouterr().out
    still, gone = shown.splitlines()
    assert still == "3@17  ticket.created  evt_1  still unusable: record_too_large (60446 bytes)"
    assert gone == f"3@17  ticket.created  evt_1  failed: webhook_unknown ({GONE.detail})"


def test_the_sum(capsys: pytest.CaptureFixture[str]) -> None:
    """The sum has every outcome that occurred, and what was not begun."""
    counts = Counter({"accepted": 2000, "duplicate": 3, "failed": 1})
    Telling(json=False).sum_up(counts, 2010, before=5, dry=False, unmarked=2)
    shown = capsys.readouterr().out
    assert "2,010 tried  2,000 replayed  3 there already  1 failed  6 not begun" in shown
    assert "2 without a marker" in shown
    assert "5 replayed before" in shown


def test_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """With `--json` each record is one line, then the sum; nothing else is written."""
    telling = Telling(json=True)
    with telling.progress("Reading") as passed:
        passed(1, 2)
    telling.note("on the side")
    telling.tell(GONE)
    telling.sum_up(Counter({"failed": 1}), 1, before=0, dry=False)
    out, err = capsys.readouterr()
    line, last = map(json.loads, out.splitlines())
    assert err == ""
    assert (line["partition"], line["offset"], line["id"]) == (3, 17, "evt_1")
    assert line["replay"]["reason"] == "webhook_unknown"
    assert last["summary"] == {
        "dry_run": False,
        "records": 1,
        "accepted": 0,
        "duplicate": 0,
        "filtered": 0,
        "quarantined": 0,
        "failed": 1,
        "left": 0,
        "replayed_before": 0,
        "unmarked": 0,
    }


def test_progress_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody watches a bar, a line comes now and then."""
    monkeypatch.setattr("gateway.cli.telling.EVERY_SECONDS", 0.0)
    with Telling(json=False).progress("Replaying") as passed:
        passed(1000, 2000)
    assert capsys.readouterr().err == "Replaying: 1,000 of 2,000\n"


def test_when_nothing_is_left_to_mend() -> None:
    """All is well where each was replayed, was there, or is wanted by nobody."""
    assert is_whole({}, 0)
    assert is_whole({"accepted": 1, "duplicate": 1, "filtered": 1}, 3)
    assert not is_whole({"accepted": 1}, 2)
    assert not is_whole({"accepted": 1, "quarantined": 1}, 2)
