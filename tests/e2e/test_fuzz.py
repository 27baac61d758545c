"""Fuzz in short: seconds of what `make fuzz` does for minutes; a broken law is found and told."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.events.catalogue import CATALOGUE
from gateway.pipeline import headers
from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.reasons import Ended, Reason
from tests.fuzz.campaign import run, throw_again
from tests.fuzz.throw import made

ROOT = Path(__file__).parents[2]
SEED = 20_260_427


def test_every_law_holds() -> None:
    """Two seconds of throws break no law, and end in every way that one delivery alone can."""
    result = run(SEED, 2.0)
    assert result.failure is None, str(result.failure)
    assert result.endings.keys() >= {
        Reason.ACKED,
        Reason.BODY_NOT_JSON,
        Reason.ENVELOPE_INVALID,
        Reason.DATA_NOT_OBJECT,
        Reason.NESTING_TOO_DEEP,
        Reason.SIGNATURE_MISMATCH,
        Reason.SIGNATURE_MALFORMED,
    }


def test_events_of_every_type_are_among_them() -> None:
    """The throws are near enough to events that all 35 types come through the envelope."""
    types = set()
    for number in range(4000):
        try:
            types.add(read_envelope(made(SEED, number).body).type)
        except Ended:
            continue
    assert types >= CATALOGUE.keys()


def test_a_throw_is_made_again() -> None:
    """Seed and number name a throw for good."""
    assert made(1, 7) == made(1, 7)
    assert made(1, 7) != made(2, 7)
    again = throw_again(1, 7)
    assert (again.cases, again.failure) == (1, None)


def test_a_broken_law_is_told_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the pipeline is found, named, and cut down to little of the body."""
    monkeypatch.setattr(headers, "_JSON", ("content-type", "not bytes"))
    result = run(SEED, 60.0)
    assert result.failure is not None
    told = str(result.failure)
    assert f"--seed {SEED} --case {result.failure.number}" in told
    assert len(result.failure.throw.body) < 120
    monkeypatch.undo()
    assert throw_again(SEED, result.failure.number).failure is None


def test_the_command_says_how_it_went() -> None:
    """`python -m tests.fuzz` counts by ending, and exits 0 where every law held."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--minutes", "0.01", "--seed", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "every law held (seed 3)" in done.stdout
    assert " acked" in done.stdout
