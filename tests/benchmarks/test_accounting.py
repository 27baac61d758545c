"""CPU time and memory are the kernel's word."""

import os

import pytest

from benchmarks.accounting import cpu_time, parse_stat, resident
from benchmarks.failure import BenchFailed


def test_a_name_may_hold_anything() -> None:
    """A process called `a) R 1 (b` does not move the fields."""
    line = "7 (a) R 1 (b) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 4 0 1 1 1 1"
    assert parse_stat(line, 100) == (2.5, 0.5)
    assert parse_stat(line, 100).total == 3
    with pytest.raises(ValueError, match="not a"):
        parse_stat("nothing", 100)


def test_our_own() -> None:
    """This process has used some of both; one that is not there has no figures."""
    assert cpu_time(os.getpid()).total > 0
    assert resident(os.getpid()) > 1 << 20
    with pytest.raises(BenchFailed, match="it has ended"):
        cpu_time(2**22 + 1)
