"""Process: one child at a time, its output, its end, and ours."""

import signal
from pathlib import Path

import pytest

from gateway.embedded import KafkaFailed
from gateway.embedded.process import Process
from tests.embedded.processes import is_running

SECONDS = 30.0


def test_a_child_runs_and_ends(tmp_path: Path) -> None:
    """Its output goes to the log, its status comes back, and another may follow."""
    process, log = Process(), tmp_path / "log"
    try:
        for status in (0, 3):
            process.run(["sh", "-c", f"echo said {status}; exit {status}"], log)
            assert process.wait(SECONDS) == status
            assert not process.runs
    finally:
        process.close()
    assert log.read_text() == "said 0\nsaid 3\n"


def test_a_signal_reaches_it(tmp_path: Path) -> None:
    """A child that is killed ends with the signal's number, below zero."""
    process = Process()
    try:
        process.run(["sleep", "600"], tmp_path / "log")
        assert process.runs
        assert process.wait(0.01) is None
        process.signal(signal.SIGKILL)
        assert process.wait(SECONDS) == -signal.SIGKILL
        process.signal(signal.SIGTERM)  # the dead hear nothing
    finally:
        process.close()


def test_what_cannot_be_run_is_told(tmp_path: Path) -> None:
    """A program that is not there is named; the guardian goes on."""
    process = Process()
    try:
        with pytest.raises(KafkaFailed, match="no-such-program cannot be run"):
            process.run(["no-such-program"], tmp_path / "log")
        process.run(["true"], tmp_path / "log")
        assert process.wait(SECONDS) == 0
    finally:
        process.close()


def test_the_end_takes_child_and_folders(tmp_path: Path) -> None:
    """Closing kills a child that runs, and removes the folders it was given."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    (folder / "file").touch()
    process = Process(remove=[folder])
    process.run(["sh", "-c", "trap '' TERM; sleep 600"], tmp_path / "log")
    pid = process.pid
    process.close()
    assert not is_running(pid)
    assert not folder.exists()
    process.close()


def test_a_child_with_kept_data_may_finish(tmp_path: Path) -> None:
    """Where no folder is removed the child is asked to end, not killed: its data stay whole."""
    log = tmp_path / "log"
    process = Process()
    process.run(["sh", "-c", "trap 'echo written; exit' TERM; echo up; while :; do :; done"], log)
    while "up" not in log.read_text():
        assert process.wait(0.01) is None
    process.close()
    assert log.read_text() == "up\nwritten\n"
